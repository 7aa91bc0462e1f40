"""From the rows of all imports to persons, set by set in DuckDB, and backups of the store they are written to.

``sources`` finds the snapshots; ``engine`` opens DuckDB within its memory; ``links`` finds the rows that belong
together; ``people`` gives them their person; ``survivorship`` says which value of a field survives and ``shards``
works it out for a range of persons; ``doubt`` asks whether a number has a new owner; ``apply`` writes to the store;
``merge`` is the whole of it. ``backup``, ``restore`` and ``dump`` keep the store safe.
"""
