"""The inventory of a customer base: what is there, who agreed to what, and what blocks whom. Numbers only.

``collect`` counts, ``render`` shows the counts as text and as a page.
"""
