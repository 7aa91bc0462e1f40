"""Menus written into message texts: ``1. Oui 2. Non``, "Reply YES to confirm or NO to cancel"."""

from bascule.language.menus.find import find_menu
from bascule.language.menus.model import Menu, MenuItem

__all__ = ["Menu", "MenuItem", "find_menu"]
