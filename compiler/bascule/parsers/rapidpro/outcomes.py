"""Routers that do not wait: ways by how the step before them went, and branches on data."""

from __future__ import annotations

from dataclasses import replace

from bascule.ir.expr import Call, Expression, Ref, walk
from bascule.ir.nodes import (
    Assignment,
    Failure,
    Handover,
    HttpRequest,
    Otherwise,
    RunFlow,
    SetVariable,
    Success,
    Unsupported,
    When,
)
from bascule.ir.nodes import Case as Branch
from bascule.parsers.rapidpro.chain import STATUS, Chain
from bascule.parsers.rapidpro.choices import Route
from bascule.parsers.rapidpro.conditions import condition_of
from bascule.parsers.rapidpro.routers import Router
from bascule.parsers.rapidpro.scene import Piece, Scene

__all__ = ["outcome", "routes_of", "split"]

_DRAWN = "_drawn"
"""The variable for what was drawn by lot, where the split saves no result."""

_RUN_STATUS = (("child", "run", "status"), ("child", "status"))


def routes_of(scene: Scene, router: Router, subject: Expression | None) -> list[Route]:
    routes = [Route(When(condition_of(scene, case, subject)), case.category, case.place) for case in router.cases]
    if router.default is not None:
        routes.append(Route(Otherwise(), router.default, router.default.place))
    return routes


def outcome(chain: Chain, router: Router, pieces: list[Piece]) -> bool:
    """Let a step branch on its own outcome: a webhook on its status, a subflow on how it ended, a ticket or airtime on
    whether there is one. False when the router looks at something else."""
    node = chain.nodes[-1] if chain.nodes else None
    action = pieces[-1].action if pieces else ""
    operand = router.operand
    routes: list[Route] | None = None
    if isinstance(node, RunFlow) and node.mode == "call" and isinstance(operand, Ref) and operand.path in _RUN_STATUS:
        routes = _subflow_routes(router)
    elif isinstance(node, HttpRequest) and action in ("call_webhook", "call_resthook"):
        default = isinstance(operand, Call) and operand.name == "default" and operand.args[:1] == (STATUS,)
        if default or operand == STATUS:
            routes = _single(router, "has_number_between", ("200", "299"))
    elif isinstance(node, (Handover, Unsupported)) and action in ("open_ticket", "transfer_airtime"):
        local = "_new_ticket" if action == "open_ticket" else "_new_transfer"
        if operand == Ref(("locals", local)):
            routes = _single(router, "has_text", ())
    if routes is None or node is None:
        return False
    edges = chain.edges(routes, router, operand if isinstance(node, HttpRequest) else None)
    if isinstance(node, HttpRequest) and _names_result(node) and not router.result:
        edges = chain.filed(edges, node)
    chain.nodes[-1] = replace(node, edges=edges)
    return True


def _names_result(node: HttpRequest) -> bool:
    return bool(node.mapping) and node.mapping[0][1][0] == "results"


def _single(router: Router, test: str, arguments: tuple[str, ...]) -> list[Route] | None:
    """Success and failure of a router with just the one case that says it went well."""
    if len(router.cases) != 1 or router.cases[0].test != test:
        return None
    case = router.cases[0]
    if any(words != arguments for words in case.arguments.values()):
        return None
    routes = [Route(Success(), case.category, case.place)]
    if router.default is not None:
        routes.append(Route(Failure("failed"), router.default, router.default.place))
    return routes


def _subflow_routes(router: Router) -> list[Route] | None:
    routes: list[Route] = []
    ends: set[str] = set()
    for case in router.cases:
        words = next(iter(case.arguments.values()), ())
        word = words[0] if len(words) == 1 else ""
        if case.test not in ("has_only_text", "has_only_phrase") or word not in ("completed", "expired", "failed"):
            return None
        if word in ends:
            return None
        guard = Success() if word == "completed" else Failure(word)
        routes.append(Route(guard, case.category, case.place))
        ends.add(word)
    default = router.default
    if default is not None:
        missing = not any(isinstance(route.guard, Failure) for route in routes)
        if "completed" not in ends:
            routes.append(Route(Otherwise(), default, default.place))
        elif missing:
            routes.append(Route(Failure(""), default, default.place))
        elif default not in [route.category for route in routes]:
            routes.append(Route(Otherwise(), default, default.place))
    return routes


def _draws(expression: Expression) -> bool:
    """Whether each look at an expression gives another value."""
    return any(isinstance(part, Call) and part.name in ("rand", "rand_between") for part in walk(expression))


def split(scene: Scene, chain: Chain, router: Router) -> None:
    """A branch on data. Its result is what it looks at. What is drawn by lot is drawn once, not by each case."""
    subject = router.operand
    drawn = subject is not None and _draws(subject)
    if subject is not None:
        scene.reading.note(subject, router.place)
    wanted = scene.uses.category(router.result) or scene.uses.category_localized(router.result)
    if drawn or (router.result and not wanted):
        path = ("results", router.result) if router.result else ("locals", _DRAWN)
        assignment = Assignment(path, subject, at=router.place)
        chain.add(SetVariable(id="", assignments=(assignment,), at=router.place))
        if drawn:
            subject = scene.reading.declare(path, router.place)
    chain.add(Branch(id="", subject=subject, at=router.place))
    routes = routes_of(scene, router, subject)
    chain.nodes[-1] = replace(chain.nodes[-1], edges=chain.edges(routes, router, subject))
