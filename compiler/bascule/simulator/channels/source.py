"""The channel a scenario was written for: every content is shown as its source says it."""

from __future__ import annotations

from bascule.ir.content import Choice, ChoiceKind, Content
from bascule.ir.nodes import Ask, Message
from bascule.ir.project import Flow
from bascule.ir.text import LocalizedText, Text
from bascule.simulator.answers import answer_text
from bascule.simulator.channels.base import Moment, Shown, shared_choice
from bascule.simulator.evaluation import evaluate, show
from bascule.simulator.evaluation.values import Fault
from bascule.simulator.events import Bubble, Option
from bascule.simulator.inputs import Answer, Tap
from bascule.simulator.matching import Meaning, pick_choice

__all__ = ["SourceChannel"]

_REPLIES = (ChoiceKind.REPLY, ChoiceKind.SHARE_LOCATION, ChoiceKind.SHARE_PHONE)


class SourceChannel:
    """Shows contents as they stand; the first wording is said where the source picks one at random."""

    name = "source"

    def show(self, flow: Flow, node: Message | Ask, moment: Moment) -> Shown:
        """One bubble per content; one more per card, per further file, per place and contact."""
        writer = _Writer(moment)
        content = node.content
        bubbles: list[Bubble] = []
        for contact in content.contacts:
            bubbles.append(Bubble("contact", writer.say(contact.name), media=(writer.say(contact.phone),)))
        if content.location is not None:
            place = content.location
            latitude, longitude = (
                show(evaluate(value, moment.scope), moment.scope) for value in (place.latitude, place.longitude)
            )
            bubbles.append(Bubble("location", writer.say(place.name), media=(f"{latitude},{longitude}",)))
        text = writer.pick(content.text)
        if not content.text and content.alternatives:
            text = writer.pick(content.alternatives[0])
        options = writer.options(content.choices)
        files = tuple(writer.pick(media.url) or media.asset for media in content.media)
        captions = [writer.pick(media.caption) for media in content.media if media.caption]
        text = "\n".join(part for part in (text, *captions) if part)
        header, footer = writer.pick(content.header), writer.pick(content.footer)
        if content.template is not None:
            name = content.template.name or content.template.provider_id
            values = [show(evaluate(value, moment.scope), moment.scope) for _, value in content.template.parameters]
            text = text or "\n".join(values)
            bubbles.append(Bubble("template", text, header, footer, files, options, name, content.template.language))
        elif text or options or files or header or footer:
            kind = _kind(content, options)
            bubbles.append(Bubble(kind, text, header, footer, files, options))
        for card in content.cards:
            words = [writer.pick(card.title), writer.pick(card.text)]
            picture = (writer.pick(card.media.url) or card.media.asset,) if card.media else ()
            said = "\n".join(word for word in words if word)
            bubbles.append(Bubble("card", said, media=picture, options=writer.options(card.choices)))
        return Shown(tuple(bubbles), "", tuple(writer.faults))

    def pick(self, flow: Flow, node: Ask, answer: Answer, moment: Moment) -> Meaning | None:
        """By title, payload, spelling; a tap also by id and number."""
        content = node.content
        shared = shared_choice(content, answer)
        if shared is not None:
            return shared
        replies = [*content.replies, *(c for card in content.cards for c in card.choices if c.kind is ChoiceKind.REPLY)]
        if not replies:
            return None
        if isinstance(answer, Tap) and any(choice.id == answer.choice for choice in replies):
            return Meaning(answer.choice, "id")
        writer = _Writer(moment)
        titles = [writer.pick(choice.title) for choice in replies]
        return pick_choice(content, titles, answer_text(answer), tapped=isinstance(answer, Tap))


def _kind(content: Content, options: tuple[Option, ...]) -> str:
    if options:
        return "buttons" if any(option.reply for option in options) else "link"
    if content.media:
        kinds = {media.kind.value for media in content.media}
        return kinds.pop() if len(kinds) == 1 else "media"
    return "text"


class _Writer:
    def __init__(self, moment: Moment) -> None:
        self._moment = moment
        self.faults: list[Fault] = []

    def say(self, text: Text) -> str:
        said, faults = self._moment.render(text)
        self.faults.extend(faults)
        return said

    def pick(self, texts: LocalizedText) -> str:
        text = texts.best(self._moment.locale)
        return self.say(text) if text is not None else ""

    def options(self, choices: tuple[Choice, ...]) -> tuple[Option, ...]:
        return tuple(
            Option(
                choice.id,
                self.pick(choice.title) or choice.id,
                self.pick(choice.description),
                choice.kind in _REPLIES,
                self.say(choice.url or choice.phone),
            )
            for choice in choices
        )
