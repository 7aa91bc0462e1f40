"""What the contacts half says, one module per part: ``CON001``-``CON199``.

A module here is found by itself. A rule's ``name`` is the ``kind`` of the remark or error that it stands for.
"""

from __future__ import annotations

import pkgutil
from importlib import import_module

from bascule.diagnostics.rules import Rule

__all__ = ["RULES", "Rule"]

RULES: tuple[type[Rule], ...] = tuple(
    value
    for module in sorted(info.name for info in pkgutil.iter_modules(__path__, f"{__name__}."))
    for value in vars(import_module(module)).values()
    if isinstance(value, type) and issubclass(value, Rule) and value.__module__ == module
)
