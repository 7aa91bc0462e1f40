"""Parameters of an intent: what is taken from people's words, and how it is asked for."""

from __future__ import annotations

from typing import Any

from bascule.parsers.dialogflow_es.losses import VoiceOnly
from bascule.parsers.dialogflow_es.model import Intent, Parameter, Prompt
from bascule.parsers.dialogflow_es.reading import Reading
from bascule.parsers.dialogflow_es.tags import entity_name
from bascule.source import Place

__all__ = ["read_parameters"]

_KNOWN = frozenset({
    "id", "name", "required", "dataType", "value", "isList", "prompts", "defaultValue", "promptMessages",
    "noMatchPromptMessages", "noInputPromptMessages", "outputDialogContexts", "mandatory",
})  # fmt: skip


def read_parameters(reading: Reading, intent: Intent, response: dict[str, Any], place: Place) -> tuple[Parameter, ...]:
    """The parameters in the order in which they are asked."""
    found: list[Parameter] = []
    names: set[str] = set()
    for index, item in enumerate(reading.list_of(response, "parameters", place, "a response", intent.facts)):
        at = place.child("parameters", index)
        reading.book.open("parameter", at)
        name = item.get("name") if isinstance(item, dict) else None
        if not isinstance(name, str) or not name.strip():
            key = f"parameters/{index}"
            reading.misshapen(at, "a parameter", item, "an object with a name", intent.facts, key)
            continue
        parameter = _parameter(reading, intent, item, name.strip(), at)
        if parameter.name in names:
            reading.book.emulated(at, "the intent has the parameter already")
        else:
            names.add(parameter.name)
            found.append(parameter)
    return tuple(found)


def _parameter(reading: Reading, intent: Intent, item: dict[str, Any], name: str, at: Place) -> Parameter:
    book = reading.book
    book.exact(at)
    for member, value in item.items():
        if member not in _KNOWN:
            reading.unknown(at.child(member), "parameter", member, value, intent.facts)
    if item.get("noInputPromptMessages"):
        here = at.child("noInputPromptMessages")
        book.open("no-input prompts", here)
        code = reading.find_once(
            VoiceOnly, "no input", here, lambda count: f"{count} parameter(s) have prompts for silence; left out"
        )
        book.dropped(here, "said when nobody speaks", "a timeout", code)
    if item.get("outputDialogContexts"):
        here = at.child("outputDialogContexts")
        reading.unknown(here, "parameter", "outputDialogContexts", item["outputDialogContexts"], intent.facts)
    return Parameter(
        name=name,
        entity=entity_name(item.get("dataType")),
        required=any(reading.flag(item, member, at, "a parameter") for member in ("required", "mandatory")),
        is_list=reading.flag(item, "isList", at, "a parameter"),
        value=reading.string(item, "value", at, "a parameter").strip(),
        default=reading.string(item, "defaultValue", at, "a parameter"),
        prompts=_prompts(reading, intent, item, at),
        messages=_messages(reading, intent, item, "promptMessages", at),
        no_match=_messages(reading, intent, item, "noMatchPromptMessages", at),
        place=at,
    )


def _prompts(reading: Reading, intent: Intent, item: dict[str, Any], at: Place) -> tuple[Prompt, ...]:
    found: list[Prompt] = []
    for index, prompt in enumerate(reading.list_of(item, "prompts", at, "a parameter", intent.facts)):
        here = at.child("prompts", index)
        reading.book.open("prompt", here)
        if isinstance(prompt, str):
            reading.book.exact(here)
            found.append(Prompt("", prompt, here))
        elif isinstance(prompt, dict) and isinstance(prompt.get("value"), str):
            reading.book.exact(here)
            locale = reading.locale(prompt.get("lang"), here.child("lang"))
            found.append(Prompt(locale, prompt["value"], here.child("value")))
        else:
            key = f"{at.pointer}/prompts/{index}"
            reading.misshapen(here, "a prompt", prompt, "an object with a `value`", intent.facts, key)
    return tuple(prompt for prompt in found if prompt.value.strip())


def _messages(
    reading: Reading, intent: Intent, item: dict[str, Any], name: str, at: Place
) -> tuple[tuple[Any, Place], ...]:
    """Prompts written as messages. The list is put down when it holds something, its items when they are read."""
    value = item.get(name)
    if not value:
        return ()
    here = at.child(name)
    reading.book.open(f"parameter {name}", here)
    items = reading.list_of(item, name, at, "a parameter", intent.facts)
    if items:
        reading.book.exact(here)
    return tuple((message, here.child(index)) for index, message in enumerate(items))
