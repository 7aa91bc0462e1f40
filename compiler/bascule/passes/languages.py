"""Languages of flows whose files name none: guessed from all the words a flow says, and said so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from bascule.diagnostics import Finding, Rule, Severity
from bascule.ir.content import Content
from bascule.ir.nodes import Ask, Message
from bascule.ir.project import Flow, Project
from bascule.ir.text import LocalizedText, plain_text
from bascule.source import Place

__all__ = ["settle_languages"]


class LanguageGuessed(Rule):
    """The language of a flow was guessed

    What it does: says which language was taken for a flow whose file names none, and from which words.
    Why: templates are submitted in one language; a wrong one is refused or shown to the wrong people.
    Example: a Twilio Studio flow, whose format has no place for a language.
    Use instead: give `--locale fr`, or name the language in the file.
    Sources: https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/supported-languages
    """

    code = "LOC011"
    name = "language-guessed"
    severity = Severity.INFO


def _texts(content: Content) -> Iterator[LocalizedText]:
    yield from (content.text, content.header, content.footer)
    yield from content.alternatives
    for choice in content.choices:
        yield from (choice.title, choice.description)
    for card in content.cards:
        yield from (card.title, card.text)
    for media in content.media:
        yield media.caption


def _unnamed(flow: Flow) -> str:
    """Everything the flow says without naming a language."""
    parts = []
    for node in flow.nodes:
        if isinstance(node, (Message, Ask)):
            for localized in _texts(node.content):
                text = localized.get("")
                if text:
                    parts.append(plain_text(text, lambda _: " "))
    return "\n".join(parts)


def settle_languages(project: Project, locale: str, in_use: Sequence[str] = ()) -> tuple[Project, list[Finding]]:
    """Give every flow without a language the user's ``locale``, or the one its words tell.

    A flow whose own words are too few takes the language of the other guessed flows of its file when they
    agree; where nothing tells, it stays without (and a template of it is an error of its own). When the user says
    which languages are ``in_use``, a guess of another one is not believed.
    """
    from bascule.language.detect import LanguageGuess
    from bascule.language.detect import guess_language as any_language

    spoken = {tag.replace("-", "_").split("_")[0].lower() for tag in in_use}

    def guess_language(text: str) -> LanguageGuess | None:
        guess = any_language(text)
        return guess if guess is None or not spoken or guess.language.split("_")[0] in spoken else None

    findings: list[Finding] = []
    open_flows = [flow for flow in project.flows if not flow.locale and not project.locale]
    if not open_flows:
        return project, findings
    if locale:
        return replace(project, flows=_with(project.flows, {flow.id: locale for flow in open_flows})), findings
    chosen: dict[str, str] = {}
    by_file: dict[str, list[Flow]] = {}
    for flow in open_flows:
        by_file.setdefault(flow.at.file if flow.at else "", []).append(flow)
    for file, members in by_file.items():
        told: dict[str, str] = {}
        reason = ""
        for flow in members:
            guess = guess_language(_unnamed(flow))
            if guess is not None:
                told[flow.id] = guess.language
                reason = reason or guess.reason
        languages = set(told.values())
        if len(languages) == 1:
            (only,) = languages
            told = {flow.id: only for flow in members if _unnamed(flow).strip()}
        elif not languages:
            guess = guess_language("\n".join(_unnamed(flow) for flow in members))
            if guess is not None:
                told = {flow.id: guess.language for flow in members}
                reason = guess.reason
        chosen |= told
        for language in sorted(set(told.values())):
            first = next(flow for flow in members if told.get(flow.id) == language)
            findings.append(
                LanguageGuessed.at(
                    first.at or Place(file),
                    f"the file names no language; read as `{language}` ({reason})",
                    help=f"give `--locale {language}` to say so, or name the language in the file",
                )
            )
    return replace(project, flows=_with(project.flows, chosen)), findings


def _with(flows: Iterable[Flow], chosen: dict[str, str]) -> tuple[Flow, ...]:
    return tuple(replace(flow, locale=chosen[flow.id]) if flow.id in chosen else flow for flow in flows)
