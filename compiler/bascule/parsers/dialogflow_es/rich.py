"""Rich answers of Dialogflow Messenger (``richContent``): texts, pictures, buttons, lists, chips.

Facts: https://cloud.google.com/dialogflow/es/docs/integrations/dialogflow-messenger#rich
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from bascule.ir.content import Choice, ChoiceKind, Content, Media, MediaKind
from bascule.ir.text import Literal, Localized, Text, join_text
from bascule.language.reading import json_text
from bascule.parsers.dialogflow_es.bubbles import Bubble
from bascule.parsers.dialogflow_es.losses import CustomPayload, RichLook, UnknownMember
from bascule.parsers.dialogflow_es.reading import Reading, counted, shown
from bascule.parsers.dialogflow_es.saying import Saying, localized
from bascule.source import Place

__all__ = ["read_rich"]

_OPTION = frozenset({"text", "link", "event"})
_KNOWN = {
    "text": frozenset({"text", "title"}),
    "description": frozenset({"text", "title"}),
    "info": frozenset({"title", "subtitle", "text", "image", "actionLink", "event", "buttons"}),
    "accordion": frozenset({"title", "subtitle", "text", "image"}),
    "image": frozenset({"rawUrl"}),
    "button": frozenset({"text", "link", "event"}),
    "list": frozenset({"title", "subtitle", "event"}),
    "chips": frozenset({"options"}),
    "divider": frozenset[str](),
}


@dataclass(slots=True)
class _Row:
    """One card of an answer: parts that follow each other share a bubble. ``bubble`` still takes texts."""

    saying: Saying
    bubble: Bubble | None = None


def read_rich(saying: Saying, rows: list[Any], place: Place) -> None:
    """Read the cards of an answer: a list of lists of parts."""
    for index, row in enumerate(rows):
        at = place.child(index)
        state = _Row(saying)
        parts = row if isinstance(row, list) else [row]
        for number, part in enumerate(parts):
            where = at.child(number) if isinstance(row, list) else at
            saying.reading.book.open("rich part", where)
            _part(state, part, where)


def _part(row: _Row, part: Any, at: Place) -> None:
    reading = row.saying.reading
    if not isinstance(part, dict):
        code = reading.wrong_shape(at, "a part of a rich answer", part, "an object")
        reading.book.dropped(at, "no part", "write an object", code)
        return
    kind = part.get("type")
    reader = _PARTS.get(kind) if isinstance(kind, str) else None
    if reader is None:
        _unknown(row, part, at)
        return
    reading.book.exact(at)
    reader(row, part, at)
    _looks(row, part, at, _KNOWN[str(kind)])


def _unknown(row: _Row, part: dict[str, Any], at: Place) -> None:
    reading = row.saying.reading
    kind = shown(str(part.get("type", "")))
    code = reading.find_once(
        CustomPayload,
        f"rich {kind}",
        at,
        lambda count: f"{count} part(s) of rich answers (`{kind}`) are not known here; kept as unsupported",
    )
    reading.book.dropped(at, "not known to the reader; kept whole", "rebuild it by hand", code)
    row.saying.keep(f"rich {kind}".strip(), at, json_text(reading.safe(part, at)), "no part that is known here")
    row.bubble = None


def _looks(row: _Row, part: dict[str, Any], at: Place, known: frozenset[str]) -> None:
    """Members that only change the looks, and those that are not known: hints of the bubble."""
    bubble = row.saying.bubbles[-1] if row.saying.bubbles else None
    hints: list[tuple[str, str]] = []
    for name, value in part.items():
        if name == "type" or name in known:
            continue
        hint = _look(row.saying.reading, name, value, at)
        if hint is not None:
            hints.append(hint)
    if hints and bubble is not None:
        bubble.content = replace(bubble.content, hints=(*bubble.content.hints, *hints))


def _member(reading: Reading, name: str, value: Any, at: Place) -> tuple[str, str] | None:
    """A member of a chip that changes its looks, or that is not known."""
    if name != "action":
        return _look(reading, name, value, at)
    if not _says(value) or (isinstance(value, dict) and isinstance(value.get("payload"), str)):
        return None
    message = counted("", " action(s) of chips are not known here; the words of the chip are sent; kept as hints")
    code = reading.find_once(UnknownMember, "chip action", at.child(name), message)
    reading.book.degraded(at, "its action is kept as a hint; its words are sent", "check what it does", code)
    return (name, json_text(reading.safe(value, at.child(name), name)))


def _look(reading: Reading, name: str, value: Any, at: Place) -> tuple[str, str] | None:
    if not _says(value):
        return None
    if name == "accessibilityText":
        return (name, json_text(value))
    code = reading.find_once(
        RichLook,
        "look",
        at.child(name),
        counted("", " setting(s) of rich answers change only how they look (icons, pictures on texts and chips)"),
        help="WhatsApp draws them itself; they are kept as hints",
    )
    reading.book.degraded(at, f"`{shown(name)}` is kept as a hint", "an emoji in the text", code)
    return (name, json_text(reading.safe(value, at.child(name), name)))


def _says(value: Any) -> bool:
    """Whether a setting sets anything: some text in it is not empty."""
    stack = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, str) and item.strip():
            return True
        if isinstance(item, (int, float)) and item:
            return True
        if isinstance(item, dict):
            stack.extend(item.values())
        elif isinstance(item, list):
            stack.extend(item)
    return False


def _lines(row: _Row, part: dict[str, Any], at: Place, *names: str) -> Text:
    """Texts of members one under the other; a member may be a list of lines."""
    found: list[Text] = []
    for name in names:
        value = part.get(name)
        items = list(enumerate(value)) if isinstance(value, list) else [(-1, value)]
        for index, line in items:
            if isinstance(line, str) and line.strip():
                where = at.child(name) if index < 0 else at.child(name, index)
                found.append(row.saying.text(line, where))
            elif line is not None and not isinstance(line, str):
                row.saying.reading.wrong_shape(at.child(name), f"`{name}` of a rich answer", line, "a text")
    return join_text(part for number, text in enumerate(found) for part in ((Literal("\n"),) if number else ()) + text)


def _say(row: _Row, text: Text, at: Place, media: Media | None = None) -> None:
    """Say a text: under what the card said before, or in a bubble of its own."""
    bubble = row.bubble
    if bubble is not None and media is None and not bubble.content.choices:
        before = bubble.content.text.first if bubble.content.text else ()
        joined = join_text((*before, Literal("\n\n"), *text)) if before else text
        bubble.content = replace(bubble.content, text=localized(joined))
        return
    content = Content(text=localized(text), media=(media,) if media is not None else ())
    if not content.empty:
        row.bubble = row.saying.add("image" if media is not None else "text", at, content)


def _text(row: _Row, part: dict[str, Any], at: Place) -> None:
    text = _lines(row, part, at, "title", "text")
    if text:
        _say(row, text, at)


def _picture(row: _Row, url: Any, at: Place) -> Media | None:
    if not isinstance(url, str) or not url.strip():
        return None
    masked = str(row.saying.reading.safe(url, at))
    return Media(MediaKind.IMAGE, Localized.of(row.saying.reading.text(masked, at)), at=at)


def _info(row: _Row, part: dict[str, Any], at: Place) -> None:
    """A title with a line below it, a small picture, and a link or event behind it."""
    image = part.get("image")
    source = image.get("src") if isinstance(image, dict) else None
    raw = source.get("rawUrl") if isinstance(source, dict) else None
    media = _picture(row, raw, at.child("image", "src", "rawUrl"))
    text = _lines(row, part, at, "title", "subtitle", "text")
    if text or media is not None:
        _say(row, text, at, media)
    link = part.get("actionLink")
    event = _event(part)
    if (isinstance(link, str) and link.strip()) or event:
        title = part.get("title")
        words = title if isinstance(title, str) and title.strip() else str(link or event)
        address = link if isinstance(link, str) else ""
        choice = row.saying.choice(words, at.child("title"), address, "", at.child("actionLink"))
        row.saying.offer([choice], at, {choice.id: event} if event and choice.kind is ChoiceKind.REPLY else None)


def _image(row: _Row, part: dict[str, Any], at: Place) -> None:
    media = _picture(row, part.get("rawUrl"), at.child("rawUrl"))
    if media is not None:
        row.bubble = None
        _say(row, (), at, media)


def _event(part: dict[str, Any]) -> str:
    event = part.get("event")
    name = event.get("name", event.get("event")) if isinstance(event, dict) else event
    return name.strip() if isinstance(name, str) else ""


def _button(row: _Row, part: dict[str, Any], at: Place) -> None:
    choice = _option(row, part, at, "text")
    if choice is not None:
        row.saying.offer([choice[0]], at, choice[1])


def _option(row: _Row, part: dict[str, Any], at: Place, name: str) -> tuple[Choice, dict[str, str]] | None:
    """A chip or button: a link, or words that are sent back, or an event."""
    title, link = part.get(name), part.get("link")
    words = title if isinstance(title, str) else ""
    address = link.strip() if isinstance(link, str) else ""
    event = _event(part)
    if not words.strip() and not address and not event:
        row.saying.reading.book.exact(at, "empty")
        return None
    action = part.get("action")
    payload = action.get("payload") if isinstance(action, dict) else None
    where = at.child(name) if words.strip() else at.child("link")
    target = at.child("link") if address else at.child("action")
    said = payload if isinstance(payload, str) and not address else ""
    choice = row.saying.choice(words if words.strip() else address or event, where, address, said, target)
    return choice, ({choice.id: event} if event and choice.kind is ChoiceKind.REPLY else {})


def _list(row: _Row, part: dict[str, Any], at: Place) -> None:
    choice = _option(row, part, at, "title")
    if choice is not None:
        about = _lines(row, part, at, "subtitle")
        row.saying.offer([replace(choice[0], description=localized(about))], at, choice[1])


def _chips(row: _Row, part: dict[str, Any], at: Place) -> None:
    reading = row.saying.reading
    options = part.get("options")
    if options is not None and not isinstance(options, list):
        reading.wrong_shape(at.child("options"), "`options` of chips", options, "a list")
    choices: list[Choice] = []
    events: dict[str, str] = {}
    for index, option in enumerate(options if isinstance(options, list) else []):
        where = at.child("options", index)
        reading.book.open("chip", where)
        if not isinstance(option, dict):
            code = reading.wrong_shape(where, "a chip", option, "an object")
            reading.book.dropped(where, "no chip", "write an object", code)
            continue
        reading.book.exact(where)
        found = _option(row, option, where, "text")
        if found is None:
            continue
        hints = [_member(reading, name, value, where) for name, value in option.items() if name not in _OPTION]
        choices.append(replace(found[0], hints=tuple(hint for hint in hints if hint is not None)))
        events.update(found[1])
    row.saying.offer(choices, at, events)


def _divider(row: _Row, part: dict[str, Any], at: Place) -> None:
    """A line between two parts says nothing."""
    row.saying.reading.book.exact(at, "a line between two parts")


_PARTS: dict[str, Callable[[_Row, dict[str, Any], Place], None]] = {
    "text": _text,
    "description": _text,
    "info": _info,
    "accordion": _info,
    "image": _image,
    "button": _button,
    "list": _list,
    "chips": _chips,
    "divider": _divider,
}
