"""``GRF026`` and ``GRF029``: two flows that listen for the same message."""

from __future__ import annotations

from collections.abc import Iterator

from bascule.diagnostics import Finding, Label, Severity
from bascule.passes.rules import CheckContext, CheckRule
from bascule.passes.rules.keywords.folding import Keyword, fold, keywords, same_case, words_of
from bascule.passes.rules.wording import shown

__all__ = ["DuplicateKeyword", "KeywordInside"]

_MOST_WORDS = 12
"""Longer keywords are compared by their first words only: it keeps the search linear."""


def _label(keyword: Keyword) -> list[Label]:
    return [Label(keyword.entry.at, f"it starts `{keyword.flow.id}` here")] if keyword.entry.at is not None else []


class DuplicateKeyword(CheckRule):
    """One keyword starts two flows

    What it does: reports a keyword that is an entry of two flows in the same language, case ignored. When the two
    differ in accents only (`arrêt`, `arret`), it is a remark: people type either.
    Why: only one of them is started; which one depends on the platform.
    Example:
        bascule: 1
        locale: fr
        flows:
          aide:
            entries: [{keyword: [aide, info]}]
            nodes: {debut: {say: "Je vous passe une personne.", handover: equipe}}
          infos:
            entries: [{keyword: [info, horaires]}]
            nodes: {debut: {say: "Nous sommes ouverts de 9 h à 18 h.", then: end}}
    Use instead:
        bascule: 1
        locale: fr
        flows:
          aide:
            entries: [{keyword: [aide]}]
            nodes: {debut: {say: "Je vous passe une personne.", handover: equipe}}
          infos:
            entries: [{keyword: [info, horaires]}]
            nodes: {debut: {say: "Nous sommes ouverts de 9 h à 18 h.", then: end}}
    Sources: bascule's own rule.
    """

    code = "GRF026"
    name = "duplicate-keyword"
    severity = Severity.WARNING

    @classmethod
    def check(cls, context: CheckContext) -> Iterator[Finding]:
        """Compare the keywords of all flows."""
        exact: dict[tuple[str, str], Keyword] = {}
        folded: dict[tuple[str, str], Keyword] = {}
        told: set[tuple[str, str, str, str]] = set()
        for keyword in keywords(context):
            alike = (keyword.locale, fold(keyword.word))
            same = exact.setdefault((keyword.locale, same_case(keyword.word)), keyword)
            near = folded.setdefault(alike, keyword)
            other = same if same.flow.id != keyword.flow.id else near
            pair = (other.flow.id, keyword.flow.id, *alike)
            if other.flow.id == keyword.flow.id or pair in told:
                continue
            told.add(pair)
            accents = other is not same
            yield cls.at(
                keyword.place,
                f"the keyword `{shown(keyword.word)}` starts both `{other.flow.id}` and `{keyword.flow.id}`"
                + (f" when accents are left out (`{shown(other.word)}`)" if accents else ""),
                help="keep it in one of the flows",
                labels=_label(other),
                severity=Severity.INFO if accents else Severity.WARNING,
                data={"keyword": keyword.word, "flows": [other.flow.id, keyword.flow.id]},
            )


class KeywordInside(CheckRule):
    """A keyword stands in another flow's keyword

    What it does: reports a keyword of several words which also starts another flow, because that one listens for
    any message with one of these words (`match: contains`) or for their first word (`match: word`). Case, accents
    and punctuation are ignored.
    Why: one message fits two flows; which one starts depends on the platform, often on the order.
    Example:
        bascule: 1
        locale: fr
        flows:
          suivi:
            entries: [{keyword: commande, match: contains}]
            nodes: {debut: {say: "Où en est votre commande ? 01 70 18 00 00", then: end}}
          annulation:
            entries: [{keyword: annuler ma commande, match: exact}]
            nodes: {debut: {say: "Je vous passe une personne.", handover: equipe}}
    Use instead:
        bascule: 1
        locale: fr
        flows:
          suivi:
            entries: [{keyword: commande, match: exact}]
            nodes: {debut: {say: "Où en est votre commande ? 01 70 18 00 00", then: end}}
          annulation:
            entries: [{keyword: annuler ma commande, match: exact}]
            nodes: {debut: {say: "Je vous passe une personne.", handover: equipe}}
    Sources: bascule's own rule.
    """

    code = "GRF029"
    name = "keyword-inside-another"
    severity = Severity.INFO

    @classmethod
    def check(cls, context: CheckContext) -> Iterator[Finding]:
        """Look every run of words of a keyword up among the keywords that need not be the whole message."""
        listed = [(keyword, words_of(fold(keyword.word))[:_MOST_WORDS]) for keyword in keywords(context)]
        anywhere: dict[tuple[str, tuple[str, ...]], Keyword] = {}
        at_start: dict[tuple[str, tuple[str, ...]], Keyword] = {}
        for keyword, words in listed:
            if keyword.entry.match == "contains":
                anywhere.setdefault((keyword.locale, words), keyword)
            elif keyword.entry.match == "word":
                at_start.setdefault((keyword.locale, words), keyword)
        for keyword, words in listed:
            inner = _inside(keyword, words, anywhere, at_start)
            if inner is None:
                continue
            yield cls.at(
                keyword.place,
                f"the keyword `{shown(keyword.word)}` also starts `{inner.flow.id}`, which listens for "
                f"`{shown(inner.word)}` "
                + ("anywhere in a message" if inner.entry.match == "contains" else "as the first word"),
                help="make the shorter one match whole messages only, or choose other words",
                labels=_label(inner),
                data={"keyword": keyword.word, "inside": inner.word, "flows": [inner.flow.id, keyword.flow.id]},
            )


def _inside(
    keyword: Keyword,
    words: tuple[str, ...],
    anywhere: dict[tuple[str, tuple[str, ...]], Keyword],
    at_start: dict[tuple[str, tuple[str, ...]], Keyword],
) -> Keyword | None:
    """The keyword of another flow that a message with just these words starts too."""
    size = len(words)
    for length in range(size - 1, 0, -1):
        for start in range(size - length + 1):
            run = (keyword.locale, words[start : start + length])
            for known in (anywhere.get(run), at_start.get(run) if start == 0 else None):
                if known is not None and known.flow.id != keyword.flow.id:
                    return known
    return None
