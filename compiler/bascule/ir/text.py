"""Texts with holes, and values per language."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from bascule.ir.expr import Call, Const, Expression
from bascule.source import Place

__all__ = [
    "EMPTY_TEXT",
    "Hole",
    "Literal",
    "Localized",
    "LocalizedText",
    "Segment",
    "Text",
    "holes",
    "is_empty",
    "join_text",
    "literal",
    "plain_text",
    "text_expression",
]

T = TypeVar("T")
U = TypeVar("U")


@dataclass(frozen=True, slots=True)
class Literal:
    """Text that is said as it stands."""

    text: str


@dataclass(frozen=True, slots=True)
class Hole:
    """A place filled at run time. ``at`` is the placeholder's own place in the source."""

    expression: Expression
    at: Place | None = field(default=None, compare=False)


Segment = Literal | Hole
Text = tuple[Segment, ...]
EMPTY_TEXT: Text = ()


def literal(text: str) -> Text:
    """A text without holes; the empty string gives the empty text."""
    return (Literal(text),) if text else EMPTY_TEXT


def join_text(segments: Iterable[Segment]) -> Text:
    """Normal form: neighbouring literals merged, empty ones removed."""
    result: list[Segment] = []
    for segment in segments:
        if isinstance(segment, Literal):
            if not segment.text:
                continue
            if result and isinstance(result[-1], Literal):
                result[-1] = Literal(result[-1].text + segment.text)
                continue
        result.append(segment)
    return tuple(result)


def plain_text(text: Text, hole: Callable[[Hole], str] | None = None) -> str:
    """The text as one string; ``hole`` says how a hole prints (default: an ellipsis)."""
    show = hole or (lambda _: "…")
    return "".join(part.text if isinstance(part, Literal) else show(part) for part in text)


def holes(text: Text) -> Iterator[Hole]:
    """The holes of a text in order."""
    return (part for part in text if isinstance(part, Hole))


def is_empty(text: Text) -> bool:
    """True when nothing would be said: no hole and only blanks."""
    return all(isinstance(part, Literal) and not part.text.strip() for part in text)


def text_expression(text: Text) -> Expression:
    """The text as an expression: a constant, the hole's own expression, or a ``concat`` call."""
    if not text:
        return Const("")
    parts: list[Expression] = [Const(part.text) if isinstance(part, Literal) else part.expression for part in text]
    return parts[0] if len(parts) == 1 else Call("concat", tuple(parts))


@dataclass(frozen=True, slots=True)
class Localized(Generic[T]):
    """A value per locale, in the order of the source. Locale ``""`` means the project's own locale."""

    items: tuple[tuple[str, T], ...] = ()

    @classmethod
    def of(cls, value: T, locale: str = "") -> Localized[T]:
        """One value in one locale."""
        return cls(((locale, value),))

    @property
    def locales(self) -> tuple[str, ...]:
        """The locales that have a value."""
        return tuple(locale for locale, _ in self.items)

    @property
    def first(self) -> T:
        """The value of the first locale; raises IndexError when there is none."""
        return self.items[0][1]

    def get(self, locale: str) -> T | None:
        """The value of exactly this locale, or None."""
        return next((value for known, value in self.items if known == locale), None)

    def best(self, locale: str) -> T | None:
        """The value of the locale, of its language, of the project's locale, else the first."""
        for wanted in (locale, locale.split("_")[0].split("-")[0], ""):
            value = self.get(wanted)
            if value is not None:
                return value
        return self.items[0][1] if self.items else None

    def map(self, function: Callable[[T], U]) -> Localized[U]:
        """Apply a function to each value."""
        return Localized(tuple((locale, function(value)) for locale, value in self.items))

    def with_value(self, locale: str, value: T) -> Localized[T]:
        """Set or replace one locale's value; new locales go last."""
        if locale in self.locales:
            return Localized(tuple((known, value if known == locale else old) for known, old in self.items))
        return Localized((*self.items, (locale, value)))

    def __bool__(self) -> bool:
        return bool(self.items)

    def __iter__(self) -> Iterator[tuple[str, T]]:
        return iter(self.items)


LocalizedText = Localized[Text]
