"""Who agreed to what, when, and with which proof.

``ledger`` writes the append-only record and keeps the suppression list; ``state`` says what it means for a person;
``policies`` are the named rules by which an SMS or Viber consent may count for WhatsApp; ``keywords`` recognises the
words people send; ``records`` reads consent files.
"""
