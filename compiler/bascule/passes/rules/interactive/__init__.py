"""Rules of one family: one module each."""
