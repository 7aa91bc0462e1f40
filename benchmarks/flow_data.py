"""Flows of any size for the benchmarks, made up: Studio flows one by one, and a RapidPro export of flows that call each
other. The same seed gives the same bytes."""

from __future__ import annotations

import json
import random
import uuid
from typing import Any

__all__ = ["SHAPES", "rapidpro_export", "studio_flow"]

SHAPES = ("chain", "random")
"""``chain``: each question leads to the next. ``random``: every way on leads anywhere, back and forth."""

_TEXTS = (
    "Bonjour {{flow.data.nom}}, votre commande {{flow.data.numero}} part aujourd'hui.",
    "Votre rendez-vous du {{flow.data.jour}} est confirmé. À bientôt !",
    "Votre panier vous attend : -20 % jusqu'à dimanche.",
    "Olá! O seu pedido {{flow.data.numero}} está a caminho 🚚",
    "Здравствуйте! Ваш заказ {{flow.data.numero}} готов.",
    "مرحبا، طلبك {{flow.data.numero}} في الطريق إليك.",
    "नमस्ते, आपका ऑर्डर {{flow.data.numero}} तैयार है।",
)
_MENUS = (
    "Que souhaitez-vous ?\n1. Suivre ma commande\n2. Annuler\n3. Un conseiller",
    "Quando prefere?\n1. Hoje\n2. Amanhã\n3. Outro dia",
    "Что дальше?\n1. Заказ\n2. Отмена\n3. Оператор",
)


def studio_flow(states: int, seed: int, shape: str = "chain") -> dict[str, Any]:
    """A Studio definition of about ``states`` widgets: menus, splits, waits with timeouts and sends."""
    rng = random.Random(seed)
    groups = max(1, states // 3)

    def target(group: int) -> str:
        following = group + 1 if shape == "chain" else rng.randrange(groups)
        return f"question_{following}" if following < groups else "fin"

    first = {"next": "question_0", "event": "incomingMessage"}
    trigger = {"name": "Trigger", "type": "trigger", "transitions": [first, {"event": "incomingCall"}]}
    made: list[dict[str, Any]] = [{**trigger, "properties": {"offset": {"x": 0, "y": 0}}}]
    for group in range(groups):
        made.extend(_group(group, target, rng))
    made.append(_send("fin", "Merci et à bientôt. Répondez STOP pour ne plus rien recevoir.", None))
    return {"description": f"Flux {seed}", "states": made, "initial_state": "Trigger", "flags": {}}


def _group(group: int, target: Any, rng: random.Random) -> list[dict[str, Any]]:
    question, choice, send = f"question_{group}", f"choix_{group}", f"envoi_{group}"
    reply = f"{{{{widgets.{question}.inbound.Body}}}}"
    asked = {
        "body": rng.choice(_MENUS),
        "timeout": str(rng.choice((600, 3600, 7200))),
        "from": "{{flow.channel.address}}",
    }
    ways = [
        {"next": send, "event": "match", "conditions": [_condition(reply, number)]}
        for number in range(1, rng.randint(2, 4))
    ]
    return [
        {
            "name": question,
            "type": "send-and-wait-for-reply",
            "transitions": [
                {"next": choice, "event": "incomingMessage"},
                {"next": "fin", "event": "timeout"},
                {"event": "deliveryFailure"},
            ],
            "properties": asked,
        },
        {
            "name": choice,
            "type": "split-based-on",
            "transitions": [{"next": target(group), "event": "noMatch"}, *ways],
            "properties": {"input": reply},
        },
        _send(send, f"{rng.choice(_TEXTS)} ({group % 97})", target(group)),
    ]


def _condition(reply: str, number: int) -> dict[str, Any]:
    words = f"{number},{number}.,choix {number}"
    return {"friendly_name": f"choix {number}", "arguments": [reply], "type": "matches_any_of", "value": words}


def _send(name: str, body: str, following: str | None) -> dict[str, Any]:
    sent = {"event": "sent"} | ({"next": following} if following else {})
    return {
        "name": name,
        "type": "send-message",
        "transitions": [sent, {"event": "failed"}],
        "properties": {"body": body},
    }


def rapidpro_export(flows: int, nodes: int, seed: int) -> dict[str, Any]:
    """An export of ``flows`` flows with about ``nodes`` nodes each, every third of them calling another flow."""
    rng = random.Random(seed)

    def new() -> str:
        return str(uuid.UUID(int=rng.getrandbits(128), version=4))

    names = [(new(), f"Flux {number}") for number in range(flows)]
    return {
        "version": "13",
        "site": "https://rapidpro.example",
        "flows": [_rapidpro_flow(*names[number], nodes, names, rng, new) for number in range(flows)],
        "campaigns": [],
        "triggers": [],
        "fields": [],
        "groups": [],
    }


def _rapidpro_flow(
    identity: str, name: str, nodes: int, names: list[tuple[str, str]], rng: random.Random, new: Any
) -> dict[str, Any]:
    groups = max(1, nodes // 3)
    marks = [(new(), new()) for _ in range(groups)]
    calls = [new() for _ in range(groups)]
    made: list[dict[str, Any]] = []
    for group, (say, ask) in enumerate(marks):
        text = rng.choice(_TEXTS).replace("{{flow.data.", "@fields.").replace("}}", "")
        body = f"{text}\n{rng.choice(_MENUS)}"
        send = {"uuid": new(), "type": "send_msg", "text": body, "attachments": [], "quick_replies": ["Oui", "Non"]}
        made.append({"uuid": say, "actions": [send], "exits": [{"uuid": new(), "destination_uuid": ask}]})
        following = marks[group + 1][0] if group + 1 < groups else None
        call = calls[group] if group % 3 == 0 else None
        made.append(_rapidpro_wait(ask, following, call or following, rng, new))
        if call:
            flow = names[rng.randrange(len(names))]
            enter = {"uuid": new(), "type": "enter_flow", "flow": {"uuid": flow[0], "name": flow[1]}}
            made.append(_rapidpro_call(call, enter, following, new))
    return {
        "uuid": identity,
        "name": name,
        "spec_version": "13.1.0",
        "language": "fra",
        "type": "messaging",
        "revision": 1,
        "expire_after_minutes": 10080,
        "localization": {},
        "nodes": made,
    }


def _rapidpro_wait(identity: str, yes: str | None, other: str | None, rng: random.Random, new: Any) -> dict[str, Any]:
    exits = [
        {"uuid": new(), "destination_uuid": yes},
        {"uuid": new(), "destination_uuid": other},
        {"uuid": new(), "destination_uuid": None},
    ]
    categories = [
        {"uuid": new(), "name": name, "exit_uuid": way["uuid"]}
        for name, way in zip(("Oui", "Other", "No Response"), exits, strict=True)
    ]
    case = {"uuid": new(), "type": "has_any_word", "arguments": ["oui yes sim"], "category_uuid": categories[0]["uuid"]}
    wait = {
        "type": "msg",
        "timeout": {"seconds": rng.choice((300, 3600, 86400)), "category_uuid": categories[2]["uuid"]},
    }
    router = {
        "type": "switch",
        "wait": wait,
        "operand": "@input.text",
        "cases": [case],
        "categories": categories,
        "default_category_uuid": categories[1]["uuid"],
        "result_name": "choix",
    }
    return {"uuid": identity, "actions": [], "router": router, "exits": exits}


def _rapidpro_call(identity: str, enter: dict[str, Any], following: str | None, new: Any) -> dict[str, Any]:
    exits = [{"uuid": new(), "destination_uuid": following}, {"uuid": new(), "destination_uuid": following}]
    categories = [
        {"uuid": new(), "name": name, "exit_uuid": way["uuid"]}
        for name, way in zip(("Complete", "Expired"), exits, strict=True)
    ]
    case = {"uuid": new(), "type": "has_only_text", "arguments": ["completed"], "category_uuid": categories[0]["uuid"]}
    router = {
        "type": "switch",
        "operand": "@child.status",
        "cases": [case],
        "categories": categories,
        "default_category_uuid": categories[1]["uuid"],
    }
    return {"uuid": identity, "actions": [enter], "router": router, "exits": exits}


def as_bytes(value: dict[str, Any]) -> bytes:
    """The JSON of a flow, as the platforms write it."""
    return json.dumps(value, ensure_ascii=False, indent=2).encode()
