"""The steps within version 14."""

from __future__ import annotations

from bascule.parsers.rapidpro.legacy.draft import KEPT
from bascule.parsers.rapidpro.located import Arr, Obj, listed, text_of
from bascule.parsers.rapidpro.migrations.base import (
    actions_of,
    map_actions,
    map_nodes,
    map_routers,
    map_translations,
    migration,
)

__all__ = [
    "to_14_0_0",
    "to_14_1_0",
    "to_14_2_0",
    "to_14_3_0",
    "to_14_3_1",
    "to_14_4_0",
    "to_14_4_1",
    "to_14_4_2",
]

_LONGEST_RUN = {"messaging": 20_160, "voice": 15}
"""Most minutes a run may wait by type of flow since 14.0: two weeks, and a quarter of an hour for calls."""

_WEBHOOKS = ("call_webhook", "call_resthook")
_LOCALS = {"open_ticket": "_new_ticket", "transfer_airtime": "_new_transfer"}
_ONE_ARGUMENT = frozenset(
    (
        *("has_only_text", "has_phrase", "has_only_phrase", "has_any_word", "has_all_words", "has_beginning"),
        "has_pattern",
    )
)
_STATUS = "@webhook.status"
_CASE = frozenset(("uuid", "type", "arguments", "category_uuid"))


@migration("14.0.0", "valid expirations, and no category without a name")
def to_14_0_0(flow: Obj) -> Obj:
    """Expirations beyond what the engine allows are cut to it; a category without a name is called `Match`."""
    minutes = flow.get("expire_after_minutes")
    longest = _LONGEST_RUN.get(text_of(flow.get("type")))
    if isinstance(minutes, int) and not isinstance(minutes, bool) and longest is not None and minutes > longest:
        flow = flow.having({"expire_after_minutes": longest})

    def category(item: object) -> object:
        return item.having({"name": "Match"}) if isinstance(item, Obj) and not text_of(item.get("name")) else item

    def router(item: Obj) -> Obj:
        categories = listed(item.get("categories"))
        changed = categories.mapped(category)
        return item if changed is categories else item.having({"categories": changed})

    return map_routers(flow, router)


def _split_after(node: Obj, kinds: tuple[str, ...]) -> tuple[Obj, Obj, Obj] | None:
    """The action, router and first case of a node that does one thing and branches on how it went."""
    actions, router = actions_of(node), node.get("router")
    if len(actions) != 1 or len(listed(node.get("actions"))) != 1 or actions[0].get("type") not in kinds:
        return None
    if not isinstance(router, Obj) or router.get("type") != "switch":
        return None
    cases = listed(router.get("cases"))
    if not cases or not isinstance(cases[0], Obj):
        return None
    return actions[0], router, cases[0]


def _with_only(router: Obj, case: Obj) -> Obj:
    """The router with one case. What others hold beyond members that every case has is kept beside."""
    cases = listed(router.get("cases"))
    rest = {
        f"case {index + 1}": item
        for index, item in enumerate(cases)
        if index and not (isinstance(item, Obj) and _CASE.issuperset(item))
    }
    router = router.having({"cases": Arr([case], cases.pointer, {0: cases.at(0)})})
    if not rest:
        return router
    kept = Obj(rest, cases.pointer, {f"case {index + 1}": cases.at(index) for index in range(len(cases))})
    return router.beside(Obj({KEPT: kept}, "", {KEPT: cases.pointer}))


@migration("14.1.0", "webhook nodes branch on the call, not on its result")
def to_14_1_0(flow: Obj) -> Obj:
    """A node that calls a webhook branches on `@webhook.status` between 200 and 299 instead of the category of the
    result it saves, so that it need not save one.

    The engine also cuts quick replies after the tenth. bascule keeps them: an old server sends them all, and
    what a WhatsApp list has room for is decided later, where the reader of the report sees it.
    """

    def change(node: Obj) -> Obj:
        split = _split_after(node, _WEBHOOKS)
        if split is None:
            return node
        _, router, case = split
        if not text_of(router.get("operand")).startswith("@results."):
            return node
        return node.having({"router": _status_split(router, case)})

    return map_nodes(flow, change)


def _status_split(router: Obj, case: Obj) -> Obj:
    arguments = case.get("arguments")
    pointer = arguments.pointer if isinstance(arguments, Arr) else case.pointer
    tested = case.having({"type": "has_number_between", "arguments": Arr(["200", "299"], pointer, {1: pointer})})
    return _with_only(router.having({"operand": _STATUS}), tested)


@migration("14.2.0", "a ticket has a note")
def to_14_2_0(flow: Obj) -> Obj:
    """The `body` of a ticket is called `note`.

    The engine also throws away translations whose language code has not three letters. bascule keeps them and
    reports the code: they are somebody's work, and one dialect writes codes of two letters.
    """

    def change(action: Obj) -> Obj:
        if action.get("type") != "open_ticket" or not text_of(action.get("body")):
            return action
        return action.having({"note": action["body"]}, {"note": action.at("body")}).lacking("body")

    return map_actions(flow, change)


@migration("14.3.0", "ticket and airtime nodes branch on what they made")
def to_14_3_0(flow: Obj) -> Obj:
    """A node that opens a ticket or sends airtime branches on whether the local variable it sets has a value; the
    result, if one is saved, is the router's."""

    def change(node: Obj) -> Obj:
        split = _split_after(node, tuple(_LOCALS))
        if split is None:
            return node
        action, router, case = split
        if not text_of(router.get("operand")).startswith("@results."):
            return node
        arguments = case.get("arguments")
        pointer = arguments.pointer if isinstance(arguments, Arr) else case.pointer
        tested = case.having({"type": "has_text", "arguments": Arr(pointer=pointer)})
        operand = "@locals." + _LOCALS[text_of(action.get("type"))]
        router = _with_only(router.having({"operand": operand}), tested)
        if "result_name" in action:
            router = router.having({"result_name": action["result_name"]}, {"result_name": action.at("result_name")})
        actions = listed(node.get("actions")).mapped(lambda item: action.lacking("result_name"))
        return node.having({"actions": actions, "router": router})

    return map_nodes(flow, change)


@migration("14.3.1", "text tests have one argument")
def to_14_3_1(flow: Obj) -> Obj:
    """An editor wrote `["yes", "y"]` where the engine reads `["yes y"]`; arguments after the first had no effect.

    They are joined with blanks, in translations too.
    """
    joined: set[str] = set()

    def case(item: object) -> object:
        if not isinstance(item, Obj) or text_of(item.get("type")) not in _ONE_ARGUMENT:
            return item
        joined.add(text_of(item.get("uuid")))
        arguments = item.get("arguments")
        if not isinstance(arguments, Arr) or len(arguments) < 2:
            return item
        return item.having({"arguments": _joined(arguments)})

    def router(item: Obj) -> Obj:
        cases = listed(item.get("cases"))
        changed = cases.mapped(case) if item.get("type") == "switch" else cases
        return item if changed is cases else item.having({"cases": changed})

    def translation(uuid: str, entry: Obj) -> Obj:
        arguments = entry.get("arguments")
        if uuid not in joined or not isinstance(arguments, Arr) or len(arguments) < 2:
            return entry
        return entry.having({"arguments": _joined(arguments)})

    return map_translations(map_routers(flow, router), translation)


def _joined(arguments: Arr) -> Arr:
    return Arr([" ".join(text_of(word) for word in arguments)], arguments.pointer, {0: arguments.pointer})


@migration("14.4.0", "messages go to one address")
def to_14_4_0(flow: Obj) -> Obj:
    """`all_urns`, which sent a message to every address of a contact, is gone. On WhatsApp there is one."""
    return map_actions(
        flow, lambda action: action.lacking("all_urns") if "all_urns" in action and _sends(action) else action
    )


def _sends(action: Obj) -> bool:
    return action.get("type") == "send_msg"


@migration("14.4.1", "webhook nodes have one case")
def to_14_4_1(flow: Obj) -> Obj:
    """Older steps and an early editor left webhook nodes that branch on other things; they all mean the status.

    Unlike the engine's, this step leaves a node alone whose further cases lead where nothing else leads: hand-made
    files have such nodes, and a branch must not vanish.
    """
    dropped: set[str] = set()

    def change(node: Obj) -> Obj:
        split = _split_after(node, _WEBHOOKS)
        if split is None:
            return node
        _, router, case = split
        cases = listed(router.get("cases"))
        others = [item for item in cases[1:] if isinstance(item, Obj)]
        reached = {text_of(case.get("category_uuid")), text_of(router.get("default_category_uuid"))}
        if any(text_of(item.get("category_uuid")) not in reached for item in others):
            return node
        same = case.get("type") == "has_number_between" and case.get("arguments") == ["200", "299"]
        dropped.update(text_of(item.get("uuid")) for item in (case, *others))
        if same and len(cases) == 1 and router.get("operand") == _STATUS:
            return node
        return node.having({"router": _status_split(router, case)})

    changed = map_nodes(flow, change)
    # A number needs no translation.
    return map_translations(
        changed, lambda uuid, entry: entry.lacking("arguments") if uuid in dropped and "arguments" in entry else entry
    )


@migration("14.4.2", "a webhook that was never called has status 0")
def to_14_4_2(flow: Obj) -> Obj:
    """`@webhook.status` of a call that did not happen is an error; with a default it goes to the failure branch
    without one."""

    def change(node: Obj) -> Obj:
        split = _split_after(node, _WEBHOOKS)
        actions, router = actions_of(node), node.get("router")
        alone = len(actions) == 1 and actions[0].get("type") in _WEBHOOKS
        if split is None and not (alone and isinstance(router, Obj) and router.get("type") == "switch"):
            return node
        assert isinstance(router, Obj)
        if router.get("operand") != _STATUS:
            return node
        return node.having({"router": router.having({"operand": "@(default(webhook.status, 0))"})})

    return map_nodes(flow, change)
