"""``TPL013``: a template name that the platform does not take."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from bascule.diagnostics import Applicability, Edit, Finding, Fix
from bascule.ir.content import Content
from bascule.ir.nodes import Node
from bascule.passes.rules import CheckContext, CheckRule
from bascule.passes.rules.template.subjects import as_written
from bascule.passes.rules.wording import shown

__all__ = ["BadTemplateName"]


class BadTemplateName(CheckRule):
    """A template name is not allowed

    What it does: reports a template whose name has other characters than small letters, digits and underscores,
    or is too long. Names that bascule derives are always good; this is about definitions that a file brings along.
    Why: Meta refuses the creation.
    Example:
        bascule: 1
        locale: fr
        templates:
          - name: Rappel RDV
            language: fr
            category: UTILITY
            definition: '{"components": [{"type": "BODY", "text": "Merci de votre visite."}]}'
    Use instead:
        bascule: 1
        locale: fr
        templates:
          - name: rappel_rdv
            language: fr
            category: UTILITY
            definition: '{"components": [{"type": "BODY", "text": "Merci de votre visite."}]}'
    Fix safety: safe where the project defines the template and sends it nowhere. Where a message sends it, unsafe: both
    places get the new name, but a program that sends it does not.
    Sources: https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/overview
    """

    code = "TPL013"
    name = "bad-template-name"

    @classmethod
    def check(cls, context: CheckContext) -> Iterator[Finding]:
        """Look at every name once."""
        fact = context.policy.fact("template.name.pattern")
        pattern = re.compile(context.policy.text("template.name.pattern"))
        most = context.policy.limit("template.name.max_length")
        seen: set[str] = set()
        for subject in as_written(context):
            name = subject.name
            if name in seen or (pattern.fullmatch(name) and len(name) <= most):
                continue
            seen.add(name)
            why = "only small letters without accents, digits and `_` are taken"
            if len(name) > most:
                why = f"it has {len(name)} characters, the limit is {most}"
            yield cls.at(
                subject.place,
                f"`{shown(name)}` cannot be the name of a template: {why}",
                help="rename it, and use the new name where it is sent",
                notes=(fact.cite(),),
                severity=fact.severity,
                fix=_rename(context, name, pattern, most),
            )


def _rename(context: CheckContext, name: str, pattern: re.Pattern[str], most: int) -> Fix | None:
    """Write the name in the letters that are taken, wherever this project says it."""
    plain = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
    new = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:most].rstrip("_")
    assets = [asset for asset in context.project.templates if asset.name == name]
    taken = {subject.name for subject in as_written(context)} | {asset.name for asset in context.project.templates}
    lost = sum(char.isalnum() for char in name) != sum(char.isalnum() for char in new)
    if not assets or not pattern.fullmatch(new) or new in taken or lost:
        return None
    uses = [content for _, node, _ in context.nodes() for content in _contents(node) if _sends(content, name)]
    places = [*(asset.at for asset in assets), *(content.at for content in uses)]
    edits = tuple(Edit(place, new, name) for place in dict.fromkeys(places) if place is not None)
    if len(edits) < len(set(places)):
        return None
    return Fix(f"call it `{new}`", edits, Applicability.UNSAFE if uses else Applicability.SAFE)


def _contents(node: Node) -> Iterator[Content]:
    content = getattr(node, "content", None)
    if isinstance(content, Content):
        yield content


def _sends(content: Content, name: str) -> bool:
    return content.template is not None and content.template.name == name
