"""Rules about the words that start flows: one module each."""
