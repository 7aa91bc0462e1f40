"""Dialogflow CX: what a flow does, told by running its graph. Routes and their order, targets, events, other flows."""

from __future__ import annotations

from typing import Any

import pytest

from bascule.ir.nodes import Ask, Handover, RunFlow, Timeout, Unsupported
from tests.parsers.dialogflow_cx_support import (
    START,
    Run,
    agent,
    cases,
    chips,
    entry_at,
    flow_files,
    found,
    handler,
    only_flow,
    page,
    read_files,
    route,
    say,
)

STAYS = '$session.params.x = "rien"'


def run(files: dict[str, Any], **values: Any) -> Run:
    return Run(read_files(files).project, **{f"session.params.{name}": value for name, value in values.items()})


def group(*routes: Any) -> dict[str, Any]:
    return {"transitionRoutes": list(routes)}


# --- the order of routes ---


def ordered(
    *, page_route: bool, page_group: bool, flow_route: bool, flow_group: bool, agent_group: bool
) -> dict[str, Any]:
    """An agent where the page, its group, the flow, the flow's group and the agent's group may answer one intent."""
    answers = {
        name: [route("Prix", does=say(name))] if wanted else []
        for name, wanted in (
            ("page", page_route),
            ("page group", page_group),
            ("flow", flow_route),
            ("flow group", flow_group),
            ("agent group", agent_group),
        )
    }
    files = agent(
        route("Aller", to="Page"),
        *answers["flow"],
        pages={"Page": page(*answers["page"], entry="Ici.", transitionRouteGroups=["Du page"])},
        groups=["Du flux", "De l’agent"],
        said=["Prix"],
    )
    files[f"flows/{START}/transitionRouteGroups/Du page.json"] = group(*answers["page group"])
    files[f"flows/{START}/transitionRouteGroups/Du flux.json"] = group(*answers["flow group"])
    files["agentTransitionRouteGroups/De l’agent.json"] = group(*answers["agent group"])
    return files


@pytest.mark.parametrize(
    ("without", "answer"),
    [
        ((), "page"),
        (("page_route",), "page group"),
        (("page_route", "page_group"), "flow"),
        (("page_route", "page_group", "flow_route"), "flow group"),
        (("page_route", "page_group", "flow_route", "flow_group"), "agent group"),
    ],
)
def test_an_intent_is_looked_for_on_the_page_in_its_groups_in_the_flow_and_in_its_groups(
    without: tuple[str, ...], answer: str
) -> None:
    names = ("page_route", "page_group", "flow_route", "flow_group", "agent_group")
    talk = run(ordered(**{name: name not in without for name in names}))
    assert talk.start("Aller") == ["Ici."]
    assert talk.write("Prix") == [answer]
    # The page is still the one that was active.
    assert talk.write("Prix") == [answer]


def test_a_shadowed_route_is_never_taken_and_kept_as_a_fact() -> None:
    files = agent(route("Oui", does=say("Un.")), route("Oui", does=say("Deux.")))
    parsed = read_files(files)
    (finding,) = found(parsed, "PAR560")
    assert finding.place.pointer == "/transitionRoutes/1"
    entry = entry_at(parsed, "/transitionRoutes/1/intent", f"{START}.json")
    assert entry.fate.value == "degraded"
    assert any("Deux." in value for _, value in only_flow(parsed).facts)


def test_an_intent_with_a_condition_leaves_the_intent_to_later_routes() -> None:
    files = agent(
        route("Aller", to="Page"),
        pages={
            "Page": page(
                route("Oui", "$session.params.n > 3", does=say("Gros.")), route("Oui", does=say("Petit.")), entry="?"
            )
        },
    )
    talk = run(files, n=5)
    talk.start("Aller")
    assert talk.write("Oui") == ["Gros."]
    talk = run(files, n=1)
    talk.start("Aller")
    assert talk.write("Oui") == ["Petit."]


def test_conditions_lead_on_at_once_in_their_order() -> None:
    files = agent(
        route("Aller", to="Page"),
        pages={
            "Page": page(
                route(condition="$session.params.n > 10", to="Grand"), route(condition="$session.params.n > 3", to="Moyen"),
                entry="Voyons.",
            ),
            "Grand": page(entry="Grand."),
            "Moyen": page(entry="Moyen."),
        },
    )  # fmt: skip
    assert run(files, n=20).start("Aller") == ["Voyons.", "Grand."]
    assert run(files, n=5).start("Aller") == ["Voyons.", "Moyen."]
    assert run(files, n=1).start("Aller") == ["Voyons."]


def test_conditions_are_tried_again_after_an_answer_and_not_after_a_no_match() -> None:
    files = agent(
        route("Aller", to="Page"),
        route("Remplir", does={"setParameterActions": [{"parameter": "n", "value": 5}]}),
        pages={"Page": page(route(condition="$session.params.n > 3", to="Suite"), entry="?"), "Suite": page(entry="Suite.")},
        handlers=[handler("sys.no-match-default", {**say("Pardon ?"), "setParameterActions": [{"parameter": "n", "value": 9}]})],
    )  # fmt: skip
    talk = run(files)
    talk.start("Aller")
    assert talk.write() == ["Pardon ?"]
    assert talk.write("Remplir") == ["Suite."]


def test_conditions_of_the_flow_are_not_inherited_by_its_pages() -> None:
    files = agent(
        route("Aller", to="Page"),
        route(condition="$session.params.n > 3", to="Suite"),
        pages={"Page": page(entry="Ici."), "Suite": page(entry="Suite.")},
    )
    assert run(files, n=5).start("Aller") == ["Ici."]
    assert run(files, n=5).start() == ["Suite."]


def test_a_route_that_stays_says_its_words_and_lets_the_next_condition_decide() -> None:
    files = agent(
        route("Aller", to="Page"),
        pages={
            "Page": page(
                route(condition="$session.params.n > 3", does=say("Plus de trois.")),
                route(condition="$session.params.n > 5", to="Suite"),
                entry="Voyons.",
            ),
            "Suite": page(entry="Suite."),
        },
    )
    assert run(files, n=9).start("Aller") == ["Voyons.", "Plus de trois.", "Suite."]
    assert run(files, n=4).start("Aller") == ["Voyons.", "Plus de trois."]


def test_choices_that_a_staying_route_offers_can_be_tapped() -> None:
    talk = run(agent(route("Aide", does=say("Que faire ?", chips("Prix"))), route("Prix", does=say("Dix."))))
    assert talk.start("Aide") == ["Que faire ?"]
    assert talk.tap("prix") == ["Dix."]


def test_a_route_without_intent_and_condition_is_reported() -> None:
    parsed = read_files(agent(route("Oui", to="End Session"), {"targetPage": "End Session"}))
    (finding,) = found(parsed, "PAR559")
    assert finding.place.pointer == "/transitionRoutes/1"
    assert entry_at(parsed, "/transitionRoutes/1/targetPage").fate.value == "dropped"


# --- targets ---


def test_symbolic_targets_are_compared_whole() -> None:
    files = agent(
        route("Aller", to="End Flow after 2:30"),
        pages={"End Flow after 2:30": page(route("Oui", to="Start Page of ours"), entry="Ici."), "Start Page of ours": page(entry="Là.")},
    )  # fmt: skip
    talk = run(files)
    assert talk.start("Aller") == ["Ici."]
    assert talk.write("Oui") == ["Là."]


@pytest.mark.parametrize("target", ["End Session", "END_SESSION", "End Flow", "END_FLOW", "END_FLOW_WITH_CANCELLATION"])
def test_targets_that_end_end_the_talk(target: str) -> None:
    talk = run(agent(route("Partir", to=target, does=say("Au revoir."))))
    assert talk.start("Partir") == ["Au revoir."]
    assert talk.ended


def test_current_page_enters_the_page_again_and_no_target_stays_on_it() -> None:
    files = agent(
        route("Aller", to="Page"),
        pages={"Page": page(route("Encore", to="Current Page", does=say("Bon.")), route("Ici", does=say("Oui.")), entry="Entrée.")},
    )  # fmt: skip
    talk = run(files)
    talk.start("Aller")
    assert talk.write("Encore") == ["Bon.", "Entrée."]
    assert talk.write("Ici") == ["Oui."]


def test_previous_page_is_the_page_before() -> None:
    back = page(route("Retour", to="Previous Page"), entry="Aide.")
    files = agent(
        route("A", to="PA"), route("B", to="PB"), route("Aide", to="Aide"),
        pages={"PA": page(entry="A."), "PB": page(entry="B."), "Aide": back},
    )  # fmt: skip
    for name in ("A", "B"):
        talk = run(files)
        assert talk.start(name) == [f"{name}."]
        assert talk.write("Aide") == ["Aide."]
        assert talk.write("Retour") == [f"{name}."]


def test_start_page_waits_at_the_start_of_the_flow() -> None:
    files = agent(
        route("Aller", to="Page"), route("Prix", does=say("Dix.")),
        pages={"Page": page(route("Fini", to="Start Page", does=say("Bien."))), "Autre": page()},
    )  # fmt: skip
    talk = run(files)
    talk.start("Aller")
    assert talk.write("Fini") == ["Bien."]
    assert talk.write("Fini") == []
    assert talk.write("Prix") == ["Dix."]


def test_a_playbook_is_kept_as_what_it_is() -> None:
    files = agent({"intent": "Avis", "targetPlaybook": "Recueillir"}, said=["Avis"])
    parsed = read_files(files)
    (node,) = (one for one in only_flow(parsed).nodes if isinstance(one, Unsupported))
    assert node.construct == "playbook"
    assert node.source == '"Recueillir"'
    assert found(parsed, "LOS556")
    assert entry_at(parsed, "/transitionRoutes/0/targetPlaybook").fate.value == "dropped"


def test_pages_that_lead_to_themselves_without_a_word_do_not_exhaust_the_reader() -> None:
    circle = {"A": page(route(condition="true", to="B")), "B": page(route(condition="true", to="A"))}
    row = {f"P{number}": page(route(condition="true", to=f"P{number + 1}")) for number in range(1500)}
    files = agent(
        route("Aller", to="P0"), route("Tourner", to="A"), pages={**circle, **row, "P1500": page(entry="Au bout.")}
    )
    parsed = read_files(files)
    flow = only_flow(parsed)
    entry = next(one for one in flow.entries if one.intent == "Tourner")
    assert entry.target in flow.by_id
    talk = Run(parsed.project)
    assert talk.start("Aller") == ["Au bout."]


# --- events ---


def test_no_match_handlers_count_and_the_default_follows() -> None:
    files = agent(
        route("Oui", does=say("Bien.")),
        handlers=[handler(f"sys.no-match-{number}", say(f"{number}.")) for number in ("1", "2", "default")],
    )
    talk = run(files)
    assert talk.start() == ["1."]
    assert talk.write() == ["2."]
    assert talk.write() == ["default."]
    assert talk.write("Oui") == ["Bien."]
    assert talk.write() == ["1."]


def test_the_page_s_own_handler_comes_before_the_flow_s() -> None:
    files = agent(
        route("Aller", to="Page"), route("Autre", to="Autre"),
        pages={"Page": page(entry="Ici.", handlers=[handler("sys.no-match-default", say("De la page."))]), "Autre": page(entry="Là.")},
        handlers=[handler("sys.no-match-default", say("Du flux."))],
    )  # fmt: skip
    talk = run(files)
    talk.start("Aller")
    assert talk.write() == ["De la page."]
    talk.write("Autre")
    assert talk.write() == ["Du flux."]


def test_without_a_handler_a_page_waits_on() -> None:
    talk = run(agent(route("Aller", to="Page"), pages={"Page": page(route("Oui", does=say("Bien.")), entry="Ici.")}))
    talk.start("Aller")
    assert talk.write() == []
    assert talk.write("Oui") == ["Bien."]


@pytest.mark.parametrize("event", ["VIBER_WELCOME", "WELCOME", "viber-welcome"])
def test_a_welcome_event_opens_the_chat(event: str) -> None:
    parsed = read_files(agent(route("Oui", does=say("Bien.")), handlers=[handler(event, say("Bienvenue !"))]))
    entry = next(one for one in only_flow(parsed).entries if one.name == event)
    assert entry.kind.value == "chat_opened"
    assert Run(parsed.project).start(event=event) == ["Bienvenue !"]


def test_other_custom_events_are_entries_of_programs() -> None:
    parsed = read_files(agent(route("Oui", does=say("Bien.")), handlers=[handler("colis-livre", say("Livré !"))]))
    entry = next(one for one in only_flow(parsed).entries if one.name == "colis-livre")
    assert entry.kind.value == "api"
    assert found(parsed, "LOS563")
    talk = Run(parsed.project)
    assert talk.start(event="colis-livre") == ["Livré !"]
    assert talk.write("Oui") == ["Bien."]


def test_silence_is_a_timeout_where_it_ends_the_talk_and_a_fact_elsewhere() -> None:
    closing = agent(
        route("Oui", does=say("Bien.")), handlers=[handler("sys.no-input-default", say("À bientôt."), to="End Session")]
    )
    parsed = read_files(closing)
    asks = [node for node in only_flow(parsed).nodes if isinstance(node, Ask)]
    edges = [edge for node in asks for edge in node.edges if isinstance(edge.guard, Timeout)]
    assert len(edges) == len(asks) > 0
    (finding,) = found(parsed, "LOS554")
    assert finding.data["seconds"] == 5.0
    asking = agent(route("Oui", does=say("Bien.")), handlers=[handler("sys.no-input-default", say("Toujours là ?"))])
    parsed = read_files(asking)
    assert not [edge for node in only_flow(parsed).nodes for edge in node.edges if isinstance(edge.guard, Timeout)]
    assert found(parsed, "LOS553")
    assert any("Toujours là ?" in value for _, value in only_flow(parsed).facts)


def test_webhook_errors_call_the_handler_of_their_kind() -> None:
    does = {**say("Fait."), "webhook": "Prix"}
    files = agent(
        route("Prix", does=does),
        handlers=[handler("webhook.error", say("Panne.")), handler("webhook.error.timeout", say("Trop lent."))],
        more={"webhooks/Prix.json": {"displayName": "Prix", "genericWebService": {"uri": "https://exemple.fr", "webhookType": "FLEXIBLE"}}},
    )  # fmt: skip
    for reason, answer in ((None, "Fait."), ("timeout", "Trop lent."), ("not-found", "Panne.")):
        talk = run(files)
        talk.fails = reason
        assert talk.start("Prix") == [answer]


# --- other flows ---


def delivery(*routes: Any, handlers: Any = (), **more: Any) -> dict[str, Any]:
    """A flow that asks for a number and ends in one of several ways."""
    own = {"transitionRoutes": [route("Suivre", to="Num"), *routes]}
    pages = {
        "Num": page(
            route("Fini", to="End Flow", does=say("Bien.")), route("Rate", to="END_FLOW_WITH_FAILURE"),
            route("Annule", to="End Flow With Cancellation"), route("Humain", to="END_FLOW_WITH_HUMAN_ESCALATION"),
            route("Fin", to="End Session", does=say("Adieu.")), entry="Numéro ?",
        )
    }  # fmt: skip
    return agent(
        route("Suivre", flow="Suivi"), route("Prix", does=say("Dix.")), handlers=handlers,
        more=flow_files("Suivi", own, pages), **more,
    )  # fmt: skip


def test_a_called_flow_hears_the_same_words_and_comes_back() -> None:
    talk = run(delivery())
    assert talk.start("Suivre") == ["Numéro ?"]
    assert talk.write("Fini") == ["Bien."]
    assert talk.write("Prix") == ["Dix."]


@pytest.mark.parametrize(
    ("intent", "answer"),
    [("Fini", ["Bien."]), ("Rate", ["Raté."]), ("Annule", ["Annulé."]), ("Humain", ["On arrive."])],
)
def test_results_of_a_flow_raise_events_in_its_caller(intent: str, answer: list[str]) -> None:
    handlers = [
        handler("flow.failed", say("Raté.")), handler("flow.cancelled", say("Annulé.")),
        handler("flow.failed.human-escalation", say("On arrive.")),
    ]  # fmt: skip
    talk = run(delivery(handlers=handlers))
    talk.start("Suivre")
    assert talk.write(intent) == answer
    assert talk.write("Prix") == ["Dix."]


def test_a_failure_nobody_handles_is_a_plain_return() -> None:
    talk = run(delivery())
    talk.start("Suivre")
    assert talk.write("Rate") == []
    assert talk.write("Prix") == ["Dix."]


def test_a_person_is_called_where_nobody_handles_the_escalation() -> None:
    parsed = read_files(delivery())
    talk = Run(parsed.project)
    talk.start("Suivre")
    talk.write("Humain")
    assert talk.handed
    assert talk.ended
    assert any(isinstance(node, Handover) for flow in parsed.project.flows for node in flow.nodes)


def test_the_end_of_the_session_in_a_called_flow_ends_everything() -> None:
    talk = run(delivery())
    talk.start("Suivre")
    assert talk.write("Fin") == ["Adieu."]
    assert talk.ended


def test_a_flow_that_never_comes_back_is_a_jump() -> None:
    more = flow_files("Payer", {"transitionRoutes": [route(condition="true", to="End Session", does=say("Payez."))]})
    parsed = read_files(agent(route("Payer", flow="Payer"), more=more))
    (node,) = (one for one in parsed.project.flows[0].nodes if isinstance(one, RunFlow))
    assert node.mode == "jump"
    assert Run(parsed.project).start("Payer") == ["Payez."]


def test_a_call_comes_back_to_the_page_that_made_it() -> None:
    files = delivery(pages={"Page": page(route("Loin", flow="Suivi"), entry="Ici.")}, said=["Aller"])
    files[f"flows/{START}/{START}.json"]["transitionRoutes"].append(route("Aller", to="Page"))
    files["flows/Suivi/Suivi.json"]["transitionRoutes"] = [route("Loin", to="Num")]
    talk = run(files)
    talk.start("Aller")
    assert talk.write("Loin") == ["Numéro ?"]
    assert talk.write("Fini") == ["Bien."]
    assert talk.path[-1].startswith("page")


def test_a_flow_that_is_not_there_is_reported_and_still_called() -> None:
    parsed = read_files(
        agent(route("Suivre", flow="Suivie"), more=flow_files("Suivi", {"transitionRoutes": [route("Oui")]}))
    )
    (finding,) = found(parsed, "PAR554")
    assert finding.help == "did you mean `Suivi`?"
    (node,) = (one for one in parsed.project.flows[0].nodes if isinstance(one, RunFlow))
    assert node.flow_title == "Suivie"


# --- steps of a fulfillment ---


def test_values_are_set_before_the_words_and_tested_before_they_are_set() -> None:
    does = {
        "setParameterActions": [{"parameter": "n", "value": 2}, {"parameter": "m", "value": {"a": ["$session.params.x"]}}],
        "messages": [{"text": {"text": ["n = $session.params.n"]}}],
        "conditionalCases": [{"cases": [
            {"condition": "$session.params.n = 1", "caseContent": [{"message": {"text": {"text": ["avant"]}}}]},
            {"caseContent": [{"message": {"text": {"text": ["sinon"]}}}]}]}],
    }  # fmt: skip
    files = agent(route("Aller", does=does))
    talk = run(files, n=1, x="é")
    assert talk.start("Aller") == ["n = {session.params.n}", "avant"]
    assert talk.values["session.params.n"] == 2
    assert talk.values["session.params.m"] == {"a": ["é"]}
    assert run(files, n=2, x="").start("Aller") == ["n = {session.params.n}", "sinon"]


def test_a_case_after_one_that_always_holds_is_reported_and_kept() -> None:
    listed = [
        {"condition": "true", "caseContent": [{"message": {"text": {"text": ["Oui."]}}}]},
        {"condition": "false", "caseContent": [{"message": {"text": {"text": ["Jamais."]}}}]},
    ]
    parsed = read_files(agent(route("Aller", does={"conditionalCases": [{"cases": listed}]})))
    assert Run(parsed.project).start("Aller") == ["Oui."]
    assert [one.place.pointer.rsplit("/", 1)[1] for one in found(parsed, "PAR560")] == ["1"]
    assert any("Jamais." in value for _, value in only_flow(parsed).facts)


def test_parameters_may_be_named_by_a_reference() -> None:
    does = {
        "setParameterActions": [{"parameter": "$flow.a", "value": 1}, {"parameter": "$page.params.b", "value": True}]
    }
    talk = run(agent(route("Aller", does=does)))
    talk.start("Aller")
    assert talk.values == {"flow.a": 1, "session.params.b": True}


def test_the_first_words_of_descriptions_label_the_ways() -> None:
    first = {**route(condition=STAYS, to="Q"), "description": "Rien à dire\nvraiment"}
    files = agent(route("Aller", to="P"), pages={"P": page(first, entry="P."), "Q": page(entry="Q.")})
    node = cases(only_flow(read_files(files)), "p.routes")
    assert node.edges[0].label == "Rien à dire"
