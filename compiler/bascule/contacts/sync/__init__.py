"""What happens on WhatsApp, SMS and Viber after the move, kept in the store.

``signatures`` decides whether a webhook is genuine; ``meta``, ``twilio``, ``infobip``, ``vonage``, ``bird`` and
``viber`` read it as ``events``; ``inbox`` keeps these once; ``server`` takes them in and ``replay`` reads saved ones.
``apply`` works on the inbox in the order of the events' own times, with ``people`` to say whom they are about.
``changes`` hands on what changed.
"""
