"""Dialogues as people write them: every edge leads somewhere, every question has its answers.

``from tests.roundtrip.dialogues import dialogues``. Languages, emoji, files, waits, tests and variables are mixed; what
a strategy of arbitrary graphs rarely makes (a menu whose buttons all lead on) is the rule here.
"""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from bascule.ir.content import Choice, ChoiceKind, Content, Media, MediaKind
from bascule.ir.expr import Call, Const, Expression, Ref
from bascule.ir.nodes import (
    Always,
    Ask,
    Assignment,
    Case,
    Chosen,
    Delay,
    Duration,
    Edge,
    End,
    Handover,
    HttpRequest,
    Message,
    Node,
    Otherwise,
    ReplyKind,
    SetVariable,
    When,
)
from bascule.ir.project import Entry, EntryKind, Flow, Project
from bascule.ir.text import Hole, Literal, Localized, LocalizedText, Text, join_text

__all__ = ["dialogues"]

WORDS = {
    "fr": ("Bonjour 👋", "Votre numéro de commande ?", "Merci, à bientôt !", "Où livrer ? — à l’étage", "Très bien…",
           "Prix : 12,50 €", "*Important* : demain", "Ligne une\nLigne deux", "« Oui » ou « non »"),
    "ar": ("مرحبًا بكم", "ما رقم طلبكم؟", "شكرًا لكم", "اختر من القائمة ✅"),
    "hi": ("नमस्ते 🙏", "आपका ऑर्डर नंबर?", "धन्यवाद"),
    "en": ("Hello!", "Your order number?", "Thank you", "50% off & more <today>"),
    "pt": ("Olá, tudo bem?", "Obrigado 😊"),
    "ru": ("Здравствуйте", "Спасибо!"),
}  # fmt: skip
TITLES = ("Suivi", "Livraison", "Un conseiller", "Menu", "نعم", "हाँ", "Да ✅", "Sim", "No", "1", "Plus tard…", "Prix €")
NAMES = (("nom",), ("commande",), ("contact", "ville"), ("contact", "prénom"), ("total",), ("étape",))


def texts(languages: tuple[str, ...]) -> st.SearchStrategy[LocalizedText]:
    """A text in each language, with or without values."""

    def one(language: str) -> st.SearchStrategy[Text]:
        words = st.sampled_from(WORDS[language or "fr"]).map(Literal)
        hole = st.sampled_from(NAMES).map(lambda path: Hole(Ref(path)))
        return st.lists(st.one_of(words, words, hole), min_size=1, max_size=3).map(_spaced)

    keys = languages or ("",)
    return st.tuples(*map(one, keys)).map(lambda found: Localized(tuple(zip(keys, found, strict=True))))


def _spaced(parts: list[Any]) -> Text:
    found: list[Any] = []
    for part in parts:
        found.extend([Literal(" "), part] if found else [part])
    if all(isinstance(part, Hole) for part in parts):
        found.insert(0, Literal("→ "))
    return join_text(found)


def conditions(depth: int) -> st.SearchStrategy[Expression]:
    """Conditions that platforms test."""
    value = st.sampled_from(NAMES).map(Ref)
    word = st.sampled_from(("oui", "Brest", "42", "مرحبًا", "7")).map(Const)
    number = st.integers(0, 50).map(Const)
    plain: st.SearchStrategy[Expression] = st.one_of(
        st.builds(lambda name, left, right: Call(name, (left, right)), st.sampled_from(("eq", "ne", "contains",
                  "starts_with")), value, word),
        st.builds(lambda name, left, right: Call(name, (left, right)), st.sampled_from(("lt", "gt", "ge", "le")), value,
                  number),
        st.builds(lambda name, left: Call(name, (left,)), st.sampled_from(("is_blank", "has_text")), value),
    )  # fmt: skip
    if depth == 0:
        return plain
    inner = conditions(depth - 1)
    joined = st.builds(
        lambda name, parts: Call(name, tuple(parts)),
        st.sampled_from(("and", "or")),
        st.lists(inner, min_size=2, max_size=3),
    )
    return st.one_of(plain, plain, plain, joined, inner.map(lambda part: Call("not", (part,))))


def _media() -> st.SearchStrategy[Media]:
    kinds = (("image", MediaKind.IMAGE, "jpg"), ("video", MediaKind.VIDEO, "mp4"), ("audio", MediaKind.AUDIO, "mp3"),
             ("document", MediaKind.DOCUMENT, "pdf"))  # fmt: skip
    return st.sampled_from(kinds).map(
        lambda kind: Media(kind[1], Localized.of((Literal(f"https://cdn.exemple.fr/{kind[0]}.{kind[2]}"),)))
    )


@st.composite
def _node(draw: st.DrawFn, id_: str, ids: tuple[str, ...], languages: tuple[str, ...]) -> Node:
    kind = draw(st.sampled_from(("message", "message", "menu", "menu", "ask", "case", "case", "set", "file", "link",
                                 "delay", "http", "handover", "end")))  # fmt: skip
    target = st.one_of(st.none(), st.sampled_from(ids), st.sampled_from(ids))
    onward = (Edge(Always(), draw(target)),)
    said = texts(languages)
    if kind == "message":
        return Message(id=id_, content=Content(text=draw(said)), edges=onward)
    if kind == "file":
        words = draw(st.one_of(st.just(Localized()), said))
        return Message(id=id_, content=Content(text=words, media=(draw(_media()),)), edges=onward)
    if kind == "link":
        link = Choice(
            "lien", Localized.of((Literal("Ouvrir"),)), ChoiceKind.URL, url=(Literal("https://exemple.fr/a"),)
        )
        return Message(id=id_, content=Content(text=draw(said), choices=(link,)), edges=onward)
    if kind == "menu":
        titles = draw(
            st.lists(st.sampled_from(TITLES), min_size=1, max_size=draw(st.sampled_from((3, 3, 9))), unique=True)
        )
        long = draw(st.booleans())
        choices = tuple(
            Choice(f"c{number}", Localized.of((Literal(title),)),
                   description=Localized.of((Literal("Une ligne de plus"),)) if long and number == 0 else Localized())
            for number, title in enumerate(titles)
        )  # fmt: skip
        edges = [Edge(Chosen((choice.id,)), draw(target)) for choice in choices if draw(st.integers(0, 4))]
        edges.append(Edge(Otherwise(), draw(target)))
        into = draw(st.one_of(st.just(()), st.sampled_from(NAMES)))
        parts = {"text": draw(said)}
        if draw(st.integers(0, 3)) == 0:
            parts |= {"header": Localized.of((Literal("Boutique"),)), "footer": Localized.of((Literal("9 h – 18 h"),))}
        return Ask(
            id=id_, content=Content(choices=choices, **parts), reply=ReplyKind.CHOICE, into=into, edges=tuple(edges)
        )
    if kind == "ask":
        reply = draw(st.sampled_from((ReplyKind.TEXT, ReplyKind.ANY, ReplyKind.NUMBER, ReplyKind.EMAIL)))
        edges = [Edge(Otherwise(), draw(target))]
        if draw(st.booleans()):
            edges.insert(0, Edge(When(draw(conditions(0))), draw(target)))
        into = draw(st.sampled_from(NAMES))
        return Ask(id=id_, content=Content(text=draw(said)), reply=reply, into=into, edges=tuple(edges))
    if kind == "case":
        edges = [Edge(When(draw(conditions(2))), draw(target)) for _ in range(draw(st.integers(1, 3)))]
        edges += [Edge(Otherwise(), draw(target))] if draw(st.integers(0, 4)) else []
        return Case(id=id_, edges=tuple(edges))
    if kind == "set":
        values = st.one_of(
            st.sampled_from(("Brest", "oui", "مرحبًا", 'a "b" \\ c', 12, True, None)).map(Const),
            st.sampled_from(NAMES).map(Ref),
            st.just(Call("concat", (Const("n° "), Ref(("commande",))))),
        )
        made = tuple(Assignment(draw(st.sampled_from(NAMES)), draw(values)) for _ in range(draw(st.integers(1, 2))))
        return SetVariable(id=id_, assignments=made, edges=onward)
    if kind == "delay":
        return Delay(id=id_, duration=Duration(float(draw(st.integers(1, 90)))), edges=onward)
    if kind == "http":
        return HttpRequest(
            id=id_,
            method=draw(st.sampled_from(("GET", "POST"))),
            url=(Literal("https://api.exemple.fr/suivi/"), Hole(Ref(("commande",)))),
            headers=(("Accept", (Literal("application/json"),)),),
            mapping=(("etat.ligne", ("étape",)),),
            edges=onward,
        )
    if kind == "handover":
        return Handover(id=id_, edges=onward)
    return End(id=id_)


@st.composite
def dialogues(draw: st.DrawFn) -> Project:
    """One flow of up to eight nodes, in one to three languages."""
    languages = draw(st.sampled_from(((), (), ("fr",), ("fr", "ar"), ("en", "hi", "ru"))))
    ids = tuple(f"n{number}" for number in range(draw(st.integers(1, 8))))
    nodes = tuple(draw(_node(id_, ids, languages)) for id_ in ids)
    words = Localized(tuple((language, ("menu", "bonjour")) for language in languages or ("",)))
    entries = draw(st.sampled_from((
        (Entry(EntryKind.ANY_MESSAGE, ids[0]),),
        (Entry(EntryKind.KEYWORD, ids[0], words),),
        (Entry(EntryKind.KEYWORD, ids[0], words, match="contains"), Entry(EntryKind.ANY_MESSAGE, ids[0])),
    )))  # fmt: skip
    locale = languages[0] if languages else "fr"
    flow = Flow("accueil", nodes, entries, title="Accueil", locale=locale)
    return Project(flows=(flow,), locale=locale, locales=languages)
