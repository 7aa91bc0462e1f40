"""Rules about the languages of what a flow says: one module each."""
