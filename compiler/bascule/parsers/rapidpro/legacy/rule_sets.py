"""Rule sets of older flows as nodes of version 13 (https://github.com/nyaruka/goflow, legacy definition)."""

from __future__ import annotations

from typing import Any

from bascule.language.rapidpro_expression import Change
from bascule.parsers.rapidpro.legacy.actions import webhook_members
from bascule.parsers.rapidpro.legacy.cases import beyond, cases_of, met
from bascule.parsers.rapidpro.legacy.draft import KEPT, Context, Draft, is_empty, own_language
from bascule.parsers.rapidpro.legacy.walk import OLD_RULE, WAITS, objects, referenced, test_of
from bascule.parsers.rapidpro.located import Arr, Obj, inner_of, rewritten, text_of
from bascule.parsers.rapidpro.reading import number_of, result_key

__all__ = ["RULE_SETS", "node_of"]

_HINTS = {
    "wait_audio": "audio",
    "wait_recording": "audio",
    "wait_video": "video",
    "wait_photo": "image",
    "wait_gps": "location",
    "wait_digit": "digits",
    "wait_digits": "digits",
}
_SERVICES = ("webhook", "resthook", "airtime")
RULE_SETS = WAITS | frozenset(
    (*_SERVICES, "subflow", "form_field", "group", "flow_field", "contact_field", "expression", "random")
)
"""Every type of rule set."""

_ANSWERS = ("@step.value", "@step", "", None)
_STATUSES = ("webhook_status", "airtime_status")


def node_of(context: Context, item: Obj, number: int) -> Obj:
    """A rule set as a node: what it calls or says, what it waits for, and its router. ``number`` names one that has
    no uuid."""
    kind = text_of(item.get("ruleset_type"))
    if kind not in RULE_SETS:
        # Some old flows do not say it.
        kind = "wait_message" if item.get("operand") in _ANSWERS else "expression"
    name = text_of(item.get("uuid")) or f"rule-set-{number}"
    even = kind == "random" and _even(item)
    rules = _Rules(context, item, name, even)
    draft = Draft(item, ("uuid", "x", "y", "rules", "ruleset_type"))
    draft.put("type", "switch", item.at("ruleset_type"))
    actions = _actions(context, draft, item, kind, name)
    if even:
        draft.put("type", "random", item.at("ruleset_type"))
        draft.keep("operand")
    else:
        draft.put("operand", *_operand(context, draft, item, kind))
        draft.put("cases", rules.cases, item.at("rules"))
    draft.put("categories", rules.categories, item.at("rules"))
    if rules.default:
        draft.put("default_category_uuid", rules.default, item.pointer)
    if kind in WAITS:
        draft.put("wait", _wait(item, kind, rules), item.pointer)
    draft.keep("response_type", "finished_key", "webhook", "webhook_action")
    if kind not in _SERVICES:
        draft.move("label", "result_name")
    if not actions:
        draft.keep("config")
    draft.use("label", "config")
    parts: dict[str, Any] = {"uuid": item.get("uuid"), "router": draft.done(), "exits": rules.exits}
    moved = {"router": item.pointer, "exits": item.at("rules")}
    if actions:
        parts["actions"] = Arr(actions, item.pointer, {index: one.pointer for index, one in enumerate(actions)})
        moved["actions"] = item.pointer
    return Obj(parts, item.pointer, moved)


def _even(item: Obj) -> bool:
    """Whether the shares of a random split are equal, as every editor drew them."""
    widths: set[float | None] = set()
    for test in map(test_of, objects(item, "rules")):
        low, high = number_of(test.get("min")), number_of(test.get("max"))
        known = test.get("type") == "between" and low is not None and high is not None
        widths.add(round(high - low, 2) if known and high is not None and low is not None else None)
    return len(widths) < 2


# What it calls or says


def _actions(context: Context, draft: Draft, item: Obj, kind: str, name: str) -> list[Obj]:
    written = item.get("config")
    config = inner_of(item, "config")
    if not isinstance(written, Obj) and not is_empty(written):
        draft.keep("config")
    action = Draft(config)
    action.put("uuid", context.unique("action", f"{name}-action"))
    if kind == "subflow":
        action.put("type", "enter_flow", item.at("ruleset_type"))
        action.move("flow", value=referenced(config.get("flow"), "flow"))
    elif kind == "webhook":
        action.put("type", "call_webhook", item.at("ruleset_type"))
        webhook_members(context, action, "webhook_action")
    elif kind == "resthook":
        action.put("type", "call_resthook", item.at("ruleset_type"))
        action.move("resthook")
    elif kind == "airtime":
        action.put("type", "transfer_airtime", item.at("ruleset_type"))
        action.put("amounts", _amounts(config), config.pointer)
        action.use(*config)
    elif kind in ("wait_ussd", "wait_menu"):
        return [_prompt(context, action, item, config, kind)]
    else:
        return []
    if kind in _SERVICES and not is_empty(item.get("label")):
        action.put("result_name", item["label"], item.at("label"))
    return [action.done()]


def _amounts(config: Obj) -> Obj:
    """What is sent in each currency: several countries share one, and then the first amount stands for them."""
    amounts: dict[str, Any] = {}
    places: dict[str, str] = {}
    for country in config.values():
        code = country.get("currency_code") if isinstance(country, Obj) else None
        if isinstance(country, Obj) and isinstance(code, str) and code not in amounts:
            amounts[code], places[code] = country.get("amount"), country.at("amount")
    return Obj(amounts, config.pointer, places)


def _prompt(context: Context, action: Draft, item: Obj, config: Obj, kind: str) -> Obj:
    """What a USSD screen says; a menu offers the labels of its rules, and the number of the rule is typed for each."""
    uuid = context.unique("action", f"{text_of(item.get('uuid'))}-prompt")
    action.put("uuid", uuid)
    action.put("type", "send_msg", item.at("ruleset_type"))
    value, at = context.said(config.get("ussd_message"), config.at("ussd_message"), uuid, "text")
    action.use("ussd_message")
    action.keep("ussd_menu")
    if not is_empty(value):
        action.put("text", value, at)
    if kind == "wait_menu":
        _options(context, action, item, config, uuid)
    return action.done()


def _options(context: Context, action: Draft, item: Obj, config: Obj, uuid: str) -> None:
    """The labels stand on the rules, or in a menu that names the rules by uuid."""
    menu = {text_of(option.get("uuid")): option for option in objects(config, "ussd_menu")}
    options = Arr(pointer=item.at("rules"))
    rows: list[tuple[Any, str, dict[str, Any]]] = []
    for rule in objects(item, "rules"):
        holder = rule if not is_empty(rule.get("label")) else menu.get(text_of(rule.get("uuid")), rule)
        label = holder.get("label")
        if is_empty(label) or test_of(rule).get("type") != "eq":
            continue
        own, at = label, holder.at("label")
        others: dict[str, Any] = {}
        if isinstance(label, Obj):
            language = own_language(label, context.language)
            own, at = label.get(language, ""), label.at(language)
            others = {key: text for key, text in label.items() if key not in (language, "base")}
        options.moved[len(options)] = at
        text = Obj({"text": context.text(own), "key": str(test_of(rule).get("test"))}, rule.pointer, {"text": at})
        options.append(text)
        rows.append((label, holder.at("label"), others))
    if not options:
        return
    action.put("quick_replies", options, item.at("rules"))
    for language in dict.fromkeys(language for _, _, others in rows for language in others):
        texts = Arr(pointer=item.at("rules"))
        for index, (label, at, others) in enumerate(rows):
            texts.append(context.text(others.get(language, "")))
            texts.moved[index] = label.at(language) if isinstance(label, Obj) and language in label else at
        context.localization.add(language, uuid, "quick_replies", texts)


# What it looks at


def _operand(context: Context, draft: Draft, item: Obj, kind: str) -> tuple[Any, str]:
    """The operand and where it stands. One that the rule set does not look at is kept beside."""
    written, at = item.get("operand"), item.at("operand")
    fixed = ""
    if kind in WAITS:
        fixed = "@input.text" if kind in ("wait_digit", "wait_digits") else "@input"
    elif kind == "subflow":
        fixed = "@child.status"
    elif kind == "group":
        fixed = "@contact.groups"
    elif kind in _SERVICES:
        key = result_key(text_of(item.get("label")))
        fixed = f"@results.{key}" if kind == "airtime" else f"@results.{key}.category"
    draft.use("operand")
    if fixed:
        if written not in _ANSWERS:
            draft.keep("operand")
        return fixed, at if "operand" in item else item.pointer
    if not isinstance(written, str):
        return ("@input" if is_empty(written) else written), at if "operand" in item else item.pointer
    value = context.text(written)
    if kind == "form_field":
        return _field(value, item.get("config")), at
    return value or "@input", at


def _field(operand: str, config: Any) -> str:
    """One part of a result whose parts are told apart by a sign."""
    config = config if isinstance(config, Obj) else Obj({})
    index, delimiter = number_of(config.get("field_index")), text_of(config.get("field_delimiter"))
    inner = operand[1:] if operand.startswith("@") else operand
    inner = inner[1:-1] if inner.startswith("(") and inner.endswith(")") else inner
    quoted = delimiter.replace("\\", "\\\\").replace('"', '\\"')
    new = f'@(field({inner or "input"}, {int(index or 0)}, "{quoted}"))'
    return rewritten(operand, new, [Change(0, len(operand), new)])


# Where it leads


class _Rules:
    """The rules of a rule set: cases, categories with exits, the default, the timeout."""

    def __init__(self, context: Context, item: Obj, owner: str, even: bool) -> None:
        """``even`` is for random splits whose ways have equal chances: their tests are no cases."""
        self.context = context
        self.even = even
        self.cases = Arr(pointer=item.at("rules"))
        self.categories: Any = Arr(pointer=item.at("rules"))
        self.exits: Any = Arr(pointer=item.at("rules"))
        self.default = ""
        self.timeout: tuple[Obj, str] | None = None
        self._known: dict[tuple[str, str], str] = {}
        rules = item.get("rules")
        if not isinstance(rules, Arr):
            if not is_empty(rules):
                self.categories = self.exits = rules
            return
        all_taken = False
        for index, rule in enumerate(rules):
            if isinstance(rule, Obj):
                all_taken = self._rule(rule, f"{owner}-rule-{index + 1}", all_taken)
            else:
                self.categories.moved[len(self.categories)] = rules.at(index)
                self.categories.append(rule)

    def _rule(self, rule: Obj, name: str, all_taken: bool) -> bool:
        """Read a rule; returns whether everything is taken after it. Later rules but for a timeout are never tried."""
        uuid = self.context.unique("rule", text_of(rule.get("uuid")) or name)
        test = test_of(rule)
        kind = text_of(test.get("type"))
        known = met(test)
        target, new = self._category(rule, uuid, "true" if known else kind)
        draft = Draft(rule, ("uuid", "test", "category", "destination", "destination_type"))
        draft.keep("config", "label", OLD_RULE)
        rest = draft.done()
        if self.even or (all_taken and kind != "timeout") or (kind == "timeout" and self.timeout is not None):
            # A test that nothing asks.
            kept = Obj({"test": test}, test.pointer, {"test": test.pointer}) if "test" in rule else Obj({})
            rest = rest.beside(Obj({KEPT: kept}, "", {KEPT: test.pointer})) if kept else rest
        elif known is not None or kind in ("or", "airtime_status"):
            # No case of its own holds what such a test says beside.
            rest = rest.beside(beyond(test))
        if self.even:
            pass
        elif kind == "timeout":
            self.timeout = self.timeout or (test, target)
        elif known and not all_taken:
            self.default = target
            all_taken = True
        elif not all_taken:
            if kind in _STATUSES:
                # The last of them, which is failure, is the default.
                self.default = target
            cases = cases_of(self.context, test, f"{uuid}-case", target, rule.pointer)
            if cases and rest:
                cases[0] = cases[0].beside(rest)
                rest = Obj({})
            for case in cases:
                self.cases.moved[len(self.cases)] = rule.pointer
                self.cases.append(case)
        if rest and new is None:
            # Nothing else has its pointer: a category of its own, that nothing leads to.
            new = Obj({"uuid": f"{uuid}-category", "name": "", "exit_uuid": ""}, rule.pointer)
        if new is not None:
            self.categories.moved[len(self.categories)] = rule.pointer
            self.categories.append(new.beside(rest))
        return all_taken

    def _category(self, rule: Obj, uuid: str, kind: str) -> tuple[str, Obj | None]:
        """The uuid of the category of a rule, and the category if it is new. Rules with one name that lead to one
        place share it, unless they translate the name differently."""
        written, at = rule.get("category"), rule.at("category")
        name: Any = written
        others: dict[str, Any] = {}
        if isinstance(written, Obj):
            own = own_language(written, self.context.language)
            name, at = written.get(own, ""), written.at(own)
            others = {key: text for key, text in written.items() if key not in (own, "base") and not is_empty(text)}
        destination = rule.get("destination")
        key = str(name), str(destination)
        known = self._known.get(key) if kind not in ("true", "timeout") else None
        if known is not None and self._same(known, others, written):
            return known, None
        category = f"{uuid}-category"
        self._known.setdefault(key, category)
        for language, text in others.items():
            assert isinstance(written, Obj)
            pointer = written.at(language)
            self.context.localization.add(language, category, "name", Arr([text], pointer, {0: pointer}))
        exit_ = Obj({"uuid": uuid}, rule.pointer)
        if not is_empty(destination):
            exit_ = exit_.having({"destination_uuid": destination}, {"destination_uuid": rule.at("destination")})
        self.exits.moved[len(self.exits)] = rule.pointer
        self.exits.append(exit_)
        parts = {"uuid": category, "name": "" if name is None else name, "exit_uuid": uuid}
        return category, Obj(parts, rule.pointer, {"name": at})

    def _same(self, category: str, others: dict[str, Any], written: Any) -> bool:
        """Whether translations of a name are those that the category has; they are put down as read."""
        for language, text in others.items():
            found = self.context.localization.find(language, category, "name")
            if found is None or found[0] != text:
                return False
        for language in others:
            found = self.context.localization.find(language, category, "name")
            if found is not None and isinstance(written, Obj):
                found.moved[len(found.moved)] = written.at(language)
        return True


def _wait(item: Obj, kind: str, rules: _Rules) -> Obj:
    wait = Obj({"type": "msg"}, item.pointer, {"type": item.at("ruleset_type")})
    if rules.timeout is not None:
        test, category = rules.timeout
        minutes = number_of(test.get("minutes"))
        seconds = test.get("minutes") if minutes is None else minutes * 60
        seconds = int(seconds) if isinstance(seconds, float) and seconds == int(seconds) else seconds
        timeout = Obj({"seconds": seconds, "category_uuid": category}, test.pointer, {"seconds": test.at("minutes")})
        wait = wait.having({"timeout": timeout}, {"timeout": test.pointer})
    if kind in _HINTS:
        hint: dict[str, Any] = {"type": _HINTS[kind]}
        if kind == "wait_digit":
            hint["count"] = 1
        elif kind == "wait_digits" and not is_empty(item.get("finished_key")):
            hint["terminated_by"] = item["finished_key"]
        wait = wait.having({"hint": Obj(hint, item.at("ruleset_type"))}, {"hint": item.at("ruleset_type")})
    return wait
