"""Contact files of any platform to canonical rows (:mod:`bascule.contacts.rows`) in the store's snapshots.

``sources`` unpacks what was named; ``read_delimited``, ``read_json`` and ``read_sheet`` give chunks of source records
(``records``); ``profiles`` say what a platform calls things, ``mapping`` reads a user's own; ``convert`` makes
canonical rows of a chunk; ``importer`` writes them in parts, each made known by one transaction. ``pull`` fetches
records from platforms and hands them to the same profiles.
"""
