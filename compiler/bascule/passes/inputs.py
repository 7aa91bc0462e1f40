"""What a compilation had to make up because nobody said it, with the setting that says it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from bascule.diagnostics import Finding, Rule, Severity
from bascule.ir.content import Media, MediaKind
from bascule.ir.expr import Ref, references
from bascule.ir.project import Project
from bascule.ir.settings import ProjectSettings
from bascule.ir.text import plain_text
from bascule.ir.walk import KEEP, rewrite
from bascule.passes.lower.media import media_kind
from bascule.passes.lower.samples import sample_for
from bascule.source import Place
from bascule.whatsapp.plan import Plan, PlannedTemplate, Slot
from bascule.whatsapp.policy import Policy

__all__ = ["BusinessUnknown", "SampleInvented", "SizeUnknown", "input_findings"]

_LONGEST_KEY = 300
_PROBE = "?"


class BusinessUnknown(Rule):
    """The name of the company is not known

    What it does: reports the first template variable that stands for the company's name where the project names none.
    Why: review sees a sample; with a made-up company it cannot see who writes, and refuses more often.
    Example: `Bonjour, votre commande chez {{entreprise}} est prête.`
    Use instead: add to `bascule.toml`, under `[project]`: `business = "Boutique Awa"`.
    Sources: https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/overview
    """

    code = "TPL098"
    name = "business-unknown"
    severity = Severity.INFO


class SampleInvented(Rule):
    """A sample is made up

    What it does: reports template variables whose sample is a word that stands for anything, because neither a name,
    a type nor the words around it say what the value is.
    Why: review looks at the template filled with its samples; one that means nothing is refused more often.
    Example: `Référence {{x1}}` in a file that gives no example of `x1`.
    Use instead: add to `bascule.toml`, under `[project.samples]`: `x1 = "A-1042"`.
    Sources: https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/overview
    """

    code = "TPL099"
    name = "sample-invented"
    severity = Severity.INFO


class SizeUnknown(Rule):
    """The size of a file is not known

    What it does: reports files whose size no source gives; their limit could not be checked.
    Why: a file that is too large is not sent (131052, 131053), and that shows only then.
    Example: a picture that a flow names by its address.
    Use instead: add to `bascule.toml`, under `[project.media]`: `"https://www.example.com/a.jpg" = {size = "240K"}`.
    Sources: https://developers.facebook.com/documentation/business-messaging/whatsapp/business-phone-numbers/media
    """

    code = "MED023"
    name = "media-size-unknown"
    severity = Severity.INFO


def input_findings(project: Project, plan: Plan, settings: ProjectSettings, policy: Policy) -> list[Finding]:
    """What had to be made up or could not be checked, each thing once. Pure; linear in the size of the project."""
    return [*_business(plan, settings), *_samples(plan), *_sizes(project, policy)]


def _slots(plan: Plan) -> Iterator[tuple[PlannedTemplate, Slot, str]]:
    """The slots of all templates, with the name of the variable that each stands for."""
    for template in plan.templates:
        for slot in template.slots:
            first: Ref | None = next(iter(references(slot.expression)), None)
            if first is not None:
                yield template, slot, first.name


def _business(plan: Plan, settings: ProjectSettings) -> Iterator[Finding]:
    if settings.business:
        return
    for template, slot, name in _slots(plan):
        told = slot.sample_how not in ("declared", "settings")
        if told and sample_for(name, locale=template.language, company=_PROBE).value == _PROBE:
            yield BusinessUnknown.at(
                slot.at or template.place,
                f"`{_short(name)}` stands for the company, whose name is not known: review sees `{slot.sample}`",
                help='add to `bascule.toml`, under `[project]`: `business = "Boutique Awa"`',
            )
            return


def _samples(plan: Plan) -> Iterator[Finding]:
    seen: set[str] = set()
    for template, slot, name in _slots(plan):
        if slot.sample_how == "fallback" and name not in seen:
            seen.add(name)
            yield SampleInvented.at(
                slot.at or template.place,
                f"nothing says what `{_short(name)}` is: review sees the made-up sample `{slot.sample}`",
                help=f'add to `bascule.toml`, under `[project.samples]`: `{_key(name)} = "A-1042"`',
            )


def _sizes(project: Project, policy: Policy) -> list[Finding]:
    """Files by their address: a link with variables has no size that could be known."""
    kinds = set(policy.list("media.kinds"))
    found: dict[str, Finding] = {}

    def look(part: object) -> object:
        if isinstance(part, Media) and part.size is None:
            text = part.url.first if part.url else ()
            name = plain_text(text) if text else part.asset
            kind = {MediaKind.GIF: "image"}.get(media_kind(part), media_kind(part).value)
            if name and name not in found and kind in kinds and len(text) <= 1 and part.at is not None and _fixed(text):
                found[name] = _size(name, kind, part.at, policy)
        return KEEP

    rewrite(project, look)
    return list(found.values())


def _fixed(text: Sequence[object]) -> bool:
    return all(not hasattr(part, "expression") for part in text)


def _size(name: str, kind: str, place: Place, policy: Policy) -> Finding:
    fact = policy.fact(f"media.{kind}.max_bytes")
    megabytes = policy.media(kind).max_bytes / 1024**2
    setting = f'add to `bascule.toml`, under `[project.media]`: `{_key(name)} = {{size = "240K"}}`'
    return SizeUnknown.at(
        place,
        f"the size of `{_short(name)}` is not known: the limit of {megabytes:g} MB could not be checked",
        help=setting if len(name) <= _LONGEST_KEY else "look at its size",
        notes=(fact.cite(),),
    )


def _key(text: str) -> str:
    """A key of TOML."""
    plain = bool(text) and all((char.isalnum() and char.isascii()) or char in "-_" for char in text)
    return text if plain else json.dumps(text, ensure_ascii=False)


def _short(text: str) -> str:
    return text if len(text) <= 80 else text[:77] + "..."
