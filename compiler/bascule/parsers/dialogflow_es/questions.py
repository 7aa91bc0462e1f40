"""Slot filling: parameters as variables, required ones as questions that are skipped where the value is known.

Facts: https://cloud.google.com/dialogflow/es/docs/intents-actions-parameters
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from bascule.ir.expr import Call, Const, Ref
from bascule.ir.nodes import (
    Always,
    Ask,
    Assignment,
    Case,
    Chosen,
    Edge,
    Message,
    Node,
    Otherwise,
    ReplyKind,
    Validation,
    When,
)
from bascule.ir.project import Phrase, Variable
from bascule.ir.text import Localized, holes, text_expression
from bascule.parsers.dialogflow_es.answers import Question
from bascule.parsers.dialogflow_es.bubbles import answers_of
from bascule.parsers.dialogflow_es.model import Intent, Parameter
from bascule.parsers.dialogflow_es.reading import Reading, counted
from bascule.parsers.dialogflow_es.references import parameter_path
from bascule.parsers.dialogflow_es.rules import PromptMissing, UnknownEntity

__all__ = ["declare_parameters", "note_missing_prompt", "preset", "question_nodes", "tapped"]

_REPLIES = {
    "number": ReplyKind.NUMBER,
    "number-integer": ReplyKind.NUMBER,
    "ordinal": ReplyKind.NUMBER,
    "cardinal": ReplyKind.NUMBER,
    "number-sequence": ReplyKind.DIGITS,
    "date": ReplyKind.DATE,
    "time": ReplyKind.TIME,
    "email": ReplyKind.EMAIL,
    "phone-number": ReplyKind.PHONE,
}
_TYPES = {
    "number": "number",
    "number-integer": "number",
    "ordinal": "number",
    "cardinal": "number",
    "percentage": "number",
    "date": "date",
    "time": "time",
    "date-time": "datetime",
}
_ANY = "sys.any"


def _system(entity: str) -> str:
    return entity[4:] if entity.startswith("sys.") else ""


def declare_parameters(
    reading: Reading,
    intents: Iterable[Intent],
    first_values: Mapping[str, str],
    key: Callable[[str], str],
) -> None:
    """Declare each parameter as a variable, with the words of a training phrase, or the first value of its entity, as
    sample. ``first_values`` has every entity of the export."""
    for intent in intents:
        samples = _samples(intent, key)
        for parameter in intent.parameters:
            name = ".".join(parameter_path(parameter.name))
            system = _system(parameter.entity)
            if not system and parameter.entity not in first_values:
                reading.find_once(
                    UnknownEntity,
                    parameter.entity,
                    parameter.place.child("dataType"),
                    counted("", f" parameter(s) are of the entity `@{parameter.entity[:60]}`, which is not exported"),
                    help="export the agent with its entities",
                )
            if name in reading.variables:
                continue
            sample = samples.get(parameter_path(parameter.name), Localized())
            if not sample and first_values.get(parameter.entity):
                sample = Localized.of(first_values[parameter.entity])
            type_ = "list" if parameter.is_list else _TYPES.get(system, "text")
            reading.variables[name] = Variable(name, type_, sample, scope="session", at=parameter.place)


def _samples(intent: Intent, key: Callable[[str], str]) -> dict[tuple[str, ...], Localized[str]]:
    """The first words that each parameter covers in the training phrases, per language."""
    found: dict[tuple[str, ...], dict[str, str]] = {}
    for locale, phrases in intent.phrases.items():
        for phrase in phrases:
            for hole, words in zip(holes(phrase.text), phrase.samples, strict=False):
                if isinstance(hole.expression, Ref) and words.strip():
                    found.setdefault(hole.expression.path, {}).setdefault(key(locale), words)
    return {path: Localized(tuple(words.items())) for path, words in found.items()}


def preset(reading: Reading, intent: Intent) -> list[Assignment]:
    """What parameters are set to before anything is asked: values taken from elsewhere, defaults."""
    found: list[Assignment] = []
    for parameter in intent.parameters:
        path = parameter_path(parameter.name)
        if parameter.value and parameter.value != f"${parameter.name}":
            at = parameter.place.child("value")
            found.append(Assignment(path, text_expression(reading.text(parameter.value, at)), at=at))
            reading.book.emulated(parameter.place, "set from another value")
        if parameter.default.strip():
            at = parameter.place.child("defaultValue")
            value = text_expression(reading.text(parameter.default, at))
            found.append(Assignment(path, Call("default", (Ref(path), value)), at=at))
            reading.book.emulated(parameter.place, "its default is set where nothing was said")
    return found


def tapped(intent: Intent, phrase: Phrase | None, synonyms: Mapping[str, Mapping[str, str]]) -> list[Assignment]:
    """The parameters of an intent when a button was tapped instead of its words typed: the values that the words of the
    button hold, nothing for the others. ``synonyms`` gives the value of an entity that a word stands for."""
    held: dict[tuple[str, ...], str] = {}
    if phrase is not None:
        for hole, words in zip(holes(phrase.text), phrase.samples, strict=False):
            if isinstance(hole.expression, Ref):
                held.setdefault(hole.expression.path, words)
    found: list[Assignment] = []
    for parameter in intent.parameters:
        path = parameter_path(parameter.name)
        said = held.get(path)
        at = phrase.at if phrase is not None else parameter.place
        if said is None:
            found.append(Assignment(path, op="clear", at=at))
        else:
            value = synonyms.get(parameter.entity, {}).get(said.strip().casefold(), said)
            found.append(Assignment(path, Const(value), at=at))
    return found


def note_missing_prompt(reading: Reading, intent: Intent, parameter: Parameter) -> None:
    """Report a required parameter for which nothing is asked."""
    known = bool(parameter.default.strip()) or parameter.value.startswith("#")
    code = reading.find_once(
        PromptMissing,
        intent.id if not known else "known",
        parameter.place.child("name"),
        lambda count: (
            f"{count} required parameter(s) of `{intent.name[:60]}` have no question; the flow goes on without them"
            if not known
            else f"{count} required parameter(s) have no question; they come from a context or a default"
        ),
        help="write the question under `prompts`, or make the parameter optional",
    )
    if known:
        reading.book.emulated(parameter.place, "taken from a context or a default")
    else:
        reading.book.degraded(parameter.place, "nothing is asked: the value may be missing", "write a question", code)


def question_nodes(parameter: Parameter, question: Question, id_: str, ask: str, next_: str | None) -> list[Node]:
    """A case that skips the question where the value is known, what is said before, and the question."""
    path, at = parameter_path(parameter.name), parameter.place
    before = [f"{ask}.before_{number}" for number in range(1, len(question.before) + 1)]
    way = [*before, ask]
    known = Call("has_value", (Ref(path),))
    nodes: list[Node] = [
        Case(
            id=id_,
            title=parameter.name,
            edges=(Edge(When(known), next_, at=at), Edge(Otherwise(), way[0], at=at)),
            at=at,
        )
    ]
    for number, bubble in enumerate(question.before):
        edges = (Edge(Always(), way[number + 1], at=bubble.place),)
        nodes.append(Message(id=before[number], content=bubble.content, edges=edges, at=bubble.place))
    chosen = [Edge(Chosen((choice.id,)), next_, at=choice.at) for choice in answers_of(question.content)]
    nodes.append(
        Ask(
            id=ask,
            content=question.content,
            reply=_REPLIES.get(_system(parameter.entity), ReplyKind.TEXT),
            into=path,
            validation=_validation(parameter, question),
            edges=(*chosen, Edge(Always(), next_, at=at)),
            at=at,
        )
    )
    return nodes


def _validation(parameter: Parameter, question: Question) -> Validation | None:
    """The answer must be of the entity; else the question is put again, as Dialogflow does."""
    if parameter.entity == _ANY and question.error is None:
        return None
    error = question.error or replace(question.content, choices=(), cards=(), hints=())
    return Validation(entity="" if parameter.entity == _ANY else parameter.entity, error=error)
