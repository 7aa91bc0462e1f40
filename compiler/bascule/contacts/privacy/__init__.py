"""What people can ask for, and what protects them: sealed stores, access, erasure, retention.

``sealed`` keeps personal text with a key per person; ``access`` gives a person's data; ``erase`` removes it from the
store, its snapshots and its backups; ``retain`` finds people whose time is up.
"""
