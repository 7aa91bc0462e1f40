"""The customer base: contact files, phone numbers, and what may be sent to whom.

Everything here needs the extra ``contacts`` (``pip install 'bascule[contacts]'``); modules import it late, and
:func:`bascule.contacts.extra.require` says so where it is missing.
"""
