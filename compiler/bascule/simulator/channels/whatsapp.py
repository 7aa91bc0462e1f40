"""WhatsApp: the messages and templates of a plan, sent the way the platform lets them go out.

Free-form messages go out while the customer service window is open, templates always. What is shown is taken from the
bodies a backend writes (``POST /messages``, template definitions), not from the graph they were made of.
https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/send-messages
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from bascule.ir.expr import Expression
from bascule.ir.nodes import Ask, Message
from bascule.ir.project import Flow
from bascule.simulator.answers import answer_text
from bascule.simulator.channels.base import UNKNOWN, Moment, Shown, shared_choice
from bascule.simulator.channels.source import SourceChannel
from bascule.simulator.evaluation import evaluate, holds, show
from bascule.simulator.evaluation.values import Fault
from bascule.simulator.events import Bubble, Option
from bascule.simulator.inputs import Answer, Tap
from bascule.simulator.matching import Meaning, fold
from bascule.whatsapp.plan import Plan, PlannedMessage, PlannedStep, PlannedTemplate, TemplateSend
from bascule.whatsapp.policy import Policy

__all__ = ["WhatsAppChannel"]

_MARKER = re.compile(r"\{\{([^{}]{1,200})\}\}")
_MEDIA = ("image", "video", "audio", "document", "sticker")


class WhatsAppChannel:
    """A plan at work. ``policy`` has the length of the window and the names of languages."""

    name = "whatsapp"

    def __init__(self, plan: Plan, policy: Policy) -> None:
        self._steps = {(step.flow, step.node): step for step in plan.steps}
        self._templates: dict[str, dict[str, PlannedTemplate]] = {}
        for template in plan.templates:
            self._templates.setdefault(template.name, {})[template.language] = template
        self._policy = policy
        self._window = policy.limit("window.length_seconds")

    def show(self, flow: Flow, node: Message | Ask, moment: Moment) -> Shown:
        """The step's free-form messages inside the window; its template outside, or where the plan has only that."""
        step = self._steps.get((flow.id, node.id))
        if step is None:
            return Shown()
        open_now = moment.since_written is not None and moment.since_written < self._window
        free = self._best(step.messages, moment.locale)
        sent = self._best(step.templates, moment.locale)
        if free and open_now and not step.audience:
            return self._free(free, moment)
        if node.content.template is not None:  # it is on the account already, with the words the source has of it
            return SourceChannel().show(flow, node, moment)
        if sent:
            return self._template(sent, moment)
        if free:
            return Shown((), "the customer service window is closed and the plan has no template (error 131047)")
        return Shown()

    def pick(self, flow: Flow, node: Ask, answer: Answer, moment: Moment) -> Meaning | None:
        """By the plan's routes: the reply id of what was tapped, its title, or a typed spelling."""
        step = self._steps.get((flow.id, node.id))
        shared = shared_choice(node.content, answer)
        if shared is not None:
            return shared
        if step is None or not step.routes:
            return None
        said = answer_text(answer)
        if isinstance(answer, Tap):
            tapped = self._tapped(step, answer, moment)
            if tapped is not None:
                return tapped
        wanted = fold(said)
        for how in ("titles", "accepts"):
            hits = [route.choice for route in step.routes if any(fold(word) == wanted for word in getattr(route, how))]
            if len(set(hits)) == 1:
                return Meaning(hits[0], "title" if how == "titles" else "spelling")
            if hits:
                exact = [route.choice for route in step.routes if said in getattr(route, how)]
                return Meaning(exact[0], how) if len(set(exact)) == 1 else None
        return None

    def _tapped(self, step: PlannedStep, tap: Tap, moment: Moment) -> Meaning | None:
        """A tap comes back as the reply id of what is on the screen: found by its id, title or number there."""
        shown = [
            item
            for bubble in self.show_of(step, moment).bubbles
            for item in bubble.options
            if item.reply and item.id not in _next_pages(step)
        ]
        option = tap.option
        wanted = fold(option)
        hits = [item for item in shown if option in (item.id, item.title)] or [
            item for item in shown if fold(item.title) == wanted
        ]
        route = next((route for route in step.routes if route.choice == (tap.choice or option)), None)
        if route is not None and (tap.choice or not hits):
            hits = [item for item in shown if item.id in route.reply_ids]
            hits = hits or [item for item in shown if item.title in route.titles]
        if not hits and wanted.isascii() and wanted.isdigit() and 1 <= int(wanted[:6]) <= len(shown):
            hits = [shown[int(wanted[:6]) - 1]]
        if len({item.id for item in hits}) != 1:
            return None
        by_id = [route.choice for route in step.routes if hits[0].id in route.reply_ids]
        if by_id:
            return Meaning(by_id[0], "reply id")
        titled = {route.choice for route in step.routes if hits[0].title in route.titles}
        return Meaning(titled.pop(), "button title") if len(titled) == 1 else None

    def show_of(self, step: PlannedStep, moment: Moment) -> Shown:
        """What is on the screen of a step: the free-form form if it has one, with all its pages, else the template."""
        free = self._best(step.messages, moment.locale)
        if free:
            return self._free(free, moment, every_page=True)
        sent = self._best(step.templates, moment.locale)
        return self._template(sent, moment) if sent else Shown()

    def _best(self, per_language: Sequence[tuple[str, Any]], locale: str) -> Any:
        """The value for the person's language, else the first."""
        if not per_language:
            return ()
        known = dict(per_language)
        if locale in known:
            return known[locale]
        wanted = self._policy.match_language(locale) if locale else None
        if wanted:
            for tag, value in per_language:
                if tag and self._policy.match_language(tag) == wanted:
                    return value
            for tag, value in per_language:
                if tag and (self._policy.match_language(tag) or "").split("_")[0] == wanted.split("_")[0]:
                    return value
        return known.get("", per_language[0][1])

    def _free(self, messages: Sequence[PlannedMessage], moment: Moment, every_page: bool = False) -> Shown:
        faults: list[Fault] = []
        bubbles: list[Bubble] = []
        for planned in messages:
            if planned.page > 1 and not every_page:
                continue
            values = dict(planned.variables)
            bubbles.append(_bubble(planned.message.to_json(), _filler(values, moment, faults)))
        return Shown(tuple(bubbles), "", tuple(faults))

    def _template(self, sends: Sequence[TemplateSend], moment: Moment) -> Shown:
        chosen = next(
            (send for send in sends if send.condition is None or holds(send.condition, moment.scope) is True), None
        )
        if chosen is None:
            return Shown((), "no condition of the step's templates holds")
        faults: list[Fault] = []
        values = dict(chosen.bindings)
        known = self._templates.get(chosen.template, {})
        planned = known.get(chosen.language) or next(iter(known.values()), None)
        if planned is None:  # one that exists on the account already: its words are not here
            said = "\n".join(show(evaluate(value, moment.scope), moment.scope) for value in values.values())
            return Shown((Bubble("template", said, template=chosen.template, language=chosen.language),))
        empty = [key for key, value in values.items() if not show(evaluate(value, moment.scope), moment.scope).strip()]
        if empty:
            faults.append(Fault(f"parameter {empty[0]} of `{planned.name}` is empty (error 131008)", "empty-parameter"))
        body = planned.template.to_json()
        return Shown((_template_bubble(body, values, moment),), "", tuple(faults))


def _next_pages(step: PlannedStep) -> frozenset[str]:
    return frozenset(planned.next_id for _, group in step.messages for planned in group if planned.next_id)


def _filler(values: Mapping[str, Expression], moment: Moment, faults: list[Fault]) -> Any:
    def fill(text: Any) -> str:
        def one(match: re.Match[str]) -> str:
            expression = values.get(match.group(1).strip())
            if expression is None:
                return match.group(0)
            value = evaluate(expression, moment.scope)
            if isinstance(value, Fault):
                faults.append(value)
                return UNKNOWN
            return show(value, moment.scope)

        return _MARKER.sub(one, text) if isinstance(text, str) else ""

    return fill


def _bubble(body: Mapping[str, Any], fill: Any) -> Bubble:
    """A ``/messages`` body as it is seen."""
    kind = body["type"]
    part = body.get(kind) or {}
    if kind == "text":
        return Bubble("text", fill(part.get("body")))
    if kind in _MEDIA:
        return Bubble(kind, fill(part.get("caption")), media=(fill(part.get("link")) or str(part.get("id") or ""),))
    if kind == "location":
        where = f"{fill(str(part.get('latitude')))},{fill(str(part.get('longitude')))}"
        return Bubble("location", fill(part.get("name")), media=(where,))
    if kind == "contacts":
        first = part[0] if part else {}
        phones = tuple(fill(phone.get("phone")) for phone in first.get("phones", []))
        return Bubble("contact", fill(first.get("name", {}).get("formatted_name")), media=phones)
    if kind == "interactive":
        return _interactive(part, fill)
    return Bubble(kind)


def _interactive(part: Mapping[str, Any], fill: Any) -> Bubble:
    header = part.get("header") or {}
    action = part.get("action") or {}
    media = header.get(header.get("type")) if header.get("type") in _MEDIA else None
    files = (fill(media.get("link")) or str(media.get("id") or ""),) if isinstance(media, Mapping) else ()
    rows: list[Option] = []
    for button in action.get("buttons", []) if isinstance(action.get("buttons"), list) else []:
        reply = button.get("reply") or {}
        rows.append(Option(str(reply.get("id", "")), fill(reply.get("title"))))
    for section in action.get("sections", []):
        for row in section.get("rows", []):
            rows.append(Option(str(row.get("id", "")), fill(row.get("title")), fill(row.get("description"))))
    parameters = action.get("parameters") or {}
    if part.get("type") == "cta_url":
        rows.append(Option("", fill(parameters.get("display_text")), "", False, fill(parameters.get("url"))))
    if part.get("type") == "location_request_message":
        rows.append(Option("send_location", "send_location"))
    for card in action.get("cards", []):
        for button in (card.get("action") or {}).get("buttons", []):
            reply = button.get("quick_reply") or {}
            rows.append(Option(str(reply.get("id", "")), fill(reply.get("title"))))
    kinds = {"button": "buttons", "list": "list", "cta_url": "link", "location_request_message": "location request"}
    body = fill((part.get("body") or {}).get("text"))
    cards = [fill((card.get("body") or {}).get("text")) for card in action.get("cards", [])]
    return Bubble(
        kinds.get(str(part.get("type")), str(part.get("type"))),
        "\n".join(text for text in (body, *cards) if text),
        fill(header.get("text")) if header.get("type") == "text" else "",
        fill((part.get("footer") or {}).get("text")),
        files,
        tuple(rows),
    )


def _template_bubble(body: Mapping[str, Any], values: Mapping[str, Expression], moment: Moment) -> Bubble:
    """A template as its receiver sees it: the definition, its parameters filled by the send's bindings."""

    def said(text: Any, prefix: str) -> str:
        def one(match: re.Match[str]) -> str:
            expression = values.get(f"{prefix}.{match.group(1).strip()}")
            if expression is None:
                return match.group(0)
            value = evaluate(expression, moment.scope)
            return UNKNOWN if isinstance(value, Fault) else show(value, moment.scope)

        return _MARKER.sub(one, text) if isinstance(text, str) else ""

    text = header = footer = ""
    files: tuple[str, ...] = ()
    options: list[Option] = []
    for part in body.get("components", []):
        kind = str(part.get("type", "")).upper()
        if kind == "HEADER" and str(part.get("format", "")).upper() == "TEXT":
            header = said(part.get("text"), "header")
        elif kind == "HEADER":
            files = (str(part.get("format", "")).lower(),)
        elif kind == "BODY":
            text = said(part.get("text"), "body")
        elif kind == "FOOTER":
            footer = said(part.get("text"), "footer")
        elif kind == "BUTTONS":
            for index, button in enumerate(part.get("buttons", [])):
                replies = str(button.get("type", "")).upper() == "QUICK_REPLY"
                target = said(button.get("url"), f"button.{index}") or str(button.get("phone_number") or "")
                options.append(Option(str(button.get("text", "")), str(button.get("text", "")), "", replies, target))
    name, language = str(body.get("name", "")), str(body.get("language", ""))
    return Bubble("template", text, header, footer, files, tuple(options), name, language)
