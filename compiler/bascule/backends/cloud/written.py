"""Parameters of templates as their own definition numbers or names them.

Planned templates number their parameters in reading order, which every provider takes. A template that a source defines
may number them in another order, or name them, and a program that sends it relies on that: where the target takes
Meta's bodies, :func:`as_written` restores it; where it cannot stay, :func:`renumbered` tells.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bascule.backends.cloud.parts import filled
from bascule.diagnostics import Finding, Rule, Severity
from bascule.ir.expr import Expression, Ref
from bascule.ir.project import Project
from bascule.whatsapp.plan import Origin, Plan, PlannedStep, PlannedTemplate, Slot
from bascule.whatsapp.policy import load_policy
from bascule.whatsapp.templates import (
    Body,
    BodyExample,
    Component,
    Header,
    HeaderExample,
    HeaderFormat,
    NamedExample,
    ParameterFormat,
)

__all__ = ["ParametersRenumbered", "as_written", "renumbered"]

_SHOWN = 8
"""How many parameters a message lists."""


class ParametersRenumbered(Rule):
    """The parameters of a defined template get other numbers

    What it does: reports a template whose definition numbers its parameters in another way than what is submitted, or
    names them where numbers are submitted. It lists the old and the new ones.
    Why: values are sent by number; a program that goes on sending in the old order would put them in the wrong places,
    and nothing would refuse it.
    Example: `Bonjour {{1}}, merci. Votre code {{1}} est prêt.`, whose second `{{1}}` becomes `{{2}}`.
    Use instead: change the sending program as the message says; `bindings.json` has the value of each new number. Or
    number the definition 1 to n in reading order, each number once.
    Sources: https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/components
    """

    code = "TPL100"
    name = "parameters-renumbered"
    severity = Severity.WARNING


@dataclass(frozen=True, slots=True)
class _Written:
    """A parameter as its definition says it. ``component`` is ``""`` where one numbering counts through all parts."""

    component: str
    name: str
    template: str = field(compare=False)


def as_written(project: Project, plan: Plan) -> Plan:
    """The plan with the parameters of its templates as their definitions say them, where Meta takes that.

    Numbers stay in the order of the definition when they are 1 to n, each once; names stay when all are names and each
    stands once in its component. Every other template is left as it is.
    https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/components
    """
    defined = _defined(project)
    if not defined:
        return plan
    keys: dict[tuple[str, str], dict[str, str]] = {}
    templates = []
    for planned in plan.templates:
        form, names = _names(planned, defined)
        if not names:
            templates.append(planned)
            continue
        made, keys[planned.template.key] = _renamed(planned, names, form)
        templates.append(made)
    if not keys:
        return plan
    return replace(plan, templates=tuple(templates), steps=tuple(_step(step, keys) for step in plan.steps))


def renumbered(
    project: Project, planned: PlannedTemplate, number: Callable[[Slot], str] | None = None
) -> list[Finding]:
    """One finding for each definition whose parameters are called otherwise in the template that says it.

    ``number`` says what a slot is called (``""``: nothing) where the target counts through all parts of a template: it
    is asked for slots whose definition counts so too, and for those of the body.
    """
    defined = _defined(project)
    found: list[Finding] = []
    for origin in planned.origins if defined else ():
        written = _written(origin, defined)
        pairs = [(written[slot.key], slot) for slot in planned.slots if slot.key in written]
        changes = [_change(old, slot) if number is None else _anew(old, number(slot)) for old, slot in pairs]
        listed = [change for change in dict.fromkeys(changes) if change]
        if not listed:
            continue
        name = pairs[0][0].template
        whose = "its definition" if name == planned.name else f"the definition of `{name[:60]}`"
        shown = ", ".join(listed[:_SHOWN]) + (" …" if len(listed) > _SHOWN else "")
        found.append(
            ParametersRenumbered.at(
                origin.place,
                f"the parameters of `{planned.name}` ({planned.language}) are not called as in {whose}: {shown}",
                help="change the program that sends it: `bindings.json` names the value of each new number",
            )
        )
    return found


def _change(old: _Written, slot: Slot) -> str:
    """How a parameter changes in Meta's own bodies; ``""`` where it does not. A link's is found by its button."""
    new = slot.name or str(slot.number)
    moved = old.component not in ("", slot.component)
    if slot.component == "button" or (old.name == new and not moved):
        return ""
    was = _marker(old.name) + (f" of the {old.component}" if moved else "")
    return f"{was} → {_marker(new)}" + (" of the header" if slot.component == "header" else "")


def _anew(old: _Written, new: str) -> str:
    """How a parameter changes where one numbering counts through all parts; ``""`` where it does not."""
    if not new or old.component or old.name == new:
        return ""
    return f"{_marker(old.name)} → {_marker(new)}"


def _marker(name: str) -> str:
    return f"`{{{{{name[:40]}}}}}`"


def _defined(project: Project) -> Mapping[str, frozenset[str]]:
    """The names of the templates that a source defines, with the files that define them."""
    found: dict[str, frozenset[str]] = {}
    for asset in project.templates:
        if asset.definition and asset.at is not None:
            found[asset.name] = found.get(asset.name, frozenset()) | {asset.at.file}
    return found


def _written(origin: Origin, defined: Mapping[str, frozenset[str]]) -> dict[str, _Written]:
    """What the definition calls each slot that stands for a parameter of it: readers bind it to the variable
    ``template.1``, ``template.header.1``."""
    found: dict[str, _Written] = {}
    for key, expression in origin.bindings:
        written = _parameter(expression, origin, defined)
        if written is not None:
            found[key] = written
    return found


def _parameter(expression: Expression, origin: Origin, defined: Mapping[str, frozenset[str]]) -> _Written | None:
    if not isinstance(expression, Ref) or origin.place.file not in defined.get(expression.path[0], ()):
        return None
    match expression.path[1:]:
        case () | ("button" | "card" | "footer" | "limited_time_offer" | "list", _, *_):
            return None
        case ("header", _, *_):
            return _Written("header", ".".join(expression.path[2:]), expression.path[0])
        case name:
            return _Written("", ".".join(name), expression.path[0])


def _names(planned: PlannedTemplate, defined: Mapping[str, frozenset[str]]) -> tuple[ParameterFormat, dict[str, str]]:
    """What the definition calls the slots of the template's texts, where Meta takes it; empty where that is what they
    are called anyway, or cannot stay."""
    positional, header = ParameterFormat.POSITIONAL, planned.template.header
    texts = [slot for slot in planned.slots if slot.component == "body"]
    if header is not None and header.format is HeaderFormat.TEXT:
        texts += [slot for slot in planned.slots if slot.component == "header"]
    written = [_written(origin, defined) for origin in planned.origins]
    if not texts or planned.template.body_text == "" or any(other != written[0] for other in written):
        return positional, {}
    names: dict[str, str] = {}
    for slot in texts:
        old = written[0].get(slot.key)
        if old is None or (old.component or slot.component) != slot.component:
            return positional, {}
        names[slot.key] = old.name
    parts = [[slot for slot in texts if slot.component == component] for component in ("header", "body")]
    if any(len({names[slot.key] for slot in part}) < len(part) for part in parts):
        return positional, {}
    pattern = re.compile(str(load_policy().fact("template.parameter.named.accepted_pattern").value))
    if all(pattern.fullmatch(name) for name in names.values()):
        return ParameterFormat.NAMED, names
    if any(sorted(names[slot.key] for slot in part) != sorted(str(slot.number) for slot in part) for part in parts):
        return positional, {}
    return positional, names if any(names[slot.key] != str(slot.number) for slot in texts) else {}


def _renamed(
    planned: PlannedTemplate, names: Mapping[str, str], form: ParameterFormat
) -> tuple[PlannedTemplate, dict[str, str]]:
    """The template with other names of its parameters, by slot; and the new key of each slot, in the new order."""
    named = form is ParameterFormat.NAMED

    def renamed(slot: Slot) -> Slot:
        if slot.key not in names:
            return slot
        return replace(slot, name=names[slot.key]) if named else replace(slot, number=int(names[slot.key]))

    keys = {slot.key: renamed(slot).key for slot in planned.slots}
    slots = sorted(map(renamed, planned.slots), key=_order)
    texts = {part: [slot for slot in slots if slot.component == part] for part in ("header", "body")}
    components = tuple(_component(component, names, texts, named) for component in planned.template.components)
    order = [slot.key for slot in slots]
    made = replace(
        planned,
        template=replace(planned.template, parameter_format=form, components=components),
        slots=tuple(slots),
        origins=tuple(replace(origin, bindings=_moved(origin.bindings, keys, order)) for origin in planned.origins),
    )
    return made, {old: new for new in order for old in keys if keys[old] == new}


_PARTS = ("header", "body", "button")


def _order(slot: Slot) -> tuple[int, int, int]:
    return _PARTS.index(slot.component), slot.button or 0, slot.number


def _component(
    component: Component, names: Mapping[str, str], slots: Mapping[str, Sequence[Slot]], named: bool
) -> Component:
    """A component with its text and example for other names."""
    if isinstance(component, Body) and component.text is not None and slots["body"]:
        text = filled(component.text, lambda number: names.get(f"body.{number}", number))
        examples = tuple(NamedExample(slot.name, slot.sample) for slot in slots["body"]) if named else ()
        rows = None if named else (tuple(slot.sample for slot in slots["body"]),)
        return replace(component, text=text, example=BodyExample(rows, examples))
    if isinstance(component, Header) and component.format is HeaderFormat.TEXT and slots["header"]:
        text = filled(component.text or "", lambda number: names.get(f"header.{number}", number))
        examples = tuple(NamedExample(slot.name, slot.sample) for slot in slots["header"]) if named else ()
        flat = None if named else tuple(slot.sample for slot in slots["header"])
        return replace(component, text=text, example=HeaderExample(flat, examples))
    return component


def _step(step: PlannedStep, keys: Mapping[tuple[str, str], Mapping[str, str]]) -> PlannedStep:
    """The step with the bindings of its sends by the new keys."""
    return replace(
        step,
        templates=tuple(
            (
                language,
                tuple(
                    replace(use, bindings=_moved(use.bindings, known, list(known.values())))
                    if (known := keys.get((use.template, use.language)))
                    else use
                    for use in uses
                ),
            )
            for language, uses in step.templates
        ),
    )


def _moved(
    bindings: Sequence[tuple[str, Expression]], keys: Mapping[str, str], order: Sequence[str]
) -> tuple[tuple[str, Expression], ...]:
    moved = [(keys.get(key, key), value) for key, value in bindings]
    place = {key: index for index, key in enumerate(order)}
    return tuple(sorted(moved, key=lambda item: place.get(item[0], len(place))))
