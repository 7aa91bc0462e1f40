"""The opt-in campaign: what is sent by SMS and Viber, to whom, and the WhatsApp conversation that takes the answer.

``texts`` has the words per language, ``confirmation`` the conversation, ``recipients`` the files for each provider, and
``campaign`` puts them together and remembers the wording, which is part of the proof of consent.
"""
