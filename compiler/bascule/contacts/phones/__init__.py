"""Phone numbers: any spelling of a cell to E.164, with libphonenumber's answer and much faster.

``vocabulary`` names what is answered; ``cells`` says how a cell is read as text; ``exact`` reads one number with
``phonenumbers`` and is the definition. ``pattern``, ``metadata``, ``automaton``, ``prefixes`` and ``compiler`` turn
libphonenumber's metadata into ``tables``, which ``cache`` keeps; ``numba_engine`` and ``numpy_engine`` walk them.
``tail`` answers what they leave undecided, and ``normaliser`` puts a batch together.
"""
