"""Flows of versions 2 to 12: action sets and rule sets, texts with their translations beside them, older expressions.

The steps that bring such a flow to version 13 are in :mod:`bascule.parsers.rapidpro.migrations`, one function per
version; what the last of them needs is here. Facts on the old formats:
https://rapidpro.github.io/flows/ (the specification of versions 6 to 8), https://github.com/rapidpro/rapidpro
(the platform's own upgrade) and https://github.com/nyaruka/goflow (the engine's last step to 13).
"""
