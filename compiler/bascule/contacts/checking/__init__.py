"""Is a phone number registered on WhatsApp? Asked in batches, of whoever claims to know, and not believed blindly.

``checker`` is the interface; ``endpoint``, ``evidence``, ``imported`` and ``simulator`` implement it. ``candidates``
says who is asked about, ``controls`` which unassigned numbers test the checker itself, ``plan`` makes a run of batches,
``queue`` claims and commits them, ``results`` keeps what was learnt, ``runner`` drives it, ``summary`` counts it.
"""
