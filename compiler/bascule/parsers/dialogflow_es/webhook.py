"""The agent's webhook as a request in its own format, and what it answers.

Formats: https://cloud.google.com/dialogflow/es/docs/fulfillment-webhook#webhook_request, and the first one of API.AI
"""

from __future__ import annotations

from bascule.ir.content import Content
from bascule.ir.expr import Call, Expression, Ref
from bascule.ir.nodes import Edge, Failure, HttpRequest, Success
from bascule.ir.text import Hole, Literal, Localized, Segment, Text, join_text
from bascule.language.reading import json_text
from bascule.parsers.dialogflow_es.agent import Agent
from bascule.parsers.dialogflow_es.losses import WebhookAnswer
from bascule.parsers.dialogflow_es.model import Intent
from bascule.parsers.dialogflow_es.reading import Reading
from bascule.parsers.dialogflow_es.references import WEBHOOK, parameter_path

__all__ = ["answer_content", "answered", "report_webhook", "request"]

_ANSWER = {"v1": "speech", "v2": "fulfillmentText"}


def _answer(agent: Agent) -> Ref:
    return Ref((WEBHOOK, _ANSWER[agent.protocol]))


def answered(agent: Agent) -> Expression:
    """The webhook gave a text."""
    return Call("has_text", (_answer(agent),))


def answer_content(agent: Agent, intent: Intent) -> Content:
    """What is said of the webhook's answer: its text."""
    at = intent.place.child("webhookUsed")
    return Content(text=Localized.of((Hole(_answer(agent), at),)), at=at)


def _json(expression: Expression) -> Segment:
    return Hole(Call("json", (expression,)))


def _members(pairs: list[tuple[str, tuple[Segment, ...]]]) -> tuple[Segment, ...]:
    """An object of JSON with holes in it."""
    parts: list[Segment] = []
    for number, (name, value) in enumerate(pairs):
        parts.append(Literal(f"{', ' if number else ''}{json_text(name)}: "))
        parts.extend(value)
    return (Literal("{"), *parts, Literal("}"))


def _fixed(value: str) -> tuple[Segment, ...]:
    return (Literal(json_text(value)),)


def _body(agent: Agent, intent: Intent) -> Text:
    parameters = _members([(item.name, (_json(Ref(parameter_path(item.name))),)) for item in intent.parameters])
    message = (_json(Ref(("message",))),)
    session = (_json(Ref(("contact", "id"))),)
    if agent.protocol == "v1":
        result = [
            ("resolvedQuery", message),
            ("action", _fixed(intent.action)),
            ("parameters", parameters),
            ("metadata", _members([("intentId", _fixed(intent.key)), ("intentName", _fixed(intent.name))])),
        ]
        return join_text(_members([("result", _members(result)), ("sessionId", session)]))
    result = [
        ("queryText", message),
        ("action", _fixed(intent.action)),
        ("parameters", parameters),
        ("intent", _members([("displayName", _fixed(intent.name))])),
        ("languageCode", _fixed(agent.language)),
    ]
    return join_text(_members([("queryResult", _members(result)), ("session", session)]))


def request(agent: Agent, intent: Intent, id_: str, success: str | None, failure: str | None) -> HttpRequest:
    """The call of the webhook. Headers and passwords of the agent are not carried."""
    at = intent.place.child("webhookUsed")
    return HttpRequest(
        id=id_,
        title=intent.name,
        service="webhook",
        method="POST",
        url=agent.webhook,
        body=_body(agent, intent),
        content_type="application/json",
        into=(WEBHOOK,),
        name=intent.action,
        edges=(Edge(Success(), success, at=at), Edge(Failure(), failure, at=at)),
        at=at,
    )


def report_webhook(reading: Reading, agent: Agent, intent: Intent) -> None:
    """Say that the answer is not in the export."""
    at = intent.place.child("webhookUsed")
    if not agent.webhook_on:
        reading.book.exact(at, "the webhook of the agent is switched off")
        return
    address = "" if agent.webhook else "; its address is not in the files"
    code = reading.find_once(
        WebhookAnswer,
        "answer",
        at,
        lambda count: f"the webhook answers {count} intent(s); what it says is not in the export{address}",
        help="check the requests against the program, or replace them by the messages it sends",
    )
    reading.book.degraded(at, "a request whose text is said; the rest of its answer is not read", "its messages", code)
