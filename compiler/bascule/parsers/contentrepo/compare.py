"""The wordings of one message side by side: what one channel says and another does not.

Words are not compared (each channel has its own style): placeholders, links, phone numbers, numbers and options are.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from bascule.diagnostics.finding import Label
from bascule.ir.content import ChoiceKind
from bascule.ir.expr_text import print_expression
from bascule.ir.text import Text, holes, plain_text
from bascule.language.gsm import count_segments
from bascule.language.menus import find_menu
from bascule.language.reading import Reading
from bascule.parsers.contentrepo import rules
from bascule.parsers.contentrepo.columns import CHANNELS
from bascule.parsers.contentrepo.messages import Said, Scribe
from bascule.parsers.contentrepo.pages import Cell, Message, Page, shown

__all__ = ["Facts", "compare_page", "facts_of"]

_LINK = re.compile(r"(?:https?://|www\.)[^\s<>\"'*_~`]+|\b[a-z0-9-]{2,40}(?:\.[a-z0-9-]{2,40})*\.(?:com|org|net|int|info|fr|"
                   r"za|ng|ke|sn|ci|in|br|ma|gov|edu)(?:/[^\s<>\"'*_~`]*)?(?![\w@])", re.IGNORECASE)  # fmt: skip
_PHONE = re.compile(r"(?<![\w/])(?:\+|00)?\d[\d ().-]{6,18}\d(?!\w)")
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_MARKER = re.compile(r"^[ \t]*\d{1,2}[.):\-]?[ \t]+", re.MULTILINE)
"""A number that counts the items of a list: which one it is depends on the channel's own list."""

_KEYCAP = re.compile(r"[\ufe0f\u20e3]")
_TRAILING = ".,;:!?)]}’'\""
_MANY = 4000
"""Longest text that is compared; longer ones are no messages."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a wording states, apart from its words."""

    holes: frozenset[str]
    links: frozenset[str]
    phones: frozenset[str]
    numbers: frozenset[str]


def facts_of(text: Text) -> Facts:
    """The placeholders, links, phone numbers and other numbers of a text, in forms that can be compared."""
    named = frozenset(print_expression(hole.expression) for hole in holes(text))
    words = plain_text(text, lambda _: " ")[:_MANY]
    words = "".join(
        str(unicodedata.digit(char)) if char.isdecimal() else char
        for char in unicodedata.normalize("NFKC", _KEYCAP.sub("", words))
    )
    links = frozenset(_link(match.group()) for match in _LINK.finditer(words))
    rest = _LINK.sub(" ", words)
    phones = {digits for match in _PHONE.finditer(rest) if 7 <= len(digits := _digits(match.group())) <= 15}
    rest = _PHONE.sub(lambda match: " " if _digits(match.group()) in phones else match.group(), rest)
    numbers = frozenset(match.group() for match in _NUMBER.finditer(_MARKER.sub("", rest)))
    return Facts(named, links, frozenset(phones), numbers)


def _link(text: str) -> str:
    bare = text.rstrip(_TRAILING).rstrip("/").casefold()
    return re.sub(r"^(?:https?://)?(?:www\.)?", "", bare)


def _digits(text: str) -> str:
    digits = "".join(char for char in text if char.isdigit())
    return digits[2:] if digits.startswith("00") else digits


def compare_page(reading: Reading, scribe: Scribe, page: Page, told: list[tuple[Message, Said]]) -> None:
    """Compare the wordings of every message of a page, and report what they do not share."""
    used = {channel for message in page.messages for channel in message.line.bodies}
    for message, said in told:
        bodies = message.line.bodies
        _missing(reading, message, used - set(bodies), bodies)
        if "sms" in bodies:
            _long(reading, bodies["sms"], scribe.text(bodies["sms"], page))
        wordings = [(channel, cell, facts_of(scribe.text(cell, page))) for channel, cell in bodies.items()]
        for channel, cell, facts in wordings[1:]:
            _differ(reading, page, wordings[0], (channel, cell, facts))
        for channel, cell, _ in wordings:
            _options(reading, page, said, channel, cell)


def _missing(reading: Reading, message: Message, missing: set[str], bodies: dict[str, Cell]) -> None:
    for channel in CHANNELS:
        if channel in missing and bodies:
            reading.find_once(
                rules.ChannelMissing,
                channel,
                next(iter(bodies.values())).place,
                lambda count, channel=channel: (  # type: ignore[misc]
                    f"{count} message(s) have no wording for {channel}, though their pages are worded for it"
                ),
                help="check whether the message is meant for that channel",
                channel=channel,
            )


def _differ(reading: Reading, page: Page, first: tuple[str, Cell, Facts], other: tuple[str, Cell, Facts]) -> None:
    for rule, what, here, there, help in (
        (rules.PlaceholdersDiffer, "placeholders", first[2].holes, other[2].holes, "fill in the same things"),
        (rules.LinksDiffer, "links", first[2].links, other[2].links, "write the current address in both"),
        (rules.LinksDiffer, "phone numbers", first[2].phones, other[2].phones, "write the current number in both"),
        (rules.NumbersDiffer, "numbers", first[2].numbers, other[2].numbers, "check which one is right"),
    ):
        only_here = sorted(value for value in here - there if not _local(value, there, what))
        only_there = sorted(value for value in there - here if not _local(value, here, what))
        if not only_here and not only_there:
            continue
        said = [f"{_listed(only_here)} only for {first[0]}"] if only_here else []
        said += [f"{_listed(only_there)} only for {other[0]}"] if only_there else []
        reading.find(
            rule,
            other[1].place,
            f"the {what} of `{shown(page.slug)}` differ: {', '.join(said)}",
            help=help,
            labels=[Label(first[1].place, f"the wording for {first[0]}")],
            page=page.slug,
            channels=[first[0], other[0]],
        )


def _local(value: str, others: frozenset[str], what: str) -> bool:
    """Whether a phone number stands on the other side with or without its country's code."""
    return what == "phone numbers" and any(value.endswith(other) or other.endswith(value) for other in others)


def _listed(values: Iterable[str]) -> str:
    values = list(values)
    more = f" and {len(values) - 4} more" if len(values) > 4 else ""
    return ", ".join(f"`{shown(value)}`" for value in values[:4]) + more


def _long(reading: Reading, cell: Cell, text: Text) -> None:
    counted = count_segments(plain_text(text, lambda _: ""))
    if counted.segments < 2:
        return
    forced = f", {counted.encoding} because of `{counted.forcing}`" if counted.forcing else ""
    reading.find_once(
        rules.SmsLong,
        "sms",
        cell.place,
        lambda count: f"{count} SMS wording(s) take several segments (this one {counted.segments}{forced})",
        help="nothing to do for WhatsApp",
        segments=counted.segments,
    )


def _options(reading: Reading, page: Page, said: Said, channel: str, cell: Cell) -> None:
    """A numbered list in a wording against the buttons of the message."""
    choices = [choice for choice in said.content.choices if choice.kind is ChoiceKind.REPLY]
    if not choices or channel == said.main or len(cell.text) > _MANY:
        return
    menu = find_menu(cell.text)
    if menu is None or len(menu.items) == len(choices):
        return
    reading.find(
        rules.OptionsDiffer,
        cell.at(menu.start, menu.end),
        f"the list for {channel} has {len(menu.items)} options, the message {len(choices)} buttons",
        help="offer the same options on every channel",
        labels=[Label(choices[0].at, "the first button")] if choices[0].at else [],
        page=page.slug,
    )
