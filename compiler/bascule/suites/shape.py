"""The keys of bascule's own suites. The published schema is printed from them; a test compares."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bascule.settings.shape import Many, Mapped, OneOf, Problem, Shape, Table, Text, schema_of

__all__ = ["INPUTS", "SUITE", "suite_schema"]


@dataclass(frozen=True, slots=True)
class Anything(Shape):
    """Any value: data that a server would send."""

    def check(self, value: Any, pointer: str) -> Iterator[Problem]:
        yield from ()

    def schema(self) -> dict[str, Any]:
        return {}

    @property
    def name(self) -> str:
        return "any value"


@dataclass(frozen=True, slots=True)
class Scalar(Text):
    """A text, number or boolean: YAML and JSON write numbers without quotes."""

    def schema(self) -> dict[str, Any]:
        return {"type": ["string", "number", "boolean", "null"]}

    def check(self, value: Any, pointer: str) -> Iterator[Problem]:
        if value is None or isinstance(value, (bool, int, float)):
            return
        yield from Text("a text or a number", empty=True).check(value, pointer)


_TEXT = Text()
_ANY = Anything()
_VALUE = Scalar("a text or a number", empty=True)
_TRUE = Scalar("`true`")
_DURATION = Text("a length of time such as `90s`, `2h` or `1d`")
_VALUES = Mapped(Text("the name of a variable"), _ANY)
_TEXTS = OneOf(_VALUE, Many(_VALUE, 1))

_SAID = Table(
    {
        "text": (_TEXTS, "What is said, or several wordings of which one must be; `*` stands for anything."),
        "how": (Text(choices=("wildcard", "contains", "regexp", "equals")), "How the text is compared."),
        "buttons": (Many(_VALUE), "Titles of what can be tapped, all of them, in order."),
        "kind": (_TEXT, "Kind of the message: text, buttons, list, link, template, image …"),
        "template": (_TEXT, "Name of the template that is sent."),
        "not": (_TRUE, "`true`: this must not be said."),
        "optional": (_TRUE, "`true`: it may be left out."),
    }
)
_CONTACT = Table({"name": (_TEXT, "The name on the card."), "phone": (_TEXT, "The number on it.")}, ("name",))

INPUTS: dict[str, tuple[Shape, str]] = {
    "user": (_VALUE, "The person writes this."),
    "tap": (_VALUE, "The person taps this button or row: its title, its id, or its number."),
    "image": (_TEXT, "The person sends a picture (its address)."),
    "video": (_TEXT, "The person sends a video."),
    "audio": (_TEXT, "The person sends a voice message."),
    "document": (_TEXT, "The person sends a document."),
    "location": (Text("a place such as `14.69, -17.44`"), "The person sends a place."),
    "contact": (_CONTACT, "The person sends a contact card."),
    "wait": (_DURATION, "So much time goes by without a word of the person."),
    "fails": (_TRUE, "The question could not be delivered."),
    "decide": (_VALUE, "Where nobody can know offline: the number of the way, from 1, or the node it leads to."),
}
_STEP = Table(
    {
        **INPUTS,
        "bot": (
            OneOf(_VALUE, _SAID),
            "A message the person should see; `*` stands for anything. One entry per message, in order.",
        ),
        "more": (_TRUE, "`true`: further messages may follow that the test does not look at."),
        "node": (_TEXT, "The conversation should now wait at this node."),
        "intent": (_TEXT, "The answer should have been taken for this intent."),
        "variables": (_VALUES, "Variables and the values they should have now."),
        "handover": (_VALUE, "A person should have taken over (`true`, or the name of the team)."),
        "consent": (Text(choices=("opt_in", "opt_out")), "Consent that should have been recorded."),
        "called": (_TEXT, "A request that should have been made: its address; `*` stands for anything."),
        "blocked": (_TRUE, "A message should have been kept back: the window is closed and there is no template."),
        "silence": (_TRUE, "Nothing should be said."),
        "waiting": (_TRUE, "The conversation should wait for an answer."),
        "end": (_TRUE, "The conversation should be over."),
    }
)
_START = Table(
    {
        "flow": (_TEXT, "The flow that starts."),
        "entry": (_VALUE, "Which of its entries, from 1, or the entry's name or kind (`broadcast`)."),
        "user": (_VALUE, "What the person writes first; without `flow`, whatever listens for it starts."),
    }
)
_STUB = Table(
    {
        "url": (_TEXT, "Address, service or node; `*` and `?` stand for anything."),
        "method": (_TEXT, "Only for this method."),
        "status": (_VALUE, "HTTP status, 200 if not said; 0: no answer at all."),
        "body": (_ANY, "What comes back."),
        "sets": (_VALUES, "Variables that the answer leaves by itself."),
        "once": (_TRUE, "`true`: for one request only."),
    },
    ("url",),
)
_CASE = Table(
    {
        "start": (OneOf(_VALUE, _START), "What the person writes first, or the flow that starts."),
        "variables": (_VALUES, "What is known about the person beforehand."),
        "groups": (Many(_TEXT), "Groups the person is in."),
        "locale": (Text("a language code such as `fr`"), "Language of the person."),
        "http": (Many(_STUB), "Answers to requests."),
        "steps": (Many(_STEP), "What happens, in order."),
    },
    ("steps",),
)
SUITE = Table(
    {
        "bascule-test": (_VALUE, "Always 1, the version of this format."),
        "locale": (Text("a language code such as `fr`"), "Language of the people in all tests."),
        "variables": (_VALUES, "What is known beforehand in all tests."),
        "http": (Many(_STUB), "Answers to requests in all tests, after those of a test."),
        "tests": (Mapped(Text("the name of a test"), _CASE), "The tests by name."),
    },
    ("bascule-test", "tests"),
)


def suite_schema() -> dict[str, Any]:
    """The JSON Schema of a suite."""
    return schema_of(
        SUITE,
        title="A bascule test suite",
        identifier="https://bascule.example/schemas/test-suite.schema.json",
        description="Conversations and what should be said in them (docs/testing.md).",
    )
