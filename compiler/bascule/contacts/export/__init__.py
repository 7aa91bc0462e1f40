"""Files that a CRM or a messaging provider takes.

``fields`` says what can be exported of a person, ``data/profiles.yaml`` how each platform wants it, ``profiles`` reads
that, ``bodies`` builds what goes to an API, ``files`` writes within a platform's limits, ``export`` puts it together.
"""
