"""Form parameters: what is asked for, with which words, and what is said when the answer does not fit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bascule.ir.project import Variable
from bascule.language.members import Facts, clip
from bascule.language.reading import json_text
from bascule.parsers.dialogflow_cx.losses import OneValue, OptionalParameter, SystemEntity
from bascule.parsers.dialogflow_cx.model import Page, Parameter, reply_kind
from bascule.parsers.dialogflow_cx.nlu import entity_name
from bascule.parsers.dialogflow_cx.pieces import Said
from bascule.parsers.dialogflow_cx.reading import AgentMembers
from bascule.parsers.dialogflow_cx.rules import NameTaken, PromptMissing
from bascule.parsers.dialogflow_cx.steps import read_fulfillment
from bascule.source import Place

if TYPE_CHECKING:
    from bascule.parsers.dialogflow_cx.pages import FlowReader

__all__ = ["FormReader"]

_TYPES = {"number": "number", "date": "date", "time": "time"}
_OPTIONAL = "optional: Dialogflow fills it by the way, nothing asks for it; kept as a fact"


class FormReader:
    """Reads the form of one page."""

    def __init__(self, flow: FlowReader) -> None:
        self.flow = flow
        self.reading = flow.reading

    def read(self, page: Page, items: list[Any], place: Place) -> None:
        """Read the parameters in the order in which they are asked for."""
        taken: set[str] = set()
        for index, item in enumerate(items):
            at = place.child(index)
            if not isinstance(item, dict):
                self.flow.no_object(at, "form parameter")
                continue
            parameter = self._parameter(item, at, index, page)
            if parameter.name in taken:
                message = f"a second form parameter `{clip(parameter.name)}`; the first one fills it"
                code = self.reading.find(NameTaken, at, message, help="rename or remove one")
                self.reading.bury(at, "its name is taken", "rename or remove one", code, kept=False)
                continue
            taken.add(parameter.name)
            page.take(parameter)
        asked = page.required
        if len(asked) > 1:
            self.reading.find_once(
                OneValue,
                "form",
                place,
                lambda count: f"{count} form(s) ask for several values; each is asked for in turn",
            )
        self._first_question(page, asked)

    def _first_question(self, page: Page, asked: list[Parameter]) -> None:
        """The page's last words are the question of a first parameter that has none of its own."""
        for number, parameter in enumerate(asked):
            if any(isinstance(step, Said) and step.kind == "say" for step in parameter.prompt):
                continue
            self.reading.find_once(
                PromptMissing,
                "prompt",
                parameter.place,
                lambda count: f"{count} required form parameter(s) have no question of their own",
                help="write the question as the parameter's prompt",
            )
            last = page.entry[-1] if page.entry else None
            if number == 0 and isinstance(last, Said) and last.kind == "say":
                page.entry = page.entry[:-1]
                parameter.prompt = [*parameter.prompt, last]

    def _parameter(self, item: dict[str, Any], place: Place, index: int, page: Page) -> Parameter:
        reading = self.reading
        behaviour = item.get("fillBehavior")
        structural = ("fillBehavior",) if isinstance(behaviour, dict) else ()
        facts: Facts = []
        members = AgentMembers(reading, item, place, "form parameter", facts, structural)
        name = members.string("displayName").strip() or f"parameter_{index + 1}"
        parameter = Parameter(name, place, facts=facts, entity=entity_name(members.string("entityType")))
        parameter.required = bool(members.boolean("required"))
        parameter.is_list = bool(members.boolean("isList"))
        members.fact("redact", "description", "defaultValue")
        parameter.no_speech = self.flow.settings(members)
        if isinstance(behaviour, dict):
            self._behaviour(parameter, behaviour, place.child("fillBehavior"))
        else:
            members.object("fillBehavior")
        members.close()
        if parameter.required:
            self._judge(parameter, members)
        else:
            self._optional(parameter, item, page)
        return parameter

    def _behaviour(self, parameter: Parameter, value: dict[str, Any], place: Place) -> None:
        reading = self.reading
        prompt = ("initialPromptFulfillment",) if isinstance(value.get("initialPromptFulfillment"), dict) else ()
        again = ("repromptEventHandlers",) if isinstance(value.get("repromptEventHandlers"), list) else ()
        members = AgentMembers(reading, value, place, "fill behaviour", parameter.facts, (*prompt, *again))
        if prompt:
            at = place.child("initialPromptFulfillment")
            written = value["initialPromptFulfillment"]
            parameter.prompt = read_fulfillment(reading, self.flow.services, written, at, parameter.facts)
        else:
            members.object("initialPromptFulfillment")
        if again:
            at = place.child("repromptEventHandlers")
            parameter.reprompts = self.flow.handlers(value["repromptEventHandlers"], at, parameter.facts)
        else:
            members.items("repromptEventHandlers")
        members.close()

    def _optional(self, parameter: Parameter, item: dict[str, Any], page: Page) -> None:
        """A parameter that nothing asks for is kept whole as a fact of its page."""
        place = parameter.place
        code = self.reading.find_once(
            OptionalParameter,
            "form",
            place,
            lambda count: f"{count} form parameter(s) are optional: nothing asks for them",
            help="ask for the value, or leave it out",
        )
        self.reading.bury(place, _OPTIONAL, "ask for it", code)
        page.facts.append((f"optional {parameter.name}", json_text(self.reading.safe(item, place, report=False))))

    def _judge(self, parameter: Parameter, members: AgentMembers) -> None:
        """What of a parameter is not carried: an entity that is no kind of answer, lists."""
        reading, place = self.reading, parameter.place
        entity = parameter.entity
        at = members.at("entityType") if "entityType" in members else place
        if entity.startswith("sys."):
            if reply_kind(entity) is None:
                code = reading.find_once(
                    SystemEntity,
                    "parameter",
                    at,
                    lambda count: (
                        f"{count} form parameter(s) are of system entities that Dialogflow finds in a sentence"
                    ),
                )
                reading.book.degraded(at, "the whole answer is taken as a text", "check or clean it", code)
        elif entity not in self.flow.names.entities:
            self.flow.unknown(at, "entity type", entity, self.flow.names.entities, "any answer is taken")
        if parameter.is_list:
            code = reading.find_once(
                OneValue,
                "list",
                members.at("isList"),
                lambda count: f"{count} form parameter(s) take lists; the answer is kept as it is",
            )
            reading.book.degraded(members.at("isList"), "one answer gives one value", "ask again in a loop", code)
        kind = reply_kind(entity)
        dotted = ".".join(parameter.path)
        variable = Variable(dotted, type=_TYPES.get(kind.value if kind else "", "text"), scope="session", at=place)
        reading.variables.setdefault(dotted, variable)
