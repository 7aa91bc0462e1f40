"""Messages that need a template: name, category with its evidence, language, parameters, samples, buttons."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from bascule.diagnostics import Finding, Rule, Severity
from bascule.ir.content import ChoiceKind, MediaKind
from bascule.ir.expr import Const, Expression
from bascule.ir.settings import FileFacts
from bascule.ir.text import Hole, Literal, Text, holes, join_text, plain_text
from bascule.passes.given import file_of
from bascule.passes.lower.category import CategoryVerdict, Evidence, judge_category
from bascule.passes.lower.context import LowerContext, Site
from bascule.passes.lower.draft import localized_text
from bascule.passes.lower.media import media_kind
from bascule.passes.lower.template_buttons import reply_buttons, stop_wording
from bascule.passes.lower.template_parts import Parts, hole_name, numbered, sample_of
from bascule.passes.lower.texts import (
    marker_of,
    marker_text,
    split_branches,
    strip_text,
    tidy_template,
)
from bascule.source import Place
from bascule.whatsapp.plan import CategoryWord, Origin, PlannedTemplate, Slot
from bascule.whatsapp.templates import (
    Body,
    BodyExample,
    Buttons,
    Category,
    Component,
    Footer,
    Header,
    HeaderExample,
    HeaderFormat,
    OtpButton,
    OtpType,
    ParameterFormat,
    Template,
)

__all__ = ["TemplateDraft", "draft_templates"]

_MAX_BRANCHES = 4
_LONGEST_KEY = 300
"""Longest address that a help repeats as a key."""
_CODE_WORDS = ("code", "otp", "pin", "token", "mot_de_passe", "password", "код", "رمز", "कोड", "codigo", "código")


class LanguageUnknown(Rule):
    """A message that needs a template has no known language

    What it does: reports a message whose language is not named, or is not one that templates can have. Where no file
    says who starts its flow, the message may be part of a conversation and need no template: a warning.
    Why: a template is submitted in one language of Meta's list; without it nothing can be submitted.
    Example: a CSV of SMS templates without a language column, in words too few to recognise.
    Use instead: name the language in the file, or give `--locale fr`.
    Sources: https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/supported-languages
    """

    code = "LOC010"
    name = "language-unknown"


class BranchingWording(Rule):
    """The wording of a template depends on a condition

    What it does: says that a text with conditional parts became one template per branch, or, past four
    branches, one parameter.
    Why: a template's words are fixed; only its parameters change.
    Example: `{% if flow.data.retard %}en retard{% else %}à l'heure{% endif %}`
    Use instead: nothing; the sending program picks the template by the condition in `bindings.json`.
    Sources: https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/components
    """

    code = "TPL060"
    name = "branching-wording"
    severity = Severity.INFO


class TemplateWithoutText(Rule):
    """A message that needs a template has no words

    What it does: reports a picture, place or contact that would be sent outside the window without any text.
    Why: a template has a body, always; a file alone can only be sent while the window is open.
    Example: an MMS with a picture and no text that starts a conversation.
    Use instead: write a sentence that goes with it; the picture becomes the template's header.
    Sources: https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/components
    """

    code = "TPL062"
    name = "template-without-text"


class CodeWordingReplaced(Rule):
    """A one-time code loses its own wording

    What it does: says that a message with a one-time code became an authentication template, whose body
    WhatsApp writes itself.
    Why: codes are only accepted in the AUTHENTICATION category, and its text is fixed and translated by Meta.
    Example: `{{code}} est votre code de vérification.`
    Use instead: nothing to write; tell your users that the message will look different.
    Sources: https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/authentication-templates/authentication-templates
    """

    code = "TPL061"
    name = "code-wording-replaced"
    severity = Severity.WARNING


class MediaNeedsUpload(Rule):
    """A template header needs an uploaded sample

    What it does: reports a template with a picture, video or document, whose sample must be uploaded by hand.
    Why: creation takes a handle of the Resumable Upload API, not a link; bascule does not upload.
    Example: an MMS with a picture that starts a conversation.
    Use instead: upload the file and put its handle where the placeholder stands.
    Sources: https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/components
    """

    code = "MED010"
    name = "template-media-upload"
    severity = Severity.WARNING


@dataclass(frozen=True, slots=True)
class TemplateDraft:
    """One template in one language before names are given out. ``branch`` numbers conditional wordings from 1."""

    planned: PlannedTemplate
    language: str
    condition: Expression | None
    branch: int
    bindings: tuple[tuple[str, Expression], ...]


def draft_templates(
    context: LowerContext, site: Site, locale: str, facts: Mapping[str, str], key: str
) -> list[TemplateDraft]:
    """The templates that say a content in one language (several when its wording branches).

    Empty when the language is unknown (``LOC010``) or there is nothing to say.
    """
    language = context.code(site.flow, locale)
    if language is None:
        context.findings.append(_no_language(context, site, locale))
        return []
    text = localized_text(site.content.text, locale)
    if not text and site.content.alternatives:
        text = localized_text(site.content.alternatives[0], locale)
    for media in site.content.media:
        text = text or localized_text(media.caption, locale)
    if not text:
        context.findings.append(
            TemplateWithoutText.at(
                site.place,
                "this message needs a template, and it has no words",
                help="write a sentence that goes with it",
            )
        )
        context.note("dropped", "message without words", site.place, "a template needs a body", "write its text")
        return []
    branches = split_branches(text, _MAX_BRANCHES)
    if branches is None or len(branches) > 1:
        many = "one parameter" if branches is None else f"{len(branches)} templates, one per branch"
        context.findings.append(
            BranchingWording.at(site.place, f"the wording depends on a condition: it becomes {many}")
        )
        context.note("emulated", "conditional wording", site.place, many)
    result: list[TemplateDraft] = []
    for number, (condition, wording) in enumerate(branches or [(None, text)], start=1):
        said = strip_text(wording)
        if not said:
            continue
        planned, bindings = _one(context, site, locale, language, said, facts, key)
        result.append(TemplateDraft(planned, language, condition, number if len(branches or ()) > 1 else 0, bindings))
    return result


def _filed_under(facts: Mapping[str, str], locale: str) -> str:
    """What the source files the message under, where it says so in this language; readers keep it as JSON text or as
    it is."""
    filed = facts.get(f"category_hint.{locale}") or facts.get("category_hint", "")
    return filed[1:-1] if len(filed) > 1 and filed[0] == filed[-1] == '"' else filed


def _no_language(context: LowerContext, site: Site, locale: str) -> Finding:
    tag = context.language(site.flow, locale)
    unknown = site.flow.id in context.unknown_starts
    severity = Severity.WARNING if unknown else LanguageUnknown.severity
    if not tag:
        return LanguageUnknown.at(
            site.place,
            f"this message {'may need' if unknown else 'needs'} a template, and its language is not known",
            severity=severity,
            help="name the language in the file, give `--locale fr`, or add to `bascule.toml`, under `[project]`: "
            '`locale = "fr"`',
        )
    return LanguageUnknown.at(
        site.place,
        f"templates cannot be submitted in `{tag}`",
        severity=severity,
        help="use a code of Meta's list such as `fr`, `en_US`, `pt_BR`",
    )


def _one(
    context: LowerContext,
    site: Site,
    locale: str,
    language: str,
    text: Text,
    facts: Mapping[str, str],
    key: str,
) -> tuple[PlannedTemplate, tuple[tuple[str, Expression], ...]]:
    shown = _shown(text)
    titles = [marker_text(choice.title.best(locale) or ()) for choice in site.content.choices]
    verdict = judge_category(shown, language, hint=_filed_under(facts, locale), buttons=titles, key=key)
    _left_out(context, site)
    if verdict.category == "AUTHENTICATION":
        planned = _authentication(context, site, language, text, verdict, locale)
        if planned is not None:
            parts_at = [choice.at for choice in site.content.choices] + [media.at for media in site.content.media]
            for place in parts_at:
                context.note("dropped", "part of a one-time code", place or site.place, "only the code is sent")
            return planned
        verdict = replace(verdict, category="UTILITY", confidence="weak", risk="AUTHENTICATION")
    parts = Parts(text, None, [], "", [], [])
    _header(context, site, locale, parts)
    stop_wording(context, site, language, parts, verdict)
    reply_buttons(context, site, locale, language, parts)
    _footer(context, site, locale, parts)
    tidied, changed = tidy_template(parts.text, context.limit("template.body.consecutive_newlines.max"))
    if changed and marker_text(tidied) != marker_text(strip_text(parts.text)):
        context.note("emulated", "white space", site.place, "tabs, long blanks and empty lines as templates allow")
    body, slots = numbered(context, tidied, "body", language)
    components: list[Component] = []
    if parts.header is not None:
        components.append(parts.header)
    samples = tuple(slot.sample for slot in slots)
    components.append(Body(text=body, example=BodyExample(body_text=(samples,)) if samples else None))
    if parts.footer:
        components.append(Footer(text=parts.footer))
    if parts.buttons:
        components.append(Buttons(tuple(parts.buttons)))
    template = Template(
        name="",
        language=language,
        category=Category(verdict.category),
        parameter_format=ParameterFormat.POSITIONAL,
        components=tuple(components),
    )
    all_slots = (*parts.header_slots, *slots, *parts.button_slots)
    return _planned(site, template, language, locale, all_slots, verdict, tidied)


_WITHOUT_BUTTON = {
    ChoiceKind.SHARE_LOCATION: "a template cannot ask for a location",
    ChoiceKind.SHARE_PHONE: "not needed: WhatsApp gives the number",
    ChoiceKind.FLOW: "the form of the source is not a WhatsApp Flow",
    ChoiceKind.COPY_CODE: "its code is not known as a coupon",
    ChoiceKind.CATALOG: "no catalogue is linked",
    ChoiceKind.NONE: "a button that does nothing",
}


def _left_out(context: LowerContext, site: Site) -> None:
    """Account for what a template cannot carry: it is not sent while the window is closed."""
    content, later = site.content, "send it when the person has answered"
    for choice in content.choices:
        if choice.kind in _WITHOUT_BUTTON:
            place = choice.at or site.place
            context.note(
                "dropped", f"{choice.kind.value} choice in a template", place, _WITHOUT_BUTTON[choice.kind], later
            )
    for card in content.cards:
        context.note("dropped", "card in a template", card.at or site.place, "cards need uploaded pictures", later)
    if content.location is not None:
        context.note("dropped", "location in a template", site.place, "only a location header could carry it", later)
    for _ in content.contacts[:1]:
        context.note("dropped", "contact card in a template", site.place, "templates carry no contacts", later)
    if content.alternatives:
        context.note("degraded", "random wording", site.place, "one wording is always used", "keep the best one")


def _planned(
    site: Site,
    template: Template,
    language: str,
    locale: str,
    slots: tuple[Slot, ...],
    verdict: CategoryVerdict,
    text: Text,
) -> tuple[PlannedTemplate, tuple[tuple[str, Expression], ...]]:
    bindings = tuple((slot.key, slot.expression) for slot in slots)
    origin = Origin(site.flow.id, site.node.id, locale, text, bindings, site.place)
    planned = PlannedTemplate(
        template=template,
        language=language,
        slots=slots,
        origins=(origin,),
        category_reason=verdict.reason,
        category_evidence=tuple(map(_category_word, verdict.evidence)),
        category_confidence=verdict.confidence,
        category_risk=verdict.risk,
        place=site.place,
    )
    return planned, bindings


def _category_word(item: Evidence) -> CategoryWord:
    where = item.list if item.list in ("button", "key", "hint") else "text"
    return CategoryWord(item.category, item.word, where, item.list, item.start, item.end, item.button)


def _shown(text: Text) -> str:
    """The text with its holes as ``{name}``; of a path only the last token says what the value is."""
    return plain_text(text, lambda hole: "{" + hole_name(hole).rsplit(".", 1)[-1] + "}")


def _header(context: LowerContext, site: Site, locale: str, parts: Parts) -> None:
    content = site.content
    title = localized_text(content.header, locale)
    if content.media:
        first, *others = content.media
        kind = media_kind(first)
        formats = {
            MediaKind.IMAGE: HeaderFormat.IMAGE,
            MediaKind.VIDEO: HeaderFormat.VIDEO,
            MediaKind.DOCUMENT: HeaderFormat.DOCUMENT,
        }
        link = localized_text(first.url, locale)
        url = marker_text(link) or first.asset
        if kind in formats:
            hole = next(iter(holes(link)), None)
            known = _known_link(context, hole, context.language(site.flow, locale)) if len(link) == 1 else ""
            facts = file_of(first, context.settings) or FileFacts()
            uploaded = facts.handle or (first.asset if _HANDLE.match(first.asset) else "")
            handle = uploaded or f"<upload {known or url}>"
            parts.header = Header(format=formats[kind], example=HeaderExample(header_handle=(handle,)))
            value = hole.expression if hole is not None else Const(url)
            sample, how = (known, "declared") if known else (url, "the source's own file")
            parts.header_slots.append(Slot("header", 1, "media", value, sample, how, at=first.at))
            if not uploaded:
                context.findings.append(_upload_needed(first.at or site.place, kind.value, url))
            context.note("exact", "media", first.at or site.place)
        else:
            others = [first, *others]
        for media in others:
            context.note(
                "degraded",
                "media in a template",
                media.at or site.place,
                "a template shows one picture, video or document",
                "send it when the person has answered",
            )
    if title:
        limit = context.limit("template.header.max_length")
        # The limit counts what is submitted: `{{1}}`, not the name of the variable.
        body, slots = numbered(context, title, "header", context.language(site.flow, locale))
        most = context.limit("template.header.max_parameters")
        if parts.header is None and len(body) <= limit and len(slots) <= most:
            samples = tuple(slot.sample for slot in slots)
            parts.header = Header(
                format=HeaderFormat.TEXT,
                text=body,
                example=HeaderExample(header_text=samples) if samples else None,
            )
            parts.header_slots.extend(slots)
            context.note("exact", "header", site.place)
        else:
            parts.text = join_text([Literal("*"), *title, Literal("*\n"), *parts.text])
            context.note("emulated", "header", site.place, "a bold first line of the body")


_HANDLE = re.compile(r"[0-9]{1,2}::?[A-Za-z0-9+/=_-]{3}")
"""How the handle of an upload begins: a definition that has one was uploaded already."""


def _known_link(context: LowerContext, hole: Hole | None, language: str) -> str:
    """The sample of a variable that stands for a file's address, where one is known."""
    if hole is None or isinstance(hole.expression, Const):
        return ""
    name = hole_name(hole)
    variable = context.project.variable.get(name)
    declared = variable.sample.best(language) if variable is not None and variable.sample else ""
    sample = declared or context.settings.sample(name, language)
    return sample if sample.startswith("https://") else ""


def _upload_needed(place: Place, kind: str, url: str) -> Finding:
    key = json.dumps(url, ensure_ascii=False)
    setting = f'add to `bascule.toml`, under `[project.media]`: `{key} = {{handle = "4::aW1hZ2U="}}`'
    return MediaNeedsUpload.at(
        place,
        f"the template's {kind} header needs a handle of the uploaded sample",
        help="upload the file with the Resumable Upload API and replace the placeholder in `header_handle`; to keep "
        "it, " + (setting if len(url) <= _LONGEST_KEY else "name it under `[project.media]` of `bascule.toml`"),
    )


def _footer(context: LowerContext, site: Site, locale: str, parts: Parts) -> None:
    footer = localized_text(site.content.footer, locale)
    if not footer:
        return
    if list(holes(footer)) or len(marker_text(footer)) > context.limit("template.footer.max_length"):
        parts.text = join_text([*parts.text, Literal("\n_"), *footer, Literal("_")])
        context.note("emulated", "footer", site.place, "an italic last line: a footer is short and has no variables")
        return
    parts.footer = marker_text(footer)
    context.note("exact", "footer", site.place)


def _authentication(
    context: LowerContext, site: Site, language: str, text: Text, verdict: CategoryVerdict, locale: str
) -> tuple[PlannedTemplate, tuple[tuple[str, Expression], ...]] | None:
    """The fixed template of one-time codes; None when the text has no hole that could be the code."""
    found = list(holes(text))
    code = next((hole for hole in found if any(word in hole_name(hole).lower() for word in _CODE_WORDS)), None)
    if code is None and len(found) == 1:
        code = found[0]
    if code is None:
        return None
    marker = marker_of(code.expression)
    sample = sample_of(context, code, (), (), language, 0)
    slot = Slot("body", 1, marker.name, code.expression, sample.value, sample.how, at=code.at)
    button = replace(slot, component="button", button=0)
    template = Template(
        name="",
        language=language,
        category=Category.AUTHENTICATION,
        components=(
            Body(add_security_recommendation=True),
            Buttons((OtpButton(otp_type=OtpType.COPY_CODE),)),
        ),
    )
    shown = _shown(text)
    context.findings.append(
        CodeWordingReplaced.at(
            site.place,
            "this one-time code becomes an authentication template; its words are WhatsApp's own",
            notes=(f"the source says: {shown}",),
            help="nothing to do; expect “<code> is your verification code.” in the person's language",
        )
    )
    context.note(
        "degraded",
        "one-time code wording",
        site.place,
        "the text of authentication templates is fixed by WhatsApp",
        "keep SMS for codes whose wording matters",
    )
    others = [hole for hole in found if hole is not code]
    if others:
        names = ", ".join(hole_name(hole) for hole in others)
        context.note("dropped", "variables of a one-time code", site.place, f"only the code is sent, not {names}")
    return _planned(site, template, language, locale, (slot, button), verdict, text)
