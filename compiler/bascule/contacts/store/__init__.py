"""The state store: SQLite by default, PostgreSQL for teams, one schema.

``schema`` has the tables and what their columns mean; ``place`` reads ``--store``; ``store`` opens it; ``migrate`` and
``migrations`` change the tables of older stores; ``vault`` keeps personal text.
"""
