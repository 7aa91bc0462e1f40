"""Slots with their mappings, and forms in all their shapes.

Source: https://legacy-docs-oss.rasa.com/docs/rasa/domain#slots
"""

from __future__ import annotations

from bascule.diagnostics.finding import Label, Severity
from bascule.language.reading import json_text
from bascule.parsers.rasa.located import At, mapping, plain, refuse, sequence, text_of
from bascule.parsers.rasa.model import Form, MappingKind, Needed, Scene, Slot, SlotMapping
from bascule.parsers.rasa.rules import DeclaredTwice, WrongShape
from bascule.source import Place

__all__ = ["read_forms", "read_slots", "twice"]

_SLOT_MEMBERS = (
    "type",
    "mappings",
    "initial_value",
    "influence_conversation",
    "values",
    "auto_fill",
    "min_value",
    "max_value",
    "validation",
    "shared_for_coexistence",
    "value_reset_delay",
    "persisted",
    "is_builtin",
)
_MAPPING_MEMBERS = (
    "type",
    "entity",
    "role",
    "group",
    "intent",
    "not_intent",
    "value",
    "conditions",
    "action",
    "run_action_every_turn",
    "allow_nlu_correction",
    "coexistence_system",
)
_FORM_MEMBERS = ("required_slots", "ignored_intents")


_SETTINGS = (
    "influence_conversation",
    "auto_fill",
    "min_value",
    "max_value",
    "shared_for_coexistence",
    "value_reset_delay",
    "persisted",
)
"""What the model looks at: facts."""


def twice(scene: Scene, what: str, name: str, at: At, first: Place, same: bool) -> None:
    """A second declaration: the same again is remarked on, another one is dropped."""
    book = scene.reading.book
    finding = DeclaredTwice.at(
        at.place,
        f"the {what} `{name[:60]}` is {'listed' if same else 'declared'} twice"
        + ("" if same else "; the first one is kept"),
        help="remove one of them",
        labels=[Label(first, "first here")],
        severity=Severity.INFO if same else None,
    )
    scene.reading.findings.append(finding)
    if same:
        book.exact(at.place, "the same again")
    else:
        book.dropped(at.place, "declared before", "remove one of them", DeclaredTwice.code)


def _names(scene: Scene, at: At | None, construct: str) -> tuple[str, ...]:
    """A name or a list of names (``intent: [a, b]``)."""
    if at is None or at.null:
        return ()
    single = text_of(at)
    if single is not None:
        return (single,)
    found = [(item, text_of(item)) for item in sequence(scene.reading, at, construct, "a name or a list of names")]
    for item, name in found:
        if name is None:
            refuse(scene.reading, item, construct, "a name")
    return tuple(name for _, name in found if name is not None)


def _read_mapping(scene: Scene, at: At) -> SlotMapping | None:
    """One slot mapping (of a slot, or of a form in Rasa 2)."""
    book = scene.reading.book
    book.open("slot mapping", at.place)
    if not isinstance(at.value, dict):
        refuse(scene.reading, at, "slot mapping", "a mapping with `type`")
        return None
    kind_at = at.get("type")
    kind = (text_of(kind_at) or "") if kind_at is not None else ""
    if kind not in MappingKind.ALL:
        code = scene.reading.find(
            WrongShape,
            kind_at.place if kind_at is not None else at.place,
            f"there is no slot mapping `{kind[:40]}`",
            help=f"the types are: {', '.join(MappingKind.ALL)}",
        )
        book.dropped(at.place, "a slot mapping of unknown type", f"one of {', '.join(MappingKind.ALL)}", code)
        return None
    for key, item in at.members():
        if key not in _MAPPING_MEMBERS:
            scene.keep(item, key, "slot mapping", _MAPPING_MEMBERS)
    return SlotMapping(
        kind,
        at.place,
        entity=_word(at, "entity"),
        role=_word(at, "role"),
        group=_word(at, "group"),
        intents=_names(scene, at.get("intent"), "slot mapping intent"),
        not_intents=_names(scene, at.get("not_intent"), "slot mapping intent"),
        value=plain(at.value["value"]) if "value" in at.value else None,
        conditions=_conditions(scene, at),
        action=_word(at, "action") or _word(at, "run_action_every_turn"),
    )


def _word(at: At, key: str) -> str:
    item = at.get(key)
    return (text_of(item) or "") if item is not None else ""


def _conditions(scene: Scene, at: At) -> tuple[tuple[str, str], ...]:
    holder = at.get("conditions")
    found: list[tuple[str, str]] = []
    for item in sequence(scene.reading, holder, "mapping conditions") if holder is not None else ():
        if isinstance(item.value, dict):
            loop, flow = _word(item, "active_loop"), _word(item, "active_flow")
            found.append((loop or flow, _word(item, "requested_slot")))
        else:
            refuse(scene.reading, item, "mapping condition", "a mapping with `active_loop`")
    return tuple(found)


def read_slots(scene: Scene, at: At) -> None:
    """``slots``: name to definition."""
    book = scene.reading.book
    for name, item in mapping(scene.reading, at, "slots"):
        book.open("slot", item.place)
        if not isinstance(item.value, dict) and not item.null:
            refuse(scene.reading, item, "slot", "a mapping with `type`")
            continue
        slot = _slot(scene, name, item)
        first = scene.domain.slots.get(name)
        if first is not None:
            same = (first.type, first.initial, first.values) == (slot.type, slot.initial, slot.values)
            twice(scene, "slot", name, item, first.place, same)
            for extra in slot.mappings:
                book.dropped(extra.place, "the slot is declared before", "remove one of them", DeclaredTwice.code)
            continue
        scene.domain.slots[name] = slot
        book.exact(item.place)


def _slot(scene: Scene, name: str, item: At) -> Slot:
    slot = Slot(name, item.place)
    slot.type = _slot_type(_word(item, "type") or "any")
    influence = item.get("influence_conversation")
    if influence is not None and influence.scalar is False:
        slot.influences = False
    fill = item.get("auto_fill")
    slot.auto_fill = fill is None or fill.scalar is not False
    initial = item.get("initial_value")
    slot.initial = plain(initial.value) if initial is not None else None
    values = item.get("values")
    if values is not None:
        slot.values = tuple(value.scalar for value in sequence(scene.reading, values, "slot values"))
        slot.values = tuple(value for value in slot.values if not isinstance(value, (dict, list)))
    mappings = item.get("mappings")
    if mappings is not None:
        slot.mapped = True
        for one in sequence(scene.reading, mappings, "slot mappings"):
            found = _read_mapping(scene, one)
            if found is not None:
                slot.mappings.append(found)
    _validation(scene, slot, item)
    settings = {key: plain(part.value) for key, part in item.members() if key in _SETTINGS}
    if isinstance(slot.initial, (list, dict)):
        settings["initial_value"] = slot.initial
    if settings:
        scene.facts.append((f"slot {name}", json_text(settings)))
    for key, extra in item.members():
        if key not in _SLOT_MEMBERS:
            scene.keep(extra, key, "slot", _SLOT_MEMBERS)
    return slot


def _slot_type(name: str) -> str:
    """``rasa.shared.core.slots.TextSlot`` is ``text``; classes of one's own are ``any``."""
    last = name.rsplit(".", 1)[-1].lower().removesuffix("slot")
    known = (
        "text",
        "bool",
        "boolean",
        "float",
        "list",
        "categorical",
        "any",
        "strict_categorical",
        "strictcategorical",
    )
    if last in ("unfeaturized", "anyslot"):
        return "any"
    return last.replace("strictcategorical", "strict_categorical") if last in known else "any"


def _validation(scene: Scene, slot: Slot, item: At) -> None:
    """``validation`` of a slot (Rasa Pro 3.12): conditions under which a value is refused, with what is said then."""
    holder = item.get("validation")
    if holder is None:
        return
    for key, part in mapping(scene.reading, holder, "slot validation"):
        if key == "rejections":
            for one in sequence(scene.reading, part, "rejections"):
                scene.reading.book.open("rejection", one.place)
                slot.rejections.append(one)
        elif key == "refill_utter":
            slot.refill = text_of(part) or ""
        else:
            scene.keep(part, key, "slot validation", ("rejections", "refill_utter"))


def read_forms(scene: Scene, at: At) -> None:
    """``forms`` in its shapes: slots as a list (3), with their mappings (2.6), directly (2.0), or names only (1)."""
    book = scene.reading.book
    if isinstance(at.value, list):
        for item in at.items():
            name = text_of(item)
            if name is not None:
                book.open("form", item.place)
                _add_form(scene, Form(name, item.place), item)
            elif isinstance(item.value, dict):
                read_forms(scene, item)
            else:
                refuse(scene.reading, item, "form", "a name or a mapping")
        return
    for name, item in mapping(scene.reading, at, "forms", "a mapping from form to its slots"):
        book.open("form", item.place)
        form = Form(name, item.place)
        if isinstance(item.value, dict):
            _form_members(scene, form, item)
        elif not item.null:
            refuse(scene.reading, item, "form", "a mapping with `required_slots`")
            continue
        _add_form(scene, form, item)


def _add_form(scene: Scene, form: Form, item: At) -> None:
    first = scene.domain.forms.get(form.name)
    if first is None:
        scene.domain.forms[form.name] = form
        scene.reading.book.exact(item.place)
        return
    same = [needed.slot for needed in first.needed] == [needed.slot for needed in form.needed]
    twice(scene, "form", form.name, item, first.place, same)
    for needed in form.needed:
        for place in (needed.place, *(found.place for found in needed.mappings)):
            scene.reading.book.dropped(place, "the form is declared before", "remove one of them", DeclaredTwice.code)


def _form_members(scene: Scene, form: Form, item: At) -> None:
    direct = "required_slots" not in item.value
    for key, part in item.members():
        if key == "ignored_intents":
            scene.reading.book.open("ignored intents", part.place)
            form.ignored = _names(scene, part, "ignored intents")
            if not scene.reading.book.fate(part.place):
                scene.reading.book.exact(part.place)
        elif key == "required_slots":
            _required(scene, form, part)
        elif direct:
            _needed(scene, form, key, part)
        else:
            scene.keep(part, key, "form", _FORM_MEMBERS)


def _required(scene: Scene, form: Form, at: At) -> None:
    if isinstance(at.value, dict):
        for name, part in at.members():
            _needed(scene, form, name, part)
        return
    for part in sequence(scene.reading, at, "required slots", "a list of slots, or a mapping from slot to mappings"):
        slot = text_of(part)
        if slot is None:
            refuse(scene.reading, part, "required slot", "the name of a slot")
            continue
        scene.reading.book.open("required slot", part.place)
        form.needed.append(Needed(slot, part.place))


def _needed(scene: Scene, form: Form, name: str, at: At) -> None:
    scene.reading.book.open("required slot", at.place)
    needed = Needed(name, at.place)
    form.needed.append(needed)
    if at.null:
        return
    if isinstance(at.value, dict) and "type" in at.value:
        found = _read_mapping(scene, at)  # one mapping without its list: both stand at the same place
        needed.mappings.extend([found] if found is not None else [])
        return
    for one in sequence(scene.reading, at, "required slot", "a list of slot mappings"):
        found = _read_mapping(scene, one)
        if found is not None:
            needed.mappings.append(found)
