"""The ways out of a block as edges: choices, conditions, other answers, no answer; and the nodes they lead to."""

from __future__ import annotations

from dataclasses import replace

from bascule.ir.content import Choice
from bascule.ir.expr import Call, Const, Ref
from bascule.ir.nodes import (
    Always,
    Ask,
    Chosen,
    Edge,
    Guard,
    Handover,
    Node,
    Otherwise,
    ReplyKind,
    RunFlow,
    Timeout,
    When,
)
from bascule.language.reading import Reading, unique
from bascule.parsers.table import losses, rules
from bascule.parsers.table.answers import answer_test
from bascule.parsers.table.chain import Chain, shown
from bascule.parsers.table.model import FlowDraft, Step
from bascule.parsers.table.targets import Target, Targets
from bascule.parsers.table.ways import Way, Ways
from bascule.source import Place

__all__ = ["Exits"]


class Exits:
    """Makes the edges of one flow's nodes. ``extra`` are the nodes made for targets that are no steps; the builder
    takes them after each block."""

    def __init__(self, reading: Reading, flow: FlowDraft, targets: Targets) -> None:
        self.reading = reading
        self.flow = flow
        self.targets = targets
        self.extra: list[Node] = []
        self._special: dict[Target, str] = {}

    def edges(self, chain: Chain, step: Step, place: Place, ways: Ways, falls: str | None, guarded: bool) -> list[Edge]:
        """The ways out of the last node of a chain. ``falls`` is where it goes on when nothing says so; ``guarded``:
        something before it (a condition, a call) takes what ``else`` says."""
        default = self.lead(ways.default, step) if ways.default is not None else falls
        at = ways.default.place if ways.default is not None else place
        edges: list[Edge] = []
        content = next((node.content for _, node in reversed(chain.pieces) if isinstance(node, Ask)), None)
        replies = content.replies if content is not None and chain.asks else ()
        grouped: dict[str | None, list[Choice]] = {}
        for choice in replies:
            way = ways.chosen.get(choice.id)
            target = self.lead(way, step) if way is not None else default
            grouped.setdefault(target, []).append(choice)
            if way is None and default is None and not chain.ends and not ways.ends:
                self._idle(choice)
        for target, choices in grouped.items():
            label_at = ways.chosen[choices[0].id].place if choices[0].id in ways.chosen else choices[0].at
            edges.append(Edge(Chosen(tuple(choice.id for choice in choices)), target, at=label_at))
        for expression, way in ways.whens:
            edges.append(Edge(When(expression), self.lead(way, step), at=way.place))
        for word, way in ways.typed:
            same = Call("same_text", (Ref(chain.into), Const(word)))
            edges.append(Edge(When(same), self.lead(way, step), at=way.place))
        otherwise = None if guarded else ways.otherwise
        told = ways.default is not None or not replies
        if otherwise is not None:
            if not replies and not ways.whens and not ways.typed and chain.asks:
                test = answer_test(chain.reply or ReplyKind.TEXT, chain.into)
                edges.append(Edge(When(test), default, at=at))
            edges.append(Edge(Otherwise(), self.lead(otherwise, step), at=otherwise.place))
        elif replies and ways.default is not None and not ways.spread:
            edges.append(Edge(Otherwise(), default, at=at))
        elif told and not replies:
            guard: Guard = Otherwise() if ways.whens or ways.typed else Always()
            edges.append(Edge(guard, default, at=at))
        self._patience(chain, ways, edges, step)
        quiet = ways.default is None and not ways.decides and ways.timeout is None and falls is None
        quiet = quiet and not ways.ends and not chain.ends
        if quiet and chain.pieces and chain.handover is None and not self.flow.follows and not replies:
            self.reading.find_once(
                rules.EndsHere,
                "ends",
                place,
                lambda count: f"{count} step(s) name no next step: the flow ends there",
                help="write `fin` where the end is meant",
            )
        return edges

    def _idle(self, choice: Choice) -> None:
        if self.flow.follows:
            return
        self.reading.find_once(
            rules.IdleChoice,
            "idle",
            choice.at or self.flow.place,
            lambda count: f"{count} button(s) lead nowhere: the flow ends behind them",
            help="write where they lead (`Oui -> confirme`), or `-> fin`",
        )

    def _patience(self, chain: Chain, ways: Ways, edges: list[Edge], step: Step) -> None:
        if not chain.asks:
            return
        if ways.timeout is not None:
            length, way, place = ways.timeout
            edges.append(Edge(Timeout(length), self.lead(way, step) if way is not None else None, at=place))
            return
        patience = chain.patience or chain.pause
        if patience is not None:
            edges.append(Edge(Timeout(patience), None, at=chain.patience_at))

    def lead(self, way: Way | None, step: Step) -> str | None:
        """The node a way leads to; a target that leads nowhere is reported and ends the flow."""
        if way is None or way.part is None:
            return None
        written = way.part.text
        found = self.targets(written, step)
        if found is None or found.kind == "location":
            near = self.targets.suggestion(written)
            code = self.reading.find(
                rules.DanglingTarget,
                way.place,
                f"`{shown(written)}` is no step of `{shown(self.flow.name)}`",
                help=f"did you mean `{near}`?" if near else "write the name of a step, or `fin` to end here",
                target=written[:80],
            )
            self.reading.book.degraded(way.part.cell.place, "the branch ends", "name an existing step", code)
            return None
        if found.kind == "step":
            return found.node
        if found.kind == "end":
            return None
        return self._node_of(found, way, step)

    def _node_of(self, target: Target, way: Way, step: Step) -> str:
        """A node for a target that is no step: handing over, or another flow."""
        if target.inside and way.part is not None:
            self.reading.find(
                losses.MiddleOfFlow,
                way.place,
                f"`{shown(way.part.text)}` leads into the middle of another flow, which is started at its beginning",
                help="make it a flow of its own",
            )
            place, code = way.part.cell.place, losses.MiddleOfFlow.code
            self.reading.book.degraded(place, "the flow starts at its beginning", "a flow of its own", code)
        known = self._special.get(replace(target, inside=""))
        if known is not None:
            return known
        word = "handover" if target.kind == "handover" else f"to_{target.flow}"
        id_ = unique(f"{step.id}.{word}", self.flow.ids)
        self._special[replace(target, inside="")] = id_
        if target.kind == "handover":
            self.extra.append(Handover(id=id_, to=target.to, at=way.place))
        else:
            mode = "call" if target.kind == "call" else "jump"
            self.extra.append(RunFlow(id=id_, flow=target.flow, mode=mode, at=way.place))
        return id_
