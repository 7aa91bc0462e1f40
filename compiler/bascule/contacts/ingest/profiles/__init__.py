"""One module per platform with a tuple ``PROFILES``; a module here is found by itself."""
