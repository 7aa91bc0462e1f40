"""Numbered lists in the words of a typed question, where a condition tells the numbers apart: they become choices."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bascule.ir.content import Choice
from bascule.ir.expr import Const
from bascule.ir.nodes import Ask, Chosen, Edge, Otherwise, ReplyKind
from bascule.ir.text import Hole, Localized, Text, literal
from bascule.language.members import slug
from bascule.language.reading import unique
from bascule.parsers.typebot.graph import Block
from bascule.parsers.typebot.rules import MenuInText
from bascule.parsers.typebot.scene import Scene

if TYPE_CHECKING:
    from bascule.language.menus import Menu

__all__ = ["with_menu"]

_EQUAL = "Equal to"
_HOLE = "\ufffc"


def with_menu(scene: Scene, block: Block, ask: Ask) -> Ask:
    """The question with the options of its list as choices, where the condition that follows compares the answer with
    their numbers. The text stays as it is; what else is typed goes where the condition sends it."""
    if ask.reply not in (ReplyKind.NUMBER, ReplyKind.TEXT) or not ask.into or ask.content.choices:
        return ask
    condition = _condition(scene, block)
    compared = _compared(condition, block) if condition is not None else {}
    menu = _menu(ask.content.text.first) if ask.content.text and len(compared) > 1 else None
    if condition is None or menu is None:
        return ask
    taken: dict[str, int] = {}
    choices: list[Choice] = []
    matched = 0
    for item in menu.items:
        words = dict.fromkeys((item.key, *item.spellings))
        value = next((word for word in words if word in compared), item.key)
        matched += value in compared
        choices.append(
            Choice(
                id=unique(slug(item.title) or slug(item.key) or "choix", taken),
                title=Localized.of(literal(item.title)),
                payload=value,
                value=Const(value),
                accepts=Localized.of(tuple(words)),
                at=ask.content.at,
            )
        )
    if matched < 2 or 2 * matched < len(choices):
        return ask
    scene.reading.find_once(
        MenuInText,
        "menu",
        ask.content.at or block.place,
        lambda count: f"{count} question(s) list numbered options in their text; the options became choices",
        help="nothing; the number may still be typed",
    )
    following = scene.graph.next(block)
    # A condition on these options alone has one way for all other answers; else it has to look at the answer itself.
    listed = {word for choice in choices for _, accepted in choice.accepts for word in accepted}
    alone = all(compared.values()) and compared.keys() <= listed
    other = scene.graph.next(condition) if alone else following
    edges = (
        Edge(Chosen(tuple(choice.id for choice in choices)), following, at=block.place),
        Edge(Otherwise(), other, at=block.place),
    )
    return replace(
        ask,
        reply=ReplyKind.CHOICE,
        content=replace(ask.content, choices=tuple(choices)),
        validation=None,
        edges=edges,
    )


def _condition(scene: Scene, block: Block) -> Block | None:
    """The condition block that the answer goes to."""
    following = scene.graph.next(block)
    return scene.graph.conditions.get(following) if following is not None else None


def _compared(condition: Block, block: Block) -> dict[str, bool]:
    """The values that the answer is compared with, if each condition is one comparison of it."""
    variable = block.options.data.get("variableId")
    found: dict[str, bool] = {}
    for item in condition.items:
        content: Any = item.members.data.get("content")
        comparisons = content.get("comparisons") if isinstance(content, dict) else None
        listed = comparisons if isinstance(comparisons, list) else []
        for one in listed:
            if (
                not isinstance(one, dict)
                or one.get("variableId") != variable
                or one.get("comparisonOperator") != _EQUAL
            ):
                return {}
            found[str(one.get("value", "")).strip()] = len(listed) == 1 or content.get("logicalOperator") == "OR"
    return found


def _menu(text: Text) -> Menu | None:
    """The list in a text, without placeholders in it."""
    from bascule.language.menus import find_menu

    flat = "".join(_HOLE if isinstance(part, Hole) else part.text for part in text)
    menu = find_menu(flat)
    if menu is None or len(menu.items) < 2 or _HOLE in flat[menu.start : menu.end]:
        return None
    return menu
