"""``VAR014``: a variable that is said before it has a value."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from bascule.diagnostics import Finding, Label, Severity
from bascule.ir.nodes import Ask, Edge, Failure, Timeout
from bascule.ir.parts import FILE, part_of
from bascule.ir.project import Flow, Initiator
from bascule.passes.rules import CheckContext, CheckRule
from bascule.passes.rules.graph.network import ways_out
from bascule.passes.rules.variables.assigned import Assigned, assigned
from bascule.passes.rules.variables.uses import Path, Use, dotted, set_by, uses

__all__ = ["UsedBeforeSet"]

_PROVIDED = frozenset({
    "contact", "trigger", "session", "run", "parent", "child", "input", "now", "today", "urns", "fields", "globals",
    "node", "resume", "ticket", "legacy_extra", "step", "channel", "user", "message", "event", "opts", "messaging",
    "contexts",
})  # fmt: skip
"""First words of paths that somebody else may fill at any time."""
_MOST_LABELS = 6
_MOST_WITNESSES = 16
"""Ways that are searched for in one project: each search costs as much as its flow is long."""


class UsedBeforeSet(CheckRule):
    """A variable is used before it is set

    What it does: follows every way through the flows, into the flows they run and back, and reports variables that
    a flow sets itself and that a text, request or assignment uses on a way on which nothing has set them yet. It is
    a warning when no way at all sets them before, a remark when some ways do, or when a program starts the flow and
    may give the value. Left out are the contact's own data, declared samples, uses with a default or under a
    condition on the variable, and what stands after code or flows that are not in the files.
    Why: people see an empty place in the text, and a template with an empty parameter is not sent (131008).
    Example:
        bascule: 1
        locale: fr
        flows:
          rdv:
            entries: [{keyword: rdv}]
            nodes:
              bonjour: {say: "Bonjour {prenom}, quel jour ?", ask: jour, then: nom}
              nom: {say: "Votre prénom ?", ask: prenom, then: merci}
              merci: {say: "Merci, c'est noté pour {jour}.", then: end}
    Use instead:
        bascule: 1
        locale: fr
        flows:
          rdv:
            entries: [{keyword: rdv}]
            nodes:
              nom: {say: "Votre prénom ?", ask: prenom, then: bonjour}
              bonjour: {say: "Bonjour {prenom}, quel jour ?", ask: jour, then: merci}
              merci: {say: "Merci, c'est noté pour {jour}.", then: end}
    Sources: bascule's own rule; https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes
    """

    code = "VAR014"
    name = "variable-used-before-set"
    severity = Severity.WARNING

    @classmethod
    def check(cls, context: CheckContext) -> Iterator[Finding]:
        """Compare every use with what is set on the ways to it."""
        state = assigned(context)
        found: dict[tuple[str, Path], list[tuple[Use, bool]]] = {}
        for use in _worth_a_look(context):
            flow = context.project.by_id[use.flow]
            node = flow.by_id.get(use.node)
            before = state.before(use.flow, use.node)
            if node is None or before is None:
                continue
            given, bit = state.given_by(node, use.step), state.bit(use.path)
            if not (before.surely | given) & bit:
                found.setdefault((use.flow, use.path), []).append((use, not before.maybe & bit))
        for number, ((flow_id, path), items) in enumerate(found.items()):
            yield _finding(cls, state, context.project.by_id[flow_id], path, items, number < _MOST_WITNESSES)


def _worth_a_look(context: CheckContext) -> Iterator[Use]:
    found = uses(context)
    known = {
        tuple(variable.name.split("."))
        for variable in context.project.variables
        if variable.sample or variable.scope in ("contact", "global")
    }
    known |= {(name,) for intent in context.project.intents for name, _ in intent.parameters}
    for use in found.items:
        if use.optional or use.tested or use.own or use.path[0] in _PROVIDED:
            continue
        if part_of(context.project.by_id[use.flow]) == FILE:
            continue
        prefixes = [use.path[:size] for size in range(1, len(use.path) + 1)]
        if any(path in known for path in prefixes):
            continue
        if any(path in found.set_in[use.flow] for path in prefixes):
            yield use


def _finding(
    rule: type[CheckRule], state: Assigned, flow: Flow, path: Path, items: list[tuple[Use, bool]], witness: bool
) -> Finding:
    use, never = next(((use, never) for use, never in items if never), items[0])
    given = any(entry.initiator is not Initiator.USER for entry in flow.entries) or not flow.entries
    name = dotted(path)
    setters = [node for node in flow.nodes if any(_alike(path, made) for made in set_by(node))]
    labels = _way(state, flow, use, path) if witness and not never else []
    labels += [Label(node.at, f"`{node.id}` sets it") for node in setters[:2] if node.at is not None]
    labels += [Label(other.place, "used here too") for other, _ in items if other is not use]
    where = "before anything sets it" if never else "on a way on which nothing sets it"
    return rule.at(
        use.place,
        f"`{use.node}` uses `{name}` {where}",
        help=f'set it before, or say what stands there without it: `default({name}, "…")`',
        labels=labels[: _MOST_LABELS + 2],
        severity=Severity.WARNING if never and not given else Severity.INFO,
        data={"variable": name, "flow": flow.id, "nodes": [other.node for other, _ in items], "never": never},
    )


def _alike(path: Path, made: Path) -> bool:
    size = min(len(path), len(made))
    return path[:size] == made[:size]


def _way(state: Assigned, flow: Flow, use: Use, path: Path) -> list[Label]:
    """The shortest way inside the flow from an entry to the use past all that sets the variable, as labels."""
    starts = [node.id for entry in flow.entries if (node := flow.start_of(entry)) is not None]
    starts = list(dict.fromkeys(starts)) or [node.id for node in flow.nodes[:1]]
    came: dict[str, tuple[str, Edge] | None] = dict.fromkeys(starts)
    queue = deque(starts)
    while queue:
        here = queue.popleft()
        if here == use.node:
            break
        node = flow.by_id[here]
        stops = state.sets(flow.id, here, path)
        for edge in ways_out(node):
            late = isinstance(node, Ask) and isinstance(edge.guard, (Timeout, Failure))
            if edge.target in flow.by_id and edge.target not in came and (not stops or late):
                came[edge.target] = (here, edge)
                queue.append(edge.target)
    steps: list[Label] = []
    step = came.get(use.node)
    while step is not None:
        before, edge = step
        if edge.at is not None:
            steps.append(Label(edge.at, f"from `{before}` to `{edge.target}`"))
        step = came.get(before)
    return steps[::-1][-_MOST_LABELS:]
