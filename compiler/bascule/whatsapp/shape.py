"""Typed reading and exact writing of the vendor's JSON.

A shape is a frozen dataclass whose attributes have the names of the JSON members; how a member is read
and written follows from its annotation. What a shape does not know is kept in ``extra`` and written
back; what was written in another way than we would (``body`` for ``BODY``, ``0`` for ``"0"``) is kept
in ``written`` and used again while the attribute still holds that value. So a document that is read
and written comes out equal, up to the order of members.
"""

from __future__ import annotations

import enum
import types
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Annotated, Any, ClassVar, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from bascule.source import Place
from bascule.source.json import MAX_DEPTH
from bascule.whatsapp.reader import Reader

__all__ = [
    "ABSENT",
    "Id",
    "Index",
    "Number",
    "OneText",
    "Rows",
    "Shape",
    "Texts",
    "Variant",
    "Written",
    "copy_json",
    "read_shape",
    "read_variant",
    "too_deep",
]

S = TypeVar("S", bound="Shape")


class _Form(enum.Enum):
    ID = "a text"
    INDEX = "a whole number"
    NUMBER = "a number"
    TEXTS = "a list of texts"
    ROWS = "a list of lists of texts"
    ONE = "one text"


Id = Annotated[str, _Form.ID]
"""An identifier; a number in the file is read as its digits."""
Index = Annotated[int, _Form.INDEX]
"""A position, written as text (``"0"``); a number is read too."""
Number = Annotated[float | int | str, _Form.NUMBER]
"""A number, or the text that stands for one until run time."""
Texts = Annotated[tuple[str, ...], _Form.TEXTS]
"""A list of texts; a single text is read as a list of one."""
Rows = Annotated[tuple[tuple[str, ...], ...], _Form.ROWS]
"""A list of lists of texts; a flat list or a single text is read as one row."""
OneText = Annotated[str, _Form.ONE]
"""A text; a list that holds one text is read too."""


class _Absent(enum.Enum):
    ABSENT = "absent"


ABSENT = _Absent.ABSENT
"""Stands in :class:`Written` for a member that the file left out."""


@dataclass(frozen=True, slots=True)
class Written:
    """How a file wrote a member: used again as long as the attribute equals ``value``."""

    value: Any
    raw: Any


@dataclass(frozen=True, slots=True)
class Shape:
    """Base of all shapes. ``place`` is where it was read, ``None`` for what the compiler made."""

    TYPE: ClassVar[str] = ""
    """Value of the ``type`` member, where the shape has one."""
    LABEL: ClassVar[str] = ""
    """What findings call it; the class name in lower case where empty."""

    extra: Mapping[str, Any] = field(default_factory=dict, kw_only=True, hash=False)
    written: Mapping[str, Written] = field(default_factory=dict, kw_only=True, compare=False, repr=False)
    place: Place | None = field(default=None, kw_only=True, compare=False, repr=False)

    def to_json(self) -> Any:
        """The JSON form, in a fixed order of members; shares nothing with this value."""
        out: dict[str, Any] = {}
        if self.TYPE:
            _put(out, "type", self.TYPE, self.TYPE, self.written)
        for member in _members(type(self)):
            value = getattr(self, member.name)
            if value is None or (value == () and member.omit_empty and member.name not in self.written):
                continue
            _put(out, member.name, value, member.write, self.written)
        for name, value in self.extra.items():
            if name not in out:
                out[name] = copy_json(value)
        return out

    def needs(self) -> tuple[tuple[str, ...], ...]:
        """Groups of members of which at least one must be there, beyond what the types say."""
        return ()

    @classmethod
    def label(cls) -> str:
        """What findings call such a thing."""
        if cls.LABEL:
            return cls.LABEL
        return "".join(" " + char.lower() if char.isupper() else char for char in cls.__name__).strip()


@dataclass(frozen=True, slots=True)
class Variant(Shape):
    """Base of a closed set of shapes told apart by their ``type``, and of the one that keeps the rest."""

    WHAT: ClassVar[str] = ""
    """Name of the set: the key of its rule in :class:`bascule.whatsapp.reader.ShapeRules`."""
    VARIANTS: ClassVar[Mapping[str, type[Variant]]] = {}
    """The shapes of the set by their ``type`` in upper case."""
    UNKNOWN: ClassVar[Callable[[str, Any, Place], Variant]]
    """Makes the value that keeps an item of another type whole."""


_FAILED = object()
_Read = Callable[[Any, Place, Reader], Any]


@dataclass(frozen=True, slots=True)
class _Member:
    """How one attribute is read and written.

    ``leaf``: its written form may differ from ours. ``omit_empty``: an empty tuple is the default, and not written.
    """

    name: str
    required: bool
    omit_empty: bool
    read: _Read
    write: Callable[[Any], Any]
    leaf: bool


def read_shape(
    cls: type[S],
    raw: Any,
    place: Place,
    reader: Reader,
    skip: frozenset[str] = frozenset(),
    given: Mapping[str, Any] | None = None,
    as_written: Mapping[str, Written] | None = None,
) -> S | None:
    """Read an object as a shape.

    ``skip`` names members that the caller has read itself, ``given`` and ``as_written`` are the attributes and
    forms that it found for them.

    Returns None, with error findings, when ``raw`` is not an object or lacks a member that the shape cannot be
    without. An optional member that cannot be read goes to ``extra`` as it stands, with its finding.
    """
    if not isinstance(raw, dict):
        reader.wrong_type(place, "an object", raw)
        return None
    values: dict[str, Any] = dict(given or {})
    written: dict[str, Written] = dict(as_written or {})
    extra: dict[str, Any] = {}
    complete = True
    names = set(skip)
    if cls.TYPE:
        names.add("type")
        if raw.get("type", cls.TYPE) != cls.TYPE:
            written["type"] = Written(cls.TYPE, raw["type"])
    for member in _members(cls):
        name = member.name
        names.add(name)
        if name not in raw:
            if member.required:
                reader.missing(place, cls.label(), (name,))
                complete = False
            continue
        item = raw[name]
        if item is None and not member.required:
            extra[name] = None
            continue
        value = member.read(item, place.child(name), reader)
        if value is _FAILED:
            extra[name] = item
            complete = complete and not member.required
            continue
        values[name] = value
        if member.leaf:
            ours = member.write(value)
            if ours != item or type(ours) is not type(item):
                written[name] = Written(value, item)
        elif value == () and member.omit_empty:
            written[name] = Written(value, item)
    unknown = [name for name in raw if name not in names]
    if unknown:
        extra.update((name, raw[name]) for name in unknown)
        reader.unknown_members(place, cls.label(), [str(name) for name in unknown])
    if not complete:
        return None
    shape = cls(**values, extra=extra, written=written, place=place)
    for group in shape.needs():
        if not any(name in raw for name in group):
            reader.missing(place, cls.label(), group)
    return shape


def read_variant(base: type[Variant], raw: Any, place: Place, reader: Reader) -> Variant:
    """Read an object as the variant that its ``type`` names; what cannot be read is kept whole."""
    kind = ""
    if not isinstance(raw, dict):
        reader.wrong_type(place, "an object", raw)
    elif "type" not in raw:
        reader.missing(place, base.WHAT, ("type",))
    elif not isinstance(raw["type"], str):
        reader.wrong_type(place.child("type"), "a text", raw["type"])
    else:
        kind = raw["type"]
        cls = base.VARIANTS.get(kind.upper())
        if cls is None:
            known = tuple(shape.TYPE for shape in base.VARIANTS.values())
            reader.unknown_kind(place.child("type"), base.WHAT, kind, known)
        else:
            shape = read_shape(cls, raw, place, reader)
            if shape is not None:
                return shape
    return base.UNKNOWN(kind, raw, place)


def too_deep(raw: Any, limit: int = MAX_DEPTH) -> bool:
    """Whether lists and objects nest deeper than ``limit``. Iterative; readers below it may recurse."""
    level: list[Any] = [raw]
    for _ in range(limit):
        deeper: list[Any] = []
        for item in level:
            if isinstance(item, dict):
                deeper.extend(value for value in item.values() if isinstance(value, (dict, list)))
            elif isinstance(item, list):
                deeper.extend(value for value in item if isinstance(value, (dict, list)))
        if not deeper:
            return False
        level = deeper
    return True


def copy_json(value: Any) -> Any:
    """A copy of a JSON value that shares no list or object with it; tuples become lists."""
    if isinstance(value, Mapping):
        return {name: copy_json(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [copy_json(item) for item in value]
    return value


def _put(out: dict[str, Any], name: str, value: Any, write: Any, written: Mapping[str, Written]) -> None:
    as_written = written.get(name)
    if as_written is not None and as_written.value == value:
        if as_written.raw is not ABSENT:
            out[name] = copy_json(as_written.raw)
        return
    out[name] = write(value) if callable(write) else write


_MEMBERS: dict[type[Shape], tuple[_Member, ...]] = {}


def _members(cls: type[Shape]) -> tuple[_Member, ...]:
    known = _MEMBERS.get(cls)
    if known is None:
        known = _MEMBERS[cls] = tuple(_find_members(cls))
    return known


def _find_members(cls: type[Shape]) -> Iterator[_Member]:
    hints = get_type_hints(cls, include_extras=True)
    base = {item.name for item in fields(Shape)}
    for item in fields(cls):
        if item.name in base or item.metadata.get("json") is False:
            continue
        read, write, leaf, fixed = _codec(hints[item.name])
        optional = item.default is None or item.default == ()
        yield _Member(item.name, fixed or not optional, item.default == (), read, write, leaf)


def _codec(hint: Any) -> tuple[_Read, Callable[[Any], Any], bool, bool]:
    """Reader, writer, whether the written form may differ, whether the member is always there."""
    # A member may be left out of the JSON only where its attribute may be None or is an empty tuple by default.
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType) and type(None) in arguments:
        (inner,) = (item for item in arguments if item is not type(None))
        read, write, leaf, _ = _codec(inner)
        return read, write, leaf, False
    if origin is Annotated:
        form = arguments[1]
        return _FORMS[form][0], _FORMS[form][1], True, False
    if origin is Literal:
        return _read_choice(arguments), str, True, True
    if origin is tuple and isinstance(arguments[0], type) and issubclass(arguments[0], Shape):
        return _read_items(arguments[0]), _write_items, False, False
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        return _read_enum(hint), _write_enum, True, False
    if isinstance(hint, type) and issubclass(hint, Variant) and hint.VARIANTS:
        return _read_as(lambda raw, place, reader: read_variant(hint, raw, place, reader)), _write_shape, False, False
    if isinstance(hint, type) and issubclass(hint, Shape):
        return _read_as(lambda raw, place, reader: read_shape(hint, raw, place, reader)), _write_shape, False, False
    if hint in _PLAIN:
        return _read_plain(*_PLAIN[hint]), copy_json, False, False
    if origin is not None and isinstance(origin, type) and issubclass(origin, Mapping):
        return _read_plain(dict, "an object"), copy_json, False, False
    if hint is Any:
        return (lambda raw, place, reader: raw), copy_json, False, False
    raise TypeError(f"no codec for {hint!r}")


_PLAIN: dict[Any, tuple[type, str]] = {
    str: (str, "a text"),
    int: (int, "a whole number"),
    bool: (bool, "true or false"),
}


def _read_plain(kind: type, expected: str) -> _Read:
    def read(raw: Any, place: Place, reader: Reader) -> Any:
        if isinstance(raw, kind) and (kind is bool or not isinstance(raw, bool)):
            return raw
        reader.wrong_type(place, expected, raw)
        return _FAILED

    return read


def _read_as(inner: _Read) -> _Read:
    def read(raw: Any, place: Place, reader: Reader) -> Any:
        shape = inner(raw, place, reader)
        return _FAILED if shape is None else shape

    return read


def _read_items(cls: type[Shape]) -> _Read:
    def read(raw: Any, place: Place, reader: Reader) -> Any:
        if not isinstance(raw, list):
            reader.wrong_type(place, "a list", raw)
            return _FAILED
        if issubclass(cls, Variant) and cls.VARIANTS:
            return tuple(read_variant(cls, item, place.child(at), reader) for at, item in enumerate(raw))
        shapes = tuple(read_shape(cls, item, place.child(at), reader) for at, item in enumerate(raw))
        return _FAILED if None in shapes else shapes

    return read


def _write_items(items: tuple[Shape, ...]) -> list[Any]:
    return [item.to_json() for item in items]


def _write_shape(shape: Shape) -> Any:
    return shape.to_json()


def _read_enum(kind: type[enum.Enum]) -> _Read:
    known = {str(item.value).upper(): item for item in kind}
    values = tuple(str(item.value) for item in kind)

    def read(raw: Any, place: Place, reader: Reader) -> Any:
        if not isinstance(raw, str):
            reader.wrong_type(place, "a text", raw)
            return _FAILED
        found = known.get(raw.upper())
        if found is None:
            reader.unknown_value(place, raw, values)
            return _FAILED
        return found

    return read


def _write_enum(value: enum.Enum) -> Any:
    return value.value


def _read_choice(values: tuple[str, ...]) -> _Read:
    known = {item.upper(): item for item in values}

    def read(raw: Any, place: Place, reader: Reader) -> Any:
        if not isinstance(raw, str):
            reader.wrong_type(place, "a text", raw)
            return _FAILED
        found = known.get(raw.upper())
        if found is None:
            reader.unknown_value(place, raw, values)
            return _FAILED
        return found

    return read


def _read_form(form: _Form, convert: Callable[[Any], Any]) -> _Read:
    def read(raw: Any, place: Place, reader: Reader) -> Any:
        value = convert(raw)
        if value is _FAILED:
            reader.wrong_type(place, form.value, raw)
        return value

    return read


def _to_id(raw: Any) -> Any:
    if isinstance(raw, str):
        return raw
    return str(raw) if isinstance(raw, int) and not isinstance(raw, bool) else _FAILED


def _to_index(raw: Any) -> Any:
    if isinstance(raw, str) and raw.isascii() and raw.isdigit() and len(raw) < 10:
        return int(raw)
    return raw if isinstance(raw, int) and not isinstance(raw, bool) and raw >= 0 else _FAILED


def _to_number(raw: Any) -> Any:
    return raw if isinstance(raw, (int, float, str)) and not isinstance(raw, bool) else _FAILED


def _to_texts(raw: Any) -> Any:
    if isinstance(raw, str):
        return (raw,)
    if isinstance(raw, list) and all(isinstance(item, str) for item in raw):
        return tuple(raw)
    return _FAILED


def _to_rows(raw: Any) -> Any:
    if isinstance(raw, list) and raw and all(isinstance(item, list) for item in raw):
        rows = tuple(_to_texts(item) for item in raw)
        return _FAILED if _FAILED in rows else rows
    row = _to_texts(raw)
    return row if row is _FAILED or not row else (row,)


def _to_one(raw: Any) -> Any:
    if isinstance(raw, list) and len(raw) == 1:
        raw = raw[0]
    return raw if isinstance(raw, str) else _FAILED


_FORMS: dict[_Form, tuple[_Read, Callable[[Any], Any]]] = {
    _Form.ID: (_read_form(_Form.ID, _to_id), str),
    _Form.INDEX: (_read_form(_Form.INDEX, _to_index), str),
    _Form.NUMBER: (_read_form(_Form.NUMBER, _to_number), copy_json),
    _Form.TEXTS: (_read_form(_Form.TEXTS, _to_texts), list),
    _Form.ROWS: (_read_form(_Form.ROWS, _to_rows), copy_json),
    _Form.ONE: (_read_form(_Form.ONE, _to_one), str),
}
