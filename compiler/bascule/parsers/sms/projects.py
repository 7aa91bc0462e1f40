"""One set of templates in a file per language: `fr/sms.yml` beside `en/sms.yml`, `messages_fr.properties` beside
`messages_en.properties`. The files of a set are read together, so that a template has all its wordings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from bascule.diagnostics.finding import Finding
from bascule.parsers.base import POSSIBLE, Claim, Match, Parsed, ParseOptions
from bascule.parsers.sms.build import build_project
from bascule.parsers.sms.files import open_file, suffix_of
from bascule.parsers.sms.locales import file_locale, without_locale
from bascule.parsers.sms.losses import loss_findings
from bascule.parsers.sms.model import Reading, Template
from bascule.parsers.sms.sniffing import judge
from bascule.source import Document, SourceFile, Tree

__all__ = ["find_projects", "parse_project"]

_SUFFIXES = frozenset(
    (".json", ".yaml", ".yml", ".properties", ".php", ".po", ".xml", ".strings", ".resx", ".csv", ".tsv", ".txt")
)
_MAX_LANGUAGES = 80
_NEAR = 30


def find_projects(tree: Tree) -> list[Claim]:
    """Sets of files that differ in nothing but the language in their path, where one of them holds templates."""
    sets: dict[str, dict[str, str]] = {}
    for name, file in tree.files.items():
        if suffix_of(file) in _SUFFIXES:
            pattern, locale = without_locale(name)
            if locale:
                sets.setdefault(pattern, {}).setdefault(locale, name)
    claims = []
    for pattern, by_locale in sets.items():
        if 1 < len(by_locale) <= _MAX_LANGUAGES:
            claim = _claim(tree, pattern, by_locale)
            if claim is not None:
                claims.append(claim)
    return claims


def _claim(tree: Tree, pattern: str, by_locale: dict[str, str]) -> Claim | None:
    judged = {name: judge(tree.files[name]) for name in by_locale.values()}
    # A translation may be short or half done: it belongs to the set when it is nearly one.
    members = [name for name, match in judged.items() if match is not None and match.confidence >= _NEAR]
    best = max((match for match in judged.values() if match is not None), key=lambda one: one.confidence, default=None)
    if best is None or best.confidence < POSSIBLE or len(members) < 2:
        return None
    languages = ", ".join(f"`{locale}`" for locale, name in by_locale.items() if name in members)
    reason = f"{len(members)} files of one set, in {languages}; one of them is {best.reason}"
    root = _common(members)
    return Claim(root, tuple(members), Match(best.confidence, reason))


def _common(names: Iterable[str]) -> str:
    """The deepest folder that holds all of these paths."""
    folders = [name.split("/")[:-1] for name in names]
    shared = []
    for parts in zip(*folders, strict=False):
        if len(set(parts)) > 1:
            break
        shared.append(parts[0])
    return "/".join(shared)


@dataclass(slots=True)
class _Part:
    """One file of a set: its reading, with the findings about the file."""

    file: SourceFile
    locale: str
    reading: Reading
    findings: list[Finding]


def parse_project(tree: Tree, options: ParseOptions) -> Parsed:
    """Read a set of files. The language with most templates comes first, then the order of the paths."""
    parts = []
    for name, file in tree.files.items():
        _, reading, found = open_file(file, options.sheet)
        parts.append(_Part(file, file_locale(file.path) or without_locale(name)[1], reading, found))
    parts.sort(key=lambda part: -len(part.reading.templates))
    whole = Reading(parts[0].reading.document, parts[0].reading.shape)
    for part in parts:
        _merge(whole, part)
    built = build_project(whole, "", options.locale, options.placeholder)
    findings = [finding for part in parts for finding in part.findings]
    findings += [*whole.findings, *built.findings, *loss_findings(whole.lost)]
    documents: tuple[Document, ...] = tuple(part.reading.document for part in parts[1:])
    facts = (
        ("shape", whole.shape),
        ("templates", str(len(whole.templates))),
        ("languages", ", ".join(part.locale for part in parts if part.locale)),
        ("placeholder syntax", built.syntax or "none"),
    )
    return Parsed(
        built.project, tuple(findings), whole.ledger, whole.document, not built.project.flows, facts, documents
    )


def _merge(whole: Reading, part: _Part) -> None:
    """Add the templates of one file: those with a known key get another wording."""
    reading = part.reading
    keyed = {template.key: template for template in whole.templates if template.key}
    for template in reading.templates:
        wordings = [replace(wording, locale=wording.locale or part.locale) for wording in template.wordings]
        template.options = [replace(option, locale=option.locale or part.locale) for option in template.options]
        known = keyed.get(template.key)
        taken = {(wording.locale, wording.channel) for wording in known.wordings} if known is not None else set()
        if known is None or taken & {(wording.locale, wording.channel) for wording in wordings}:
            template.by_slot = {(wording.locale, wording.channel): wording for wording in wordings}
            whole.templates.append(template)
            continue
        known.suffix = f"@{part.locale}"
        known.by_slot.update(((wording.locale, wording.channel), wording) for wording in wordings)
        _add(known, template)
    names = {name for name, _ in whole.facts}
    whole.facts += [(f"{name}@{part.locale}" if name in names else name, value) for name, value in reading.facts]
    whole.findings += reading.findings
    whole.ledger.extend(reading.ledger)
    whole.empty_texts += reading.empty_texts
    for code, places in reading.lost.items():
        whole.lost.setdefault(code, []).extend(places)


def _add(known: Template, more: Template) -> None:
    """What else the file of another language says of a template."""
    known.options += more.options
    known.media += [file for file in more.media if file.url not in {own.url for own in known.media}]
    names = {variable.name for variable in known.variables}
    known.variables += [variable for variable in more.variables if variable.name not in names]
    for name, value in more.facts.items():
        if known.facts.get(name) != value:
            known.facts[name if name not in known.facts else f"{name}{known.suffix}"] = value
