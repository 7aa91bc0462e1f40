"""Choices, picture choices and cards: the questions whose answers are buttons."""

from __future__ import annotations

from dataclasses import replace

from bascule.ir.content import Card, Choice, Content, Media, MediaKind
from bascule.ir.expr import Expression, Opaque, Ref
from bascule.ir.expr_text import print_expression
from bascule.ir.nodes import Always, Ask, Assignment, Chosen, Edge, Node, Otherwise, ReplyKind, SetVariable, Validation
from bascule.ir.text import Hole, Text, is_empty, plain_text, text_expression
from bascule.language.members import EMPTY, as_text, clip, slug
from bascule.language.reading import json_text, unique
from bascule.parsers.typebot.conditions import read_condition
from bascule.parsers.typebot.graph import Block, Item
from bascule.parsers.typebot.losses import ConditionalChoice, DynamicChoices, SeveralAnswers
from bascule.parsers.typebot.reading import BotMembers
from bascule.parsers.typebot.scene import Scene, said
from bascule.source import Place

__all__ = ["cards", "choices"]


def choices(scene: Scene, block: Block, content: Content) -> Ask:
    """``choice input`` and ``picture choice input``."""
    options = block.options
    dynamic = _dynamic(scene, block)
    taken: dict[str, int] = {}
    found: list[Choice] = []
    edges: list[Edge] = []
    others: list[str] = []
    following = scene.graph.next(block)
    for number, item in enumerate(block.items, 1):
        own, target = scene.graph.item(block, item)
        choice = _choice(scene, block, item, number, taken)
        if choice is None:
            continue
        found.append(choice)
        if own:
            edges.append(Edge(Chosen((choice.id,)), target, at=item.place))
        else:
            others.append(choice.id)
    if others:
        edges.append(Edge(Chosen(tuple(others)), following, at=block.place))
    if not found:
        edges.append(Edge(Always(), following, at=block.place))
    else:
        # A wrong answer is asked again; choices that are not in the file lead on.
        edges.append(Edge(Otherwise(), following if dynamic else scene.wrong(block), at=block.place))
    if options.boolean("isMultipleChoice"):
        code = scene.reading.find_once(
            SeveralAnswers,
            "choices",
            options.at("isMultipleChoice"),
            lambda count: f"{count} question(s) take several choices; one is taken",
            help="ask again until the person is done",
        )
        scene.reading.book.degraded(options.at("isMultipleChoice"), "one choice is taken", "ask again", code)
        options.keep("isMultipleChoice")
    error = scene.error(options)
    return Ask(
        **scene.common(block),
        content=replace(content, choices=tuple(found)),
        reply=ReplyKind.CHOICE,
        into=scene.into(options),
        validation=Validation(error=error) if error is not None else None,
        edges=tuple(edges),
    )


def _dynamic(scene: Scene, block: Block) -> str:
    """The member that says that the choices come from variables; ``""`` for fixed ones."""
    options = block.options
    name = ""
    if options.take("dynamicVariableId") not in EMPTY:
        name = "dynamicVariableId"
        names = {name: options.data[name]}
    else:
        items = options.object("dynamicItems")
        if items.get("isEnabled"):
            name = "dynamicItems"
            names = {key: value for key, value in items.items() if key.endswith("VariableId")}
        elif items:
            options.keep("dynamicItems")
    if not name:
        return ""
    paths = [scene.reading.variable(value, options.at(name)) for value in names.values()]
    code = scene.reading.find(
        DynamicChoices,
        options.at(name),
        f"the choices of `{clip(block.node)}` come from variables: which there will be is not known",
        help="let the program that runs the flow make the list",
    )
    scene.reading.book.degraded(options.at(name), "the choices are only known at run time", "make the list", code)
    shown = {key: ".".join(path) for key, path in zip(names, paths, strict=True)}
    block.facts.append((name, json_text(shown)))
    return name


def _choice(scene: Scene, block: Block, item: Item, number: int, taken: dict[str, int]) -> Choice | None:
    """One choice; None for an empty one, which the old bot does not show."""
    members = item.members
    named = "content" if block.type == "choice input" else "title"
    title = members.text(named)
    value = members.string("value")
    hints = _shown_if(scene, members)
    media = None
    if block.type == "picture choice input" and "pictureSrc" in members:
        place = members.at("pictureSrc")
        media = Media(MediaKind.IMAGE, url=said(scene.reading.sent(members.string("pictureSrc"), place)), at=place)
    description = members.text("description") if block.type == "picture choice input" else ()
    members.close()
    if is_empty(title) and media is None and not description:
        scene.reading.book.exact(item.place, "empty: the old bot does not show it")
        return None
    words = plain_text(title, lambda hole: print_expression(hole.expression))
    id_ = unique(slug(words) or f"choix_{number}", taken)
    _listed(scene, title, members.at(named))
    return Choice(
        id=id_,
        title=said(title),
        description=said(description),
        value=text_expression(scene.reading.text(value, members.at("value"))) if value else None,
        media=media,
        hints=hints,
        at=members.at(named) if named in members.data else item.place,
    )


def _listed(scene: Scene, title: Text, place: Place) -> None:
    """A title that is one variable alone stands for one choice per item, where the variable is a list."""
    if len(title) != 1 or not isinstance(title[0], Hole) or not isinstance(title[0].expression, Ref):
        return
    variable = title[0].expression.name
    code = scene.reading.find_once(
        DynamicChoices,
        "list",
        place,
        lambda count: f"{count} choice(s) or card(s) are one variable: if it is a list, there is one for each item",
        help="let the program that runs the flow make the list",
    )
    reason = f"one choice; there are more if `{clip(variable)}` is a list"
    scene.reading.book.degraded(place, reason, "make the list in the program", code)


def _shown_if(scene: Scene, members: BotMembers) -> tuple[tuple[str, str], ...]:
    """The display condition of a choice or card, as a hint."""
    value = members.object("displayCondition")
    if not value.get("isEnabled"):
        return ()
    place = members.at("displayCondition")
    condition = read_condition(scene.reading, value.get("condition"), place.child("condition"))
    code = scene.reading.find_once(
        ConditionalChoice,
        "choice",
        place,
        lambda count: f"{count} choice(s) are only sometimes shown; they are always shown here",
        help="branch before the question",
    )
    scene.reading.book.degraded(place, "always shown; the condition is a hint", "branch before the question", code)
    return (("displayCondition", json_text(print_expression(condition.expression))),)


def cards(scene: Scene, block: Block, content: Content) -> list[Node]:
    """``cards``: a carousel whose buttons lead on, and what is saved of the card that was chosen."""
    saved = _mapping(scene, block)
    button = next((path for name, path in saved if name == "Button"), ())
    kept = [(name, path) for name, path in saved if name != "Button" or path != button]
    taken: dict[str, int] = {}
    found: list[Card] = []
    edges: list[Edge] = []
    sets: list[Node] = []
    following = scene.graph.next(block)
    into = scene.into(block.options) or button
    for item in block.items:
        card, values = _card(scene, item)
        buttons: list[Choice] = []
        for number, path in enumerate(item.paths, 1):
            title = path.members.text("text")
            path.members.close()
            words = plain_text(title, lambda hole: print_expression(hole.expression))
            choice = Choice(unique(slug(words) or f"choix_{number}", taken), said(title), at=path.place)
            buttons.append(choice)
            own, target = scene.graph.item(block, item, path)
            target = target if own else following
            if kept:
                keeping = _saves(scene, block, kept, values, target, path)
                sets.append(keeping)
                target = keeping.id
            edges.append(Edge(Chosen((choice.id,)), target, at=path.place))
        found.append(replace(card, choices=tuple(buttons)))
    if edges:
        edges.append(Edge(Otherwise(), scene.wrong(block), at=block.place))
    else:
        edges.append(Edge(Always(), following, at=block.place))
    node = Ask(
        **scene.common(block),
        content=replace(content, cards=tuple(found)),
        reply=ReplyKind.CHOICE,
        into=into,
        edges=tuple(edges),
    )
    return [node, *sets]


def _mapping(scene: Scene, block: Block) -> list[tuple[str, tuple[str, ...]]]:
    """``saveResponseMapping``: what of the chosen card is saved where."""
    options = block.options
    place = options.at("saveResponseMapping")
    found: list[tuple[str, tuple[str, ...]]] = []
    for index, item in enumerate(options.items("saveResponseMapping")):
        data = item if isinstance(item, dict) else {}
        path = scene.reading.variable(data.get("variableId"), place.child(index, "variableId"))
        name = as_text(data.get("field"))
        if path and name:
            found.append((name, path))
        else:
            options.facts.append((f"saveResponseMapping/{index}", json_text(scene.reading.safe(item, place))))
    return found


def _card(scene: Scene, item: Item) -> tuple[Card, dict[str, Text]]:
    """A card without its buttons, and its values by the names that a mapping uses."""
    members = item.members
    title, text = members.text("title"), members.text("description")
    media = None
    image: Text = ()
    if "imageUrl" in members:
        place = members.at("imageUrl")
        image = scene.reading.sent(members.string("imageUrl"), place)
        media = Media(MediaKind.IMAGE, url=said(image), at=place)
    else:
        members.skip("imageUrl")
    _listed(scene, title, members.at("title"))
    options = members.object("options")
    hints: tuple[tuple[str, str], ...] = ()
    internal: Text = ()
    if options:
        inner = options.get("internalValue")
        internal = scene.reading.text(as_text(inner), members.at("options").child("internalValue"))
        condition = options.get("displayCondition")
        if isinstance(condition, dict) and condition.get("isEnabled"):
            place = members.at("options").child("displayCondition")
            found = read_condition(scene.reading, condition.get("condition"), place.child("condition"))
            code = scene.reading.find_once(
                ConditionalChoice,
                "card",
                place,
                lambda count: f"{count} card(s) are only sometimes shown; they are always shown here",
                help="branch before the question",
            )
            hints = (("displayCondition", json_text(print_expression(found.expression))),)
            scene.reading.book.degraded(members.at("options"), "always shown; the condition is a hint", "", code)
    members.close()
    values = {"Title": title, "Description": text, "Image URL": image, "Internal Value": internal}
    return Card(said(title), said(text), media, hints=hints, at=item.place), values


def _saves(
    scene: Scene,
    block: Block,
    kept: list[tuple[str, tuple[str, ...]]],
    values: dict[str, Text],
    target: str | None,
    path: Item,
) -> SetVariable:
    """Set what is saved of a card when its button was tapped."""
    assignments: list[Assignment] = []
    for name, variable in kept:
        if name == "Button":
            value: Expression = text_expression(path.members.text("text"))
        elif name in values:
            value = text_expression(values[name])
        else:
            value = Opaque("typebot", name)
        assignments.append(Assignment(variable, value, at=path.place))
    edges = (Edge(Always(), target, at=path.place),)
    return SetVariable(
        id=unique(f"{block.node}_choix", scene.graph.taken), edges=edges, assignments=tuple(assignments), at=path.place
    )
