"""An answer in one language while it is read: bubbles in order, and the choices that belong to them."""

from __future__ import annotations

from dataclasses import replace

from bascule.ir.content import Choice, ChoiceKind, Content
from bascule.ir.text import Localized, Text, is_empty, literal, plain_text
from bascule.language.names import template_slug
from bascule.language.reading import unique
from bascule.language.secrets import mask, secret_in_text
from bascule.parsers.dialogflow_es.bubbles import Bubble
from bascule.parsers.dialogflow_es.reading import Reading
from bascule.source import Place

__all__ = ["Saying", "localized"]


def localized(text: Text) -> Localized[Text]:
    """A text of the language that is read just now; nothing for an empty one."""
    return Localized.of(text) if not is_empty(text) else Localized()


class Saying:
    """The bubbles of one answer in one language. Choice ids are unique in the whole answer."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.bubbles: list[Bubble] = []
        self.said: list[str] = []
        self.taken: dict[str, int] = {}

    def add(self, shape: str, place: Place, content: Content) -> Bubble:
        """Put a bubble at the end."""
        bubble = Bubble(shape, place, replace(content, at=content.at or place))
        self.bubbles.append(bubble)
        return bubble

    def keep(self, construct: str, place: Place, source: str, reason: str) -> None:
        """Put something at the end that cannot be said and is kept whole."""
        self.bubbles.append(Bubble(construct, place, construct=construct, source=source, reason=reason))

    def offer(self, choices: list[Choice], place: Place, events: dict[str, str] | None = None) -> None:
        """Put choices without words of their own under the last bubble, or into a bubble of their own."""
        if not choices:
            return
        last = self.bubbles[-1] if self.bubbles else None
        if last is None or not last.sayable:
            last = self.add("choices", place, Content())
        last.content = replace(last.content, choices=(*last.content.choices, *choices))
        last.events.update(events or {})

    def text(self, value: str, place: Place) -> Text:
        """Read a text that is said."""
        self.said.append(value)
        return self.reading.text(value, place)

    def choice(self, title: str, at: Place, link: str = "", payload: str = "", target: Place | None = None) -> Choice:
        """A choice: a link or a number to call where it has one, else a reply. ``at`` is the place of its title,
        ``target`` that of its link or payload."""
        words = self.text(title, at)
        kind = _kind(link)
        target = target or at
        secrets = secret_in_text(link or payload)
        self.reading.hide_all(target, "link" if link else "postback", secrets)
        link, payload = mask(link, secrets) if link else "", payload if link else mask(payload, secrets)
        known = plain_text(words, lambda _: "") or payload or kind.value
        return Choice(
            id=unique(template_slug(known), self.taken),
            title=localized(words) or Localized.of(literal(payload or link)),
            kind=kind,
            payload=payload if payload != title else "",
            url=self.reading.text(link, target) if kind is ChoiceKind.URL else (),
            phone=literal(link.partition(":")[2].strip()) if kind is ChoiceKind.CALL else (),
            at=at,
        )


def _kind(link: str) -> ChoiceKind:
    if not link.strip():
        return ChoiceKind.REPLY
    return ChoiceKind.CALL if link.strip().lower().startswith("tel:") else ChoiceKind.URL
