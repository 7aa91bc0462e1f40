"""Any value of any shape, written and read again, is the same value; any JSON is read without a traceback."""

from __future__ import annotations

import enum
import json
import sys
import types
from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bascule.diagnostics.finding import Severity
from bascule.source import Place
from bascule.whatsapp.messages import MESSAGE_RULES, Contacts, Content, Interactive, Message, ReadReceipt, read_message
from bascule.whatsapp.messages.read import CONTENT_KINDS
from bascule.whatsapp.reader import Reader
from bascule.whatsapp.shape import Id, Index, Number, OneText, Rows, Shape, Texts, Variant, read_shape
from bascule.whatsapp.templates import TEMPLATE_RULES, Template, read_template, read_template_list

HERE = Place("x.json")
TEXT = st.text(alphabet='aZé ç\n😀عहП{}1"\\', max_size=8)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
FORMS: dict[Any, st.SearchStrategy[Any]] = {
    get_args(Id)[1]: TEXT,
    get_args(Index)[1]: st.integers(0, 999),
    get_args(Number)[1]: st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    get_args(Texts)[1]: st.lists(TEXT, max_size=3).map(tuple),
    get_args(Rows)[1]: st.lists(st.lists(TEXT, max_size=3).map(tuple), max_size=2).map(tuple),
    get_args(OneText)[1]: TEXT,
}
BASE = {item.name for item in fields(Shape)}


def values(hint: Any) -> st.SearchStrategy[Any]:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType) and type(None) in arguments:
        (inner,) = (item for item in arguments if item is not type(None))
        return st.none() | values(inner)
    if origin is Annotated:
        return FORMS[arguments[1]]
    if origin is Literal:
        return st.sampled_from(arguments)
    if origin is tuple:
        return st.lists(values(arguments[0]), max_size=2).map(tuple)
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        return st.sampled_from(list(hint))
    if isinstance(hint, type) and issubclass(hint, Shape):
        return shapes(hint)
    if hint is Any:
        return JSON.filter(lambda value: value is not None)
    if origin is not None and issubclass(origin, Mapping):
        return st.dictionaries(TEXT, JSON, max_size=3)
    return {str: TEXT, int: st.integers(), bool: st.booleans()}[hint]


def shapes(cls: type[Shape]) -> st.SearchStrategy[Any]:
    if issubclass(cls, Variant) and cls.VARIANTS:
        variants = list(cls.VARIANTS.values())
        if cls not in variants and cls.TYPE == "":
            return st.deferred(lambda: st.one_of([one(item) for item in variants]))
    return st.deferred(lambda: one(cls))


def one(cls: type[Shape]) -> st.SearchStrategy[Any]:
    hints = get_type_hints(cls, include_extras=True)
    members = {item.name: hints[item.name] for item in fields(cls) if item.name not in BASE}

    @st.composite
    def build(draw: Callable[..., Any]) -> Any:
        drawn = {name: draw(values(hint)) for name, hint in members.items()}
        extra = draw(st.dictionaries(st.sampled_from(["x_new", "y é"]), JSON, max_size=2))
        made = cls(**drawn, extra=extra)
        for group in made.needs():
            if all(drawn[name] is None or drawn[name] == () for name in group):
                inner = [item for item in get_args(members[group[0]]) if item is not type(None)]
                hint = (
                    inner[0]
                    if inner and get_origin(members[group[0]]) in (Union, types.UnionType)
                    else members[group[0]]
                )
                drawn[group[0]] = draw(values(hint).filter(lambda value: value not in (None, ())))
        return cls(**drawn, extra=extra)

    return build()


def all_shapes() -> list[type[Shape]]:
    found: set[type[Shape]] = set()
    waiting: list[type[Shape]] = [Shape]
    while waiting:
        cls = waiting.pop()
        waiting += cls.__subclasses__()
        if vars(sys.modules[cls.__module__]).get(cls.__name__) is cls:  # not the class that slots=True replaced
            found.add(cls)
    own = {"to_json", "raw"}
    return sorted(
        (
            cls
            for cls in found
            if not own & cls.__dict__.keys()
            and cls.__name__ not in ("Shape", "Variant", "Content", "MediaContent")
            and not (issubclass(cls, Variant) and not cls.TYPE)
        ),
        key=lambda cls: cls.__qualname__,
    )


@pytest.mark.parametrize("cls", all_shapes(), ids=lambda cls: cls.__name__)
def test_every_shape_survives_writing_and_reading(cls: type[Shape]) -> None:
    @settings(max_examples=12)
    @given(one(cls))
    def check(made: Shape) -> None:
        written = made.to_json()
        json.dumps(written)
        reader = Reader(TEMPLATE_RULES if "templates" in cls.__module__ else MESSAGE_RULES)
        again = read_shape(cls, written, HERE, reader)
        assert again == made
        assert again is not None
        assert json.dumps(again.to_json()) == json.dumps(written)
        assert {finding.code[3:] for finding in reader.findings} <= {"920"}

    check()


def test_there_are_many_shapes() -> None:
    assert len(all_shapes()) > 90


@settings(max_examples=60)
@given(one(Template))
def test_templates_survive_writing_and_reading(made: Template) -> None:
    again, findings = read_template(made.to_json(), HERE)
    assert again == made
    assert {finding.code for finding in findings} <= {"TPL920", "TPL900"}  # TPL900: a body without text


def contents() -> st.SearchStrategy[Any]:
    kinds = [cls for cls in CONTENT_KINDS.values() if cls not in (Interactive, Contacts)]
    return st.one_of([one(cls) for cls in [*kinds, ReadReceipt]] + [shapes(Interactive), one(Contacts)])


@settings(max_examples=80)
@given(contents(), st.none() | TEXT)
def test_messages_survive_writing_and_reading(content: Content, to: str | None) -> None:
    content = type(content)(
        **{item.name: getattr(content, item.name) for item in fields(content) if item.name != "extra"}
    )
    made = Message(content, to=to)
    again, findings = read_message(made.to_json(), HERE)
    assert again == made
    assert {finding.code for finding in findings} <= {"INT920"}


WORDS = st.sampled_from(
    [
        "type",
        "name",
        "language",
        "category",
        "components",
        "BODY",
        "HEADER",
        "TEXT",
        "text",
        "format",
        "example",
        "body_text",
        "buttons",
        "BUTTONS",
        "URL",
        "url",
        "cards",
        "CAROUSEL",
        "data",
        "paging",
        "messaging_product",
        "whatsapp",
        "to",
        "interactive",
        "button",
        "list",
        "action",
        "body",
        "header",
        "footer",
        "sections",
        "rows",
        "id",
        "title",
        "template",
        "parameters",
        "index",
        "sub_type",
        "status",
        "read",
        "message_id",
        "code",
        "UTILITY",
        "OTP",
        "otp_type",
    ]
)
FUZZ = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.floats(allow_nan=False) | WORDS | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS | TEXT, inner, max_size=6),
    max_leaves=30,
)


def strict(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


@settings(max_examples=300)
@given(FUZZ)
def test_no_json_makes_a_traceback_and_nothing_is_lost(value: Any) -> None:
    for read in (read_template, read_template_list, read_message):
        result, findings = read(value, HERE)
        if result is None:
            assert findings
            assert any(finding.severity is Severity.ERROR for finding in findings)
        else:
            assert strict(result.to_json()) == strict(value)
        for finding in findings:
            assert finding.message
            assert len(finding.message) < 1000


BASE_TEMPLATE = {
    "name": "a",
    "language": "fr",
    "category": "MARKETING",
    "components": [
        {"type": "HEADER", "format": "IMAGE", "example": {"header_handle": ["4::x"]}},
        {"type": "BODY", "text": "a {{1}} b", "example": {"body_text": [["x"]]}},
        {
            "type": "BUTTONS",
            "buttons": [
                {"type": "URL", "text": "x", "url": "https://x", "example": ["y"]},
                {"type": "COPY_CODE", "example": "X"},
            ],
        },
        {"type": "CAROUSEL", "cards": [{"components": [{"type": "BODY", "text": "x"}]}]},
        {"type": "LIMITED_TIME_OFFER", "limited_time_offer": {"text": "x"}},
    ],
}
BASE_MESSAGE = {
    "messaging_product": "whatsapp",
    "to": "+221",
    "context": {"message_id": "x"},
    "type": "template",
    "template": {
        "name": "a",
        "language": {"code": "fr"},
        "components": [
            {
                "type": "body",
                "parameters": [
                    {"type": "text", "text": "x"},
                    {"type": "currency", "currency": {"fallback_value": "1", "code": "XOF", "amount_1000": 1}},
                ],
            },
            {"type": "button", "sub_type": "url", "index": 0, "parameters": [{"type": "text", "text": "x"}]},
            {
                "type": "carousel",
                "cards": [
                    {
                        "card_index": 0,
                        "components": [{"type": "header", "parameters": [{"type": "image", "image": {"id": "1"}}]}],
                    }
                ],
            },
        ],
    },
}


def spots(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path]
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        found += spots(item, (*path, key))
    return found


@pytest.mark.parametrize("base", [BASE_TEMPLATE, BASE_MESSAGE], ids=["template", "message"])
def test_one_wrong_value_anywhere_is_found_and_kept(base: dict[str, Any]) -> None:
    read: Callable[..., Any] = read_template if base is BASE_TEMPLATE else read_message
    clean = read(base, HERE)[1]
    assert clean == []
    for path in spots(base):
        for wrong in (None, 7, 1.5, True, "zzz", [], [None], {}, {"zzz": 1}, ...):
            value = json.loads(json.dumps(base))
            target = value
            for step in path[:-1]:
                target = target[step]
            if not path:
                value = wrong if wrong is not ... else None
            elif wrong is ...:
                del target[path[-1]]
            else:
                target[path[-1]] = wrong
            result, findings = read(value, HERE)
            if result is not None:
                assert strict(result.to_json()) == strict(value), path
            else:
                assert any(finding.severity is Severity.ERROR for finding in findings), (path, wrong)


def test_a_thousand_templates_are_read() -> None:
    result, findings = read_template_list([BASE_TEMPLATE] * 1000, HERE)
    assert findings == []
    assert result is not None
    assert len(result.to_json()) == 1000


def test_deep_values_are_refused() -> None:
    deep: Any = {}
    for _ in range(100_000):
        deep = {"cards": [deep]}
    assert [finding.code for finding in read_template(deep, HERE)[1]] == ["TPL940"]
    assert [finding.code for finding in read_template_list([deep], HERE)[1]] == ["TPL940"]
    assert [finding.code for finding in read_message(deep, HERE)[1]] == ["INT940"]


def test_carousels_in_carousels_end() -> None:
    inner: dict[str, Any] = {"type": "BODY", "text": "x"}
    for _ in range(45):
        inner = {"type": "CAROUSEL", "cards": [{"components": [inner]}]}
    value = {
        "name": "a",
        "language": "fr",
        "category": "MARKETING",
        "components": [{"type": "BODY", "text": "x"}, inner],
    }
    result, _ = read_template(value, HERE)
    assert result is not None
    assert result.to_json() == value
