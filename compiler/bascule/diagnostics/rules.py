"""Codes and their pages: a rule is a class whose docstring is what ``explain CODE`` prints."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from bascule.diagnostics.finding import Finding, Fix, Label, Severity
from bascule.source import Place

__all__ = ["FAMILIES", "Rule", "registry"]

FAMILIES = {
    "PAR": "parse",
    "GRF": "graph",
    "WIN": "window",
    "TPL": "template",
    "INT": "interactive",
    "MED": "media",
    "VAR": "variables",
    "LOC": "languages",
    "CON": "consent and policy",
    "LOS": "loss",
    "CFG": "configuration",
    "CTC": "contacts",
    "TST": "tests and simulation",
}

_CODE = re.compile(r"[A-Z]{3}[0-9]{3}")
_REGISTRY: dict[str, type[Rule]] = {}
_NAMES: dict[str, str] = {}


class Rule:
    """Base of every code. A subclass sets ``code``, ``name`` and ``severity`` and writes its page.

    The docstring's first line is the title; below it stand the headings *What it does*, *Why*,
    *Example*, *Use instead*, *Fix safety* (when it offers a fix) and *Sources*. Codes are for ever (a plugin
    takes letters of its own): two classes with one code or one name raise TypeError at import.
    """

    code: ClassVar[str] = ""
    name: ClassVar[str] = ""
    severity: ClassVar[Severity] = Severity.ERROR
    unreadable: ClassVar[bool] = False
    """The input could not be read: the command ends with exit code 2."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if not cls.__dict__.get("code"):
            return
        ours = cls.__module__.startswith("bascule.")
        if not _CODE.fullmatch(cls.code) or (ours and cls.code[:3] not in FAMILIES):
            raise TypeError(f"{cls.__qualname__}: {cls.code!r} is not FAMILY + three digits")
        for table, key in ((_REGISTRY, cls.code), (_NAMES, cls.name)):
            known = table.get(key)
            if known is not None:
                raise TypeError(f"{cls.__qualname__}: {key!r} is already taken by {known}")
        _REGISTRY[cls.code] = cls
        _NAMES[cls.name] = cls.code

    @classmethod
    def at(
        cls,
        place: Place,
        message: str,
        *,
        help: str = "",
        notes: Iterable[str] = (),
        labels: Iterable[Label] = (),
        fix: Fix | None = None,
        severity: Severity | None = None,
        data: Mapping[str, Any] | None = None,
    ) -> Finding:
        """Make a finding of this rule. ``severity`` overrides the rule's own (by confidence of a fact)."""
        return Finding(
            code=cls.code,
            severity=severity or cls.severity,
            message=message,
            place=place,
            labels=tuple(labels),
            notes=tuple(notes),
            help=help,
            fix=fix,
            data=data or {},
        )

    @classmethod
    def page(cls) -> str:
        """The page ``explain`` prints, from the docstring."""
        return inspect.cleandoc(cls.__doc__ or "")

    @classmethod
    def title(cls) -> str:
        """First line of the page."""
        return cls.page().split("\n", 1)[0]


def registry() -> dict[str, type[Rule]]:
    """All codes known so far, sorted. Import the modules that define them first."""
    return dict(sorted(_REGISTRY.items()))
