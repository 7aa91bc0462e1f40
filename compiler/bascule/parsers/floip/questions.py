"""Blocks that wait for an answer: choices, numbers, open text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from bascule.ir.content import Choice, Content
from bascule.ir.expr import Call, Const, Expression, Opaque, Ref
from bascule.ir.expr_text import print_text
from bascule.ir.nodes import Always, Ask, Chosen, Edge, Guard, Node, Otherwise, ReplyKind, Validation, When
from bascule.ir.text import Literal, Localized, LocalizedText, literal, plain_text, text_expression
from bascule.language.floip_expression import FLOIP, parse_floip_text
from bascule.language.reading import unique
from bascule.parsers.floip.blocks import Block
from bascule.parsers.floip.losses import DynamicChoices, SeveralAnswers, VoiceOnly
from bascule.parsers.floip.reading import json_text, rename, stripped
from bascule.parsers.floip.resources import Said
from bascule.parsers.floip.rules import TestNotRead
from bascule.parsers.floip.scene import Scene
from bascule.source import Place

__all__ = [
    "ask",
    "numeric",
    "open_text",
    "select_dynamic",
    "select_many",
    "select_one",
    "voice_settings",
    "with_shapes",
]

_CHOICE_MEMBERS = frozenset({"name", "prompt", "test", "text_tests"})
_SHAPES = ("buttons_metadata", "list_metadata")
_SHOWN = 60


@dataclass(slots=True)
class _Offer:
    """One choice of a block as it is read. ``name`` is the value of the answer."""

    choice: Choice
    name: str
    said: Said


def ask(
    scene: Scene,
    block: Block,
    content: Content,
    reply: ReplyKind,
    validation: Validation | None = None,
    valid: Guard | None = None,
) -> Ask:
    """The node of a question without choices. ``valid`` says which answers an exit for errors does not take, where the
    kind of the reply does not say it."""
    if block.variable:
        kind = {ReplyKind.NUMBER: "number", ReplyKind.TEXT: "text"}.get(reply, "")
        scene.reading.declare(block.variable, "flow", block.place, kind)
    return Ask(
        id=block.id,
        edges=scene.edges(block, valid=valid or _valid(block, reply, validation)),
        content=content,
        reply=reply,
        into=block.variable,
        validation=validation,
        at=block.place,
    )


def _valid(block: Block, reply: ReplyKind, validation: Validation | None) -> Guard | None:
    """What an answer must be that is not refused: a number within the bounds, or some text."""
    if reply not in (ReplyKind.TEXT, ReplyKind.NUMBER):
        return None
    answer = Ref(block.variable or ("message",))  # the person's last words, where nothing holds the answer
    if reply is ReplyKind.TEXT:
        return When(Call("not", (Call("is_blank", (answer,)),)))
    least, most = (validation.minimum, validation.maximum) if validation is not None else (None, None)
    if least is not None and most is not None:
        return When(Call("has_number_between", (answer, _constant(least), _constant(most))))
    if least is not None:
        return When(Call("has_number_gte", (answer, _constant(least))))
    if most is not None:
        return When(Call("has_number_lte", (answer, _constant(most))))
    return When(Call("has_number", (answer,)))


def _constant(bound: float) -> Const:
    return Const(int(bound) if bound.is_integer() else bound)


def voice_settings(scene: Scene, block: Block) -> None:
    """Settings of calls: kept as facts, and said so."""
    for name in ("ivr", "IVR"):
        if name in block.config:
            value = block.config.take(name)
            place = block.config.at(name)
            block.facts.append((name, json_text(scene.reading.safe(value, place, name))))
            _for_calls(scene, place)


def _for_calls(scene: Scene, place: Place) -> None:
    code = scene.reading.find_once(
        VoiceOnly, "settings", place, lambda count: f"{count} setting(s) are for calls only; they are kept as facts"
    )
    scene.reading.book.degraded(place, "for calls only; kept as a fact", "", code)


def open_text(scene: Scene, block: Block) -> Node:
    """``MobilePrimitives.OpenResponse``."""
    said = scene.say(block, "prompt")
    config = block.config
    longest = config.number("max_response_characters")
    inner = config.values.get("text", config.values.get("TEXT"))
    for name in ("text", "TEXT"):
        if name in config and isinstance(inner, dict) and set(inner) <= {"max_response_characters"}:
            config.take(name)
            limit = inner.get("max_response_characters")
            longest = float(limit) if isinstance(limit, int) and not isinstance(limit, bool) else longest
    voice_settings(scene, block)
    validation = Validation(max_length=int(longest)) if longest is not None and 0 < longest < 1e9 else None
    return ask(scene, block, _prompt(block, said), ReplyKind.TEXT, validation)


def numeric(scene: Scene, block: Block) -> Node:
    """``MobilePrimitives.NumericResponse``."""
    said = scene.say(block, "prompt")
    least, most = block.config.number("validation_minimum"), block.config.number("validation_maximum")
    voice_settings(scene, block)
    if least == most == 0:
        # What an editor writes when nobody set bounds.
        block.facts.append(("validation", "[0, 0]"))
        for name in ("validation_minimum", "validation_maximum"):
            scene.reading.book.emulated(block.config.at(name), "zero to zero: no bounds were set; kept as a fact")
        least = most = None
    validation = Validation(minimum=least, maximum=most) if least is not None or most is not None else None
    return ask(scene, block, _prompt(block, said), ReplyKind.NUMBER, validation)


def _prompt(block: Block, said: Said) -> Content:
    """The content of a prompt; a second wording of one language has no role without choices."""
    content = said.content
    if said.second:
        hints = tuple(("second wording", json_text(print_text(text))) for _, text in said.second)
        content = replace(content, hints=(*content.hints, *hints))
    return content


def select_dynamic(scene: Scene, block: Block) -> Node:
    """``Io.Turn.DynamicSelectOneResponse``: the choices are made at run time."""
    said = scene.say(block, "prompt")
    config = block.config
    content = with_shapes(scene, block, replace(said.content, list_label=said.second))
    choices = config.values.get("choices")
    if choices in ([], {}, None):
        config.take("choices")
    else:
        _account_choices(scene, block)
    written = config.string("choice_expression")
    code = scene.reading.find(
        DynamicChoices,
        config.at("choice_expression") if "choice_expression" in config else block.place,
        f"the choices of `{block.shown}` are made at run time",
        help="write fixed choices, or let the program that sends the message make the list",
    )
    if written:
        block.facts.append(("choice_expression", json_text(written)))
        scene.reading.book.degraded(
            config.at("choice_expression"), "made at run time; kept as a fact", "write fixed choices", code
        )
    scene.reading.book.degraded(block.place, "asks without its choices", "write fixed choices", code)
    target = config.string("destination_block")
    offered = When(Opaque(FLOIP, f"block.value in {written}"))
    node = ask(scene, block, content, ReplyKind.ANY, valid=offered)
    if not target:
        return node
    # Whoever takes one of the choices goes there; the exits are for all other answers.
    place = config.at("destination_block")
    scene.reading.book.emulated(place, "where the choices lead; an edge with an opaque condition")
    taken = Edge(offered, scene.ids.get(target, target), "", place)
    others = [replace(edge, guard=Otherwise()) if isinstance(edge.guard, Always) else edge for edge in node.edges]
    return replace(node, edges=(taken, *others))


def _account_choices(scene: Scene, block: Block) -> None:
    """Fixed choices beside an expression: they are offered by nobody, but they are put down."""
    value = block.config.take("choices")
    block.facts.append(("choices", json_text(scene.reading.safe(value, block.config.at("choices"), "choices"))))
    scene.reading.book.emulated(block.config.at("choices"), "the expression makes the choices; kept as a fact")


def select_many(scene: Scene, block: Block) -> Node:
    """``MobilePrimitives.SelectManyResponses``: one answer is all a message can take."""
    code = scene.reading.find(
        SeveralAnswers,
        block.place,
        f"`{block.shown}` takes several answers; a message takes one",
        help="use a WhatsApp Flow with check boxes, or one question per option",
    )
    scene.reading.book.degraded(block.place, "one answer instead of several", "use a WhatsApp Flow", code)
    for name in ("minimum_choices", "maximum_choices"):
        block.config.fact(name, "kept as a fact")
    return select_one(scene, block)


def select_one(scene: Scene, block: Block) -> Node:
    """``MobilePrimitives.SelectOneResponse``."""
    config = block.config
    said = scene.say(block, "prompt")
    question = scene.say(block, "question_prompt")
    content = said.content
    if question.content.text and not content.text:
        content = replace(question.content, media=(*question.content.media, *content.media))
    elif question.content.text:
        block.facts.append(("question_prompt", json_text(config.string("question_prompt"))))
        scene.reading.book.emulated(config.at("question_prompt"), "the prompt is the question; kept as a fact")
    config.fact("choices_prompt", "read before the choices of a call; kept as a fact")
    voice_settings(scene, block)
    offers = _offers(scene, block)
    content = replace(content, choices=tuple(offer.choice for offer in offers), list_label=said.second)
    content = with_shapes(scene, block, content)
    names = {offer.name: offer.choice.id for offer in offers}
    spelled = _spellings(offers, names)
    typed: dict[str, dict[str, None]] = {}

    def chosen(condition: Expression) -> tuple[str, ...]:
        values = scene.answer_is(condition, block)
        words = [str(value.value) for value in values if isinstance(value, Const)]
        found = [names.get(word) or spelled.get(word.casefold()) for word in words]
        ids = [id_ for id_ in found if id_ is not None]
        if len(ids) < len(values):
            return ()
        for word, id_ in zip(words, ids, strict=True):
            if word not in names:
                typed.setdefault(id_, {})[word] = None
        return tuple(dict.fromkeys(ids))

    edges = scene.edges(block, chosen, Chosen(tuple(ids)) if (ids := list(names.values())) else None)
    choices = tuple(_also(choice, typed.get(choice.id, {}), scene.languages.main) for choice in content.choices)
    content = replace(content, choices=choices)
    if block.variable:
        scene.reading.declare(block.variable, "flow", block.place)
    return Ask(
        id=block.id,
        edges=edges,
        content=content,
        reply=ReplyKind.CHOICE if offers else ReplyKind.ANY,
        into=block.variable,
        at=block.place,
    )


def _spellings(offers: list[_Offer], names: Mapping[str, str]) -> dict[str, str]:
    """Other ways to name a choice in a test: its words, its name in another case, its number."""
    found: dict[str, str] = {}
    for offer in offers:
        for word in (offer.name, _only_words(offer.choice.title) or ""):
            if word:
                found.setdefault(word.strip().casefold(), offer.choice.id)
    for number, offer in enumerate(offers, 1):
        if str(number) not in names:
            found.setdefault(str(number), offer.choice.id)
    return found


def _also(choice: Choice, words: Mapping[str, None], locale: str) -> Choice:
    """A choice that accepts further typed words, in the main language."""
    title = (_only_words(choice.title) or "").strip().casefold()
    known = choice.accepts.get(locale) or ()
    new = tuple(word for word in words if word.casefold() != title and word not in known)
    if not new:
        return choice
    items = {**dict(choice.accepts.items), locale: (*known, *new)}
    return replace(choice, accepts=Localized(tuple(items.items())))


def _offers(scene: Scene, block: Block) -> list[_Offer]:
    config = block.config
    value = config.take("choices")
    place = config.at("choices")
    if value in (None, ""):
        return []
    if isinstance(value, dict):
        items = [(place.child(key), key, {"name": key, "prompt": item}, True) for key, item in value.items()]
    elif isinstance(value, list):
        items = [(place.child(index), str(index), item, False) for index, item in enumerate(value)]
    else:
        config.misshapen("choices", "a list")
        return []
    taken: dict[str, int] = {}
    offers: list[_Offer] = []
    for at, key, item, mapped in items:
        scene.reading.book.open("choice", at)
        if not isinstance(item, dict) or (mapped and not isinstance(item["prompt"], (str, dict))):
            shape = "an object" if not mapped else "a text"
            what = f"a choice of `{block.shown}`"
            scene.reading.misshapen(at, what, item["prompt"] if mapped else item, shape, block.facts, f"choices/{key}")
            continue
        scene.reading.book.exact(at)
        if mapped and isinstance(item["prompt"], dict):
            item = {"name": key, **item["prompt"]}
            mapped = False
        offers.append(_offer(scene, block, item, at, key, mapped, taken))
    return offers


def _offer(
    scene: Scene, block: Block, item: Mapping[str, Any], at: Place, key: str, mapped: bool, taken: dict[str, int]
) -> _Offer:
    reading = scene.reading
    for name, value in item.items():
        if name in _CHOICE_MEMBERS:
            continue
        place = at.child(name)
        reading.book.open(f"choice member {name[:_SHOWN]}", place)
        if name.lower().startswith("ivr"):
            block.facts.append((f"choices/{key}/{name}", json_text(reading.safe(value, place, name))))
            _for_calls(scene, place)
        else:
            reading.keep(place, "a choice", name, value, block.facts, f"choices/{key}/{name}")
    written = item.get("name")
    name = written if isinstance(written, str) else "" if written is None else json_text(written)
    if written is not None and not isinstance(written, str):
        reading.wrong_shape(at.child("name"), f"the name of a choice of `{block.shown}`", written, "a text")
    prompt = item.get("prompt")
    prompt_at = at if mapped else at.child("prompt")
    if prompt is not None and not isinstance(prompt, str):
        what = f"the prompt of a choice of `{block.shown}`"
        reading.wrong_shape(prompt_at, what, prompt, "a text", "kept as a fact")
        block.facts.append((f"choices/{key}/prompt", json_text(reading.safe(prompt, prompt_at, "prompt"))))
        prompt = ""
    said = scene.say_value(prompt or "", prompt_at, block)
    title = said.content.text or Localized.of(literal(name), scene.languages.main)
    if not said.content.text and name:
        reading.book.emulated(at, "it has no words of its own: its name is shown")
    media = next(iter(said.content.media), None)
    choice = Choice(
        id=unique(name or "choice", taken),
        title=title,
        value=Const(name) if name and name != _only_words(title) else None,
        accepts=_accepts(scene, block, item, at, key, title, said),
        description=said.second,
        media=media,
        at=at,
    )
    return _Offer(choice, name, said)


def _only_words(title: LocalizedText) -> str | None:
    """The title where it is the same words in every language."""
    words = {plain_text(text) for _, text in title if all(isinstance(part, Literal) for part in text)}
    return words.pop() if len(words) == 1 and len(title.items) == 1 else None


def _accepts(
    scene: Scene, block: Block, item: Mapping[str, Any], at: Place, key: str, title: LocalizedText, said: Said
) -> Localized[tuple[str, ...]]:
    """The spellings that tests accept, and the wordings of other modes, beside the title itself."""
    found: dict[str, dict[str, None]] = {}
    shown = (stripped(item.get("name")) or key)[:_SHOWN]
    tests = [("", item.get("test"), at.child("test"))]
    listed = item.get("text_tests")
    for index, entry in enumerate(listed if isinstance(listed, list) else ()):
        place = at.child("text_tests", index)
        if isinstance(entry, dict):
            language = entry.get("language") or entry.get("language_id")
            locale = scene.languages.of(str(language), place) if isinstance(language, (str, int)) and language else ""
            test = entry.get("test_expression", entry.get("test"))
            tests.append((locale, test, place))
        else:
            tests.append(("", entry, place))
    if listed is not None and not isinstance(listed, list):
        tests.append(("", listed, at.child("text_tests")))
    for locale, test, place in tests:
        if test in (None, ""):
            continue
        words = _words(scene, block, test, place, title) if isinstance(test, str) else None
        if words is None:
            block.facts.append((f"choices/{key}/{place.pointer[len(at.pointer) + 1 :]}", json_text(test)))
            code = scene.reading.find(
                TestNotRead,
                place,
                f"a test of the choice `{shown}` of `{block.shown}` does more than compare words",
                help="write the words that people type",
            )
            scene.reading.book.degraded(at, "a test is not carried; kept as a fact", "write the words", code)
            continue
        for word in words:
            found.setdefault(locale or scene.languages.main, {})[word] = None
    for _, locale, text in said.others:
        words = [plain_text(text).strip()] if all(isinstance(part, Literal) for part in text) else []
        for word in words:
            found.setdefault(locale, {})[word] = None
    for locale, text in title:
        found.get(locale, {}).pop(plain_text(text), None)
    return Localized(tuple((locale, tuple(words)) for locale, words in found.items() if words))


def _words(scene: Scene, block: Block, test: str, place: Place, title: LocalizedText) -> list[str] | None:
    """The spellings that a test accepts; None when it is no comparison with words."""
    values = scene.answer_is(scene.reading.expression(test, place), block)
    if not values:
        return None
    shown = {text_expression(text) for _, text in title}
    words: list[str] = []
    for value in values:
        if isinstance(value, Const) and value.value is not None and not isinstance(value.value, bool):
            written = str(value.value)
            # Turn quotes the title's own template once more: `"@@labels[0]"` is the title `@labels[0]`.
            again = _read_again(scene, written, place) if "@" in written else value
            if again not in shown:
                words.append(written)
        elif value not in shown:
            return None
    return words


def _read_again(scene: Scene, written: str, place: Place) -> Expression:
    """What a quoted template says; what is wrong with it is reported where the title stands."""
    return rename(text_expression(parse_floip_text(written, place)[0]), scene.reading.renamer)


def with_shapes(scene: Scene, block: Block, content: Content) -> Content:
    """Header, footer and list button that Turn keeps with its buttons and lists."""
    for shape in _SHAPES:
        place = (block.turn_at or block.place).child(shape)
        values = block.turn.get(shape)
        for name, value in values.items() if isinstance(values, dict) else ():
            if not isinstance(value, str) or not value.strip() or name not in ("header", "footer", "button", "label"):
                if value not in (None, "", [], {}):
                    kept = scene.reading.safe(value, place.child(name), name)
                    block.facts.append((f"{shape}/{name}", json_text(kept)))
                continue
            resource = scene.store.get(value)
            if resource is not None:
                said = scene.store.said(resource, scene.languages)
                text, media = said.content.text, said.content.media
            else:
                text, media = Localized.of(scene.reading.text(value, place.child(name)), scene.languages.main), ()
            if name == "header":
                content = replace(content, header=text, media=(*media, *content.media))
            elif name == "footer":
                content = replace(content, footer=text)
            else:
                content = replace(content, list_label=text)
    return content
