"""Fetching records from platforms: raw pages to JSON lines in the store's folder, then the import of those.

``providers`` says how each platform pages (data and small functions), ``client`` asks politely, ``puller`` keeps the
place where it was.
"""
