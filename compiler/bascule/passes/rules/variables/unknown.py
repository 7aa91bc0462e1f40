"""``VAR010``, ``VAR011`` and ``VAR013``: variables without a value, without a use, or under two names."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from bascule.diagnostics import Finding, Label, Severity
from bascule.ir.nodes import HttpRequest
from bascule.ir.parts import FILE, part_of
from bascule.ir.project import Flow, Initiator, Variable
from bascule.passes.rules import CheckContext, CheckRule
from bascule.passes.rules.variables.unused import KEPT_FOR_OTHERS
from bascule.passes.rules.variables.uses import Path, Use, Uses, dotted, uses
from bascule.passes.rules.wording import plural
from bascule.source import Place

__all__ = ["NeverSet", "NeverUsed", "TwoSpellings"]

_PROVIDED = frozenset({
    "contact", "flow", "trigger", "session", "run", "parent", "child", "input", "now", "today", "date", "time",
    "webhook", "urns", "fields", "globals", "node", "resume", "ticket", "results", "legacy_extra", "step",
    "channel", "user", "message", "event", "opts", "messaging", "requested_slot", "context",
})  # fmt: skip
"""First words of paths that platforms fill themselves (the contact, the call that started the flow, the clock …)."""
_MOST_NAMES = 12
_MOST_LABELS = 4


def _declared(variable: Variable) -> bool:
    """Somebody wrote the variable down. Parsers also list names that they only met in a text: those stand there."""
    met = variable.at is not None and variable.at.sub is not None
    return not met or bool(variable.sample or variable.description)


def _provided(path: Path) -> bool:
    """The platform fills it, but for what a flow keeps under ``flow.variables`` (Studio): nobody else sets that."""
    return path[0] in _PROVIDED and not _kept_by_flow(path)


def _kept_by_flow(path: Path) -> bool:
    return path[:2] == ("flow", "variables")


def _covered(path: Path, known: set[Path], prefixes: set[Path]) -> bool:
    """The path, one above it or one below it is known."""
    return path in prefixes or any(path[:size] in known for size in range(1, len(path) + 1))


def _prefixes(paths: set[Path]) -> set[Path]:
    return {path[:size] for path in paths for size in range(1, len(path) + 1)}


class NeverSet(CheckRule):
    """A variable is used that nothing sets

    What it does: reports variables that no node sets, no file declares and no platform provides. In a flow that
    people start and that sets other variables it is a warning. Where a program starts the flow, or nothing is set
    at all (tables of SMS), that program must give the values: one remark for each file, with all names. Uses with
    a default (`default(nom, "vous")`) are left out, and so is one file of an agent that was read alone.
    Why: people see an empty place in the text, and a template with an empty parameter is not sent (131008).
    Example:
        bascule: 1
        locale: fr
        flows:
          age:
            entries: [{keyword: age}]
            nodes:
              question: {say: "Votre âge ?", ask: age, then: merci}
              merci: {say: "Merci {prenom}, c'est noté.", then: end}
    Use instead:
        bascule: 1
        locale: fr
        variables: {prenom: {sample: Awa}}
        flows:
          age:
            entries: [{keyword: age}]
            nodes:
              question: {say: "Votre âge ?", ask: age, then: merci}
              merci: {say: "Merci {prenom}, c'est noté.", then: end}
    Sources: bascule's own rule; https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes
    """

    code = "VAR010"
    name = "variable-never-set"
    severity = Severity.WARNING

    @classmethod
    def check(cls, context: CheckContext) -> Iterator[Finding]:
        """Compare what is used with what is set, declared or provided."""
        found = uses(context)
        declared = [variable.name for variable in context.project.variables if _declared(variable)]
        known = found.given | {tuple(name.split(".")) for name in declared} | {(name,) for name in declared}
        prefixes = _prefixes(known)
        by_caller: dict[str, dict[str, Use]] = {}
        told: dict[tuple[str, str], list[Use]] = {}
        for use in found.items:
            if use.optional or _provided(use.path) or _covered(use.path, known, prefixes):
                continue
            flow = context.project.by_id[use.flow]
            if part_of(flow) == FILE:
                continue
            if _names_node(use.path, flow) or (len(use.path) == 1 and use.path[0].isdigit()):
                continue
            own = len(use.path) == 1 and use.path[0] in flow.by_id
            if own or _kept_by_flow(use.path) or (found.set_in.get(use.flow) and not _called_with_values(flow)):
                told.setdefault((use.flow, dotted(use.path)), []).append(use)
            else:
                by_caller.setdefault(use.place.file, {}).setdefault(dotted(use.path), use)
        for (flow_id, name), items in told.items():
            yield cls.at(
                items[0].place,
                f"nothing sets `{name}`, which the flow `{flow_id}` uses",
                help=f"`{name}` is a node that leaves no value behind: ask for an answer there, or use another name"
                if name in context.project.by_id[flow_id].by_id
                else "set it before, ask for it, or declare it under `variables` if the caller gives it",
                labels=[Label(item.place, "used here too") for item in items[1 : _MOST_LABELS + 1]],
                data={"variable": name, "flow": flow_id, "uses": len(items)},
            )
        for file, names in by_caller.items():
            yield _for_caller(cls, file, names)


def _for_caller(rule: type[CheckRule], file: str, names: dict[str, Use]) -> Finding:
    listed = ", ".join(f"`{name}`" for name in list(names)[:_MOST_NAMES])
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    return rule.at(
        next(iter(names.values())).place,
        f"the program that sends must give {plural(len(names), 'variable')} that nothing declares: {listed}{more}",
        help="declare them under `variables` with a sample if they are known",
        severity=Severity.INFO,
        data={"file": file, "variables": list(names)},
    )


def _names_node(path: Path, flow: Flow) -> bool:
    """The path is what a node of the flow leaves behind (`widgets.menu.inbound.Body`)."""
    return len(path) > 1 and path[0] in ("widgets", "nodes", "steps") and path[1] in flow.by_id


def _called_with_values(flow: Flow) -> bool:
    """A program starts the flow, and may give values along."""
    return any(entry.initiator is Initiator.BUSINESS for entry in flow.entries)


class NeverUsed(CheckRule):
    """A variable is declared and never used

    What it does: reports variables under `variables` that no text, condition or request uses. Left out are the
    contact's data and results, which people read elsewhere, names that a file only mentions, slots of Rasa that
    its actions may read, and one file of an agent that was read alone.
    Why: often the name is misspelt where it is used, so that the value never shows.
    Example:
        bascule: 1
        locale: fr
        variables: {ville: {sample: Dakar}}
        flows:
          salut:
            entries: [{keyword: salut}]
            nodes: {debut: {say: "Bonjour ! Une question ? 01 70 18 00 00", then: end}}
    Use instead:
        bascule: 1
        locale: fr
        variables: {ville: {sample: Dakar}}
        flows:
          salut:
            entries: [{keyword: salut}]
            nodes: {debut: {say: "Bonjour {ville} ! Une question ? 01 70 18 00 00", then: end}}
    Sources: bascule's own rule.
    """

    code = "VAR011"
    name = "variable-never-used"
    severity = Severity.INFO

    @classmethod
    def check(cls, context: CheckContext) -> Iterator[Finding]:
        """Look for declarations without a use."""
        found = uses(context)
        used = {use.path for use in found.items}
        names = {dotted(path) for path in used} | {dotted(path) for path in found.given}
        prefixes = _prefixes(used)
        unread = {flow.at.file for flow in context.project.flows if flow.at and part_of(flow) == FILE}
        acted = any(isinstance(node, HttpRequest) and node.service == "custom" for _, node, _ in context.nodes())
        for variable in context.project.variables:
            path = tuple(variable.name.split("."))
            if path[0] in KEPT_FOR_OTHERS or (variable.at is not None and variable.at.file in unread):
                continue
            if acted and variable.scope == "session":
                continue  # the slots of Rasa: every custom action is given them all
            if variable.name in names or _covered(path, used, prefixes):
                continue
            yield cls.at(
                variable.at or Place(""),
                f"`{variable.name}` is declared and never used",
                help="remove it, or check how it is spelt where it should stand",
                data={"variable": variable.name},
            )


def _plain(name: str) -> tuple[str, ...]:
    """A name without case, accents and separators, for each of its parts: what stands after a point is a member."""
    return tuple(
        "".join(char for char in unicodedata.normalize("NFKD", part.casefold()) if char.isalnum())
        for part in name.split(".")
    )


class TwoSpellings(CheckRule):
    """One variable is spelt in two ways

    What it does: reports names in one file that differ only in case, accents or separators (`nom_client`,
    `NomClient`).
    Why: they are two variables: one of them may stay empty, and templates get more parameters than they need.
    Example:
        bascule: 1
        locale: fr
        flows:
          recu:
            entries: [{api: recu}]
            nodes: {envoi: {say: "Bonjour {nom_client}, votre commande est prête. Merci {NomClient} et à bientôt !"}}
    Use instead:
        bascule: 1
        locale: fr
        flows:
          recu:
            entries: [{api: recu}]
            nodes: {envoi: {say: "Bonjour {nom_client}, votre commande est prête. Merci {nom_client} et à bientôt !"}}
    Sources: bascule's own rule.
    """

    code = "VAR013"
    name = "variable-two-spellings"
    severity = Severity.INFO

    @classmethod
    def check(cls, context: CheckContext) -> Iterator[Finding]:
        """Group all names by what is left without case, accents and separators."""
        first: dict[tuple[str, tuple[str, ...]], tuple[str, Place]] = {}
        told: set[tuple[str, str]] = set()
        for name, place in _named(context, uses(context)):
            key = (place.file, _plain(name))
            known, where = first.setdefault(key, (name, place))
            if known == name or not any(key[1]) or (place.file, name) in told:
                continue
            told.add((place.file, name))
            yield cls.at(
                place,
                f"`{name}` and `{known}` may be one variable",
                help="use one spelling everywhere",
                labels=[Label(where, f"`{known}` is here")],
                data={"variables": [known, name]},
            )


def _named(context: CheckContext, found: Uses) -> Iterator[tuple[str, Place]]:
    for variable in context.project.variables:
        if variable.at is not None:
            yield variable.name, variable.at
    for use in found.items:
        yield dotted(use.path), use.place
