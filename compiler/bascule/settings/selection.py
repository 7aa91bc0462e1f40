"""Which codes are on, and how severe they are: selectors, layers, the more specific one wins."""

from __future__ import annotations

import difflib
import posixpath
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from bascule.diagnostics import FAMILIES, Rule, Severity, registry

__all__ = ["Layer", "Selection", "Unknown", "nearest", "resolve", "severity_of", "split_selectors"]

ALL = "ALL"
_pending = ["bascule.diagnostics", "bascule.language", "bascule.passes.rules", "bascule.passes", "bascule.parsers", ""]
"""Packages whose rules were not looked at yet, the usual ones first; the empty name is everything else."""

_LOOKALIKES = str.maketrans("OIL", "011")


class Unknown(Exception):
    """A selector that matches no rule. ``help`` names the nearest one."""

    def __init__(self, selector: str, help: str, message: str = "") -> None:
        super().__init__(message or f"no code, family or rule is called `{selector[:60]}`")
        self.help = help


def _known() -> Iterator[dict[str, type[Rule]]]:
    """The rules known so far, then those of one package after another, then all: importing everything takes a second,
    and nearly every selector names something that a check needs anyway."""
    from bascule.diagnostics.pages import all_rules, load_rules

    yield registry()
    while _pending:
        package = _pending.pop(0)
        if package:
            load_rules(package)
        else:
            all_rules()
        yield registry()


def resolve(selector: str, *, exact: bool = False, suggest: bool = True) -> str:
    """The prefix of codes that a selector means: a code, a family or its beginning (not with ``exact``), a rule's name,
    ``ALL`` (the empty prefix). Raises :class:`Unknown`, which looks for the nearest name only if it may ``suggest``."""
    wanted = selector.strip()
    code = wanted.upper()
    if code == ALL and not exact:
        return ""
    known: dict[str, type[Rule]] = {}
    for known in _known():
        if code in known or (not exact and code[:3] in FAMILIES and any(other.startswith(code) for other in known)):
            return code
        named = next((other for other, rule in known.items() if rule.name == wanted.lower()), None)
        if named is not None:
            return named
    if not suggest:
        raise Unknown(wanted, "`bascule explain` lists the codes")
    if exact and (family := _family(code, known)):
        what = f"`{family}` stands for several codes, and one is needed here"
        raise Unknown(wanted, f"name each code; `bascule explain {family}` lists them", what)
    raise Unknown(wanted, nearest(wanted, known, families=not exact))


def _family(code: str, known: Mapping[str, object]) -> str:
    return code if code[:3] in FAMILIES and any(other.startswith(code) for other in known) else ""


def nearest(wanted: str, known: Mapping[str, type[Rule]], *, families: bool = True) -> str:
    """What may have been meant by a selector that matches none of the known rules, as a help text."""
    code = wanted.upper()
    digits = code[:3] + code[3:].translate(_LOOKALIKES)
    if digits in known:
        return f"did you mean `{digits}`?"
    if code[:3] in FAMILIES and len(code) == 6 and digits[3:].isdigit():
        # The digits say nothing about the meaning: only a slip of one key is worth a guess.
        slips = [other for other in known if other[:3] == code[:3] and _one_slip(other, digits)]
        if len(slips) == 1:
            return f"did you mean `{slips[0]}`?"
        return f"`bascule explain {code[:3]}` lists the codes that begin so"
    close = difflib.get_close_matches(code, [*known, *(FAMILIES if families else ())], n=5, cutoff=0.6)
    close.sort(key=lambda other: -len(posixpath.commonprefix([other, code])))
    close = close or difflib.get_close_matches(wanted.lower(), [rule.name for rule in known.values()], n=1)
    return f"did you mean `{close[0]}`?" if close else "`bascule explain` lists the codes"


def _one_slip(known: str, given: str) -> bool:
    """Whether two codes differ in two digits that changed places."""
    differ = [at for at in range(6) if known[at] != given[at]]
    if len(differ) != 2 or differ[1] != differ[0] + 1:
        return False
    first, second = differ
    return known[first] == given[second] and known[second] == given[first]


def split_selectors(values: Iterable[str]) -> list[str]:
    """The selectors of options that may repeat and hold several, separated by commas."""
    return [part.strip() for value in values for part in value.split(",") if part.strip()]


@dataclass(frozen=True, slots=True)
class Layer:
    """What one source of settings (a file, the command line) says, as prefixes. A ``select`` starts anew; without one
    the layer only switches codes on (``extend``) and off."""

    select: tuple[str, ...] | None = None
    extend: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()

    def decide(self, code: str, before: bool) -> bool:
        """Whether a code is on after this layer. The longest matching prefix wins; of equals, the one that ignores."""
        on = _longest(code, (*(self.select or ()), *self.extend))
        off = _longest(code, self.ignore)
        if on < 0 and off < 0:
            return before if self.select is None else False
        return on > off


def _longest(code: str, prefixes: Iterable[str]) -> int:
    return max((len(prefix) for prefix in prefixes if code.startswith(prefix)), default=-1)


@dataclass(frozen=True)
class Selection:
    """Layers, the first is the lowest. Without any, every code is on."""

    layers: tuple[Layer, ...] = ()
    _cache: dict[str, bool] = field(default_factory=dict, compare=False, repr=False)

    def enabled(self, code: str) -> bool:
        """Whether a code is on."""
        if code not in self._cache:
            on = True
            for layer in self.layers:
                on = layer.decide(code, on)
            self._cache[code] = on
        return self._cache[code]

    def under(self, *layers: Layer) -> Selection:
        """The same selection with more layers on top."""
        return Selection((*self.layers, *layers))


def severity_of(code: str, tables: Iterable[Mapping[str, Severity]]) -> Severity | None:
    """The severity that settings give a code, or None: the last table with a match wins, in it the longest prefix."""
    for table in reversed(list(tables)):
        length = _longest(code, table)
        if length >= 0:
            return table[code[:length]]
    return None
