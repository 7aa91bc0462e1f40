"""What fitting says about what a platform cannot keep: values of choices, files of a store, messages to others."""

from __future__ import annotations

from bascule.ir.content import Choice, Content, Media, MediaKind
from bascule.ir.expr import Const
from bascule.ir.ledger import Ledger
from bascule.ir.nodes import Always, Ask, Audience, Chosen, Edge, Message, Otherwise, ReplyKind, RunFlow
from bascule.ir.project import Entry, EntryKind, Flow, Project
from bascule.ir.text import Localized, literal
from bascule.passes.fit import fit
from bascule.targets import load_capabilities


def said(text: str) -> Content:
    return Content(text=Localized.of(literal(text), "fr"))


def project(*nodes: Message | Ask | RunFlow) -> Project:
    flow = Flow("accueil", nodes, (Entry(EntryKind.ANY_MESSAGE, target=nodes[0].id),), locale="fr")
    return Project((flow,), locale="fr", locales=("fr",))


def fates(ledger: Ledger, construct: str) -> list[str]:
    return [entry.fate.value for entry in ledger.entries if entry.construct == construct]


def test_the_value_of_a_choice_is_lost_where_its_title_is_stored() -> None:
    values: tuple[tuple[str, str | int], ...] = (("Oui", "Oui"), ("Très bien", 5))
    choices = tuple(
        Choice(f"c{at}", Localized.of(literal(title), "fr"), value=Const(value))
        for at, (title, value) in enumerate(values)
    )
    menu = Content(text=said("Alors ?").text, choices=choices)
    edges = (*(Edge(Chosen((choice.id,)), None) for choice in choices), Edge(Otherwise(), None))
    ask = Ask(id="note", content=menu, reply=ReplyKind.CHOICE, into=("note",), edges=edges)
    for name in ("chatfuel", "typebot", "landbot"):
        assert fates(fit(project(ask), load_capabilities(name)).ledger, "value of a choice") == ["degraded"]


def test_a_file_without_an_address_is_not_exact() -> None:
    file = Message(id="photo", content=Content(media=(Media(MediaKind.IMAGE, asset="4711"),)))
    for name, fate in (("chatfuel", "degraded"), ("typebot", "degraded"), ("landbot", "dropped")):
        assert fates(fit(project(file), load_capabilities(name)).ledger, "image") == [fate]


def test_a_message_to_others_is_dropped_and_the_flow_goes_on() -> None:
    others = Message(id="equipe", content=said("Nouveau client"), audience=Audience(), edges=(Edge(Always(), "merci"),))
    thanks = Message(id="merci", content=said("Merci"))
    for name in ("chatfuel", "typebot", "landbot"):
        made = fit(project(others, thanks), load_capabilities(name))
        assert fates(made.ledger, "message to others") == ["dropped"]
        assert [node.id for node in made.documents[0][1].flows[0].nodes] == ["merci"]


def test_a_flow_that_calls_itself_stays_where_a_call_of_it_stays() -> None:
    loop = Flow("boucle", (Message(id="dire", content=said("Encore"), edges=(Edge(Always(), "suite"),)),
                           RunFlow(id="suite", flow="boucle", mode="jump")), (), locale="fr")  # fmt: skip
    start = project(RunFlow(id="aller", flow="boucle", mode="jump"))
    both = Project((*start.flows, loop), locale="fr", locales=("fr",))
    for name in ("chatfuel", "typebot", "landbot"):
        for _, made in fit(both, load_capabilities(name)).documents:
            known = {flow.id for flow in made.flows}
            left = {node.flow for flow in made.flows for node in flow.nodes if isinstance(node, RunFlow)}
            assert left <= known, name
            assert any(isinstance(node, Message) for flow in made.flows for node in flow.nodes)
