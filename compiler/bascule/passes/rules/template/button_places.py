"""Where a button of a template stands in the source: at the choice it was made of."""

from __future__ import annotations

from bascule.ir.content import ChoiceKind, Content
from bascule.ir.text import Text
from bascule.passes.lower.texts import marker_text
from bascule.passes.rules import CheckContext
from bascule.passes.rules.template.subjects import Subject
from bascule.source import Place
from bascule.whatsapp.templates import PhoneNumberButton, QuickReplyButton, UrlButton

__all__ = ["button_place"]

_KINDS = {QuickReplyButton: ChoiceKind.REPLY, UrlButton: ChoiceKind.URL, PhoneNumberButton: ChoiceKind.CALL}


def button_place(context: CheckContext, subject: Subject, index: int) -> Place:
    """The place of the choice behind a button, or the template's own."""
    if not subject.origins:
        return subject.place
    origin = subject.origins[0]
    flow = context.project.by_id.get(origin.flow)
    node = flow.by_id.get(origin.node) if flow is not None else None
    content = getattr(node, "content", None)
    if not isinstance(content, Content):
        return subject.place
    button = subject.template.buttons[index]
    kind = _KINDS.get(type(button))
    same = [choice for choice in content.choices if choice.kind is kind]
    before = sum(type(other) is type(button) for other in subject.template.buttons[:index])
    titles = [marker_text(choice.title.best(origin.locale) or _NO_TEXT) for choice in same]
    wanted = button.label_text
    position = titles.index(wanted) if titles.count(wanted) == 1 else before
    if position < len(same):
        return same[position].at or subject.place
    return subject.place


_NO_TEXT: Text = ()
