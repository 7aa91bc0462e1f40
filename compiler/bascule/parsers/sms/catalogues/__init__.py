"""Language files of frameworks: PHP arrays, gettext, Android and Apple strings, .resx, XLIFF.

Each is read into a tree of texts with their places (:class:`CatalogueDocument`); then the trees become templates.
No file is run, no entity expanded.
"""

from __future__ import annotations

from bascule.parsers.sms.catalogues.apple import is_apple, read_apple
from bascule.parsers.sms.catalogues.document import CatalogueDocument, Oddity
from bascule.parsers.sms.catalogues.gettext import is_gettext, read_gettext
from bascule.parsers.sms.catalogues.markup import is_string_xml, read_string_xml
from bascule.parsers.sms.catalogues.php import is_php, read_php
from bascule.parsers.sms.catalogues.templates import read_catalogue

__all__ = ["CatalogueDocument", "Oddity", "open_catalogue", "read_catalogue"]


def open_catalogue(path: str, text: str) -> CatalogueDocument | None:
    """The file as a language file, or None when it is none. A PHP file without texts has an empty ``value``."""
    if is_php(text):
        return read_php(path, text)
    if is_gettext(text):
        return read_gettext(path, text)
    if is_string_xml(text):
        return read_string_xml(path, text)
    if is_apple(text):
        return read_apple(path, text)
    return None
