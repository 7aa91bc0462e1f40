"""``TPL056``: the sample values that review looks at."""

from __future__ import annotations

from collections.abc import Iterator

from bascule.diagnostics import Finding, Severity
from bascule.passes.rules import CheckContext, CheckRule
from bascule.passes.rules.template.subjects import Subject, known_parameters, subjects
from bascule.passes.rules.wording import shown
from bascule.source import Place
from bascule.whatsapp.policy import Fact, Policy
from bascule.whatsapp.templates import Template, fill

__all__ = ["BadSample"]

Found = tuple[Place, Fact, str, str]


def body_samples(template: Template) -> dict[str, str]:
    """Parameter to sample, as the body's example gives them."""
    example = template.body.example if template.body is not None else None
    if example is None:
        return {}
    samples = {item.param_name: item.example for item in example.body_text_named_params}
    rows = example.body_text or ()
    row = rows[0] if rows else ()
    samples.update({str(number): str(value) for number, value in enumerate(row, start=1)})
    return samples


def _unusable(policy: Policy, value: str) -> Iterator[tuple[Fact, str]]:
    spaces = policy.limit("send.parameter.text.consecutive_spaces.max")
    if len(value.strip()) < policy.limit("send.parameter.text.min_length"):
        yield policy.fact("send.parameter.text.min_length"), "is empty"
    elif "\n" in value or "\r" in value or "\t" in value:
        yield policy.fact("send.parameter.text.forbidden"), "has a line break or a tab"
    elif " " * (spaces + 1) in value:
        yield policy.fact("send.parameter.text.consecutive_spaces.max"), f"has more than {spaces} blanks in a row"


def _problems(policy: Policy, subject: Subject) -> Iterator[Found]:
    text = subject.template.body_text
    samples = body_samples(subject.template)
    for name in dict.fromkeys(item.name for item in known_parameters(text)):
        slot = subject.slot("body", int(name)) if name.isdigit() else None
        place = (slot.at if slot is not None else None) or subject.place
        if name not in samples:
            yield place, policy.fact("template.parameter.example_required"), f"no sample for `{{{{{name}}}}}`", ""
            continue
        for fact, what in _unusable(policy, samples[name]):
            yield place, fact, f"a sample for `{{{{{name}}}}}` that {what}", shown(samples[name])
    limit = policy.limit("template.body.max_length")
    filled = fill(text, samples)
    if len(text) <= limit < len(filled):
        fact = policy.fact("send.parameter.rendered_length")
        what = f"samples that make the body {len(filled)} characters long, and the limit is {limit}"
        yield subject.place, fact, what, ""


class BadSample(CheckRule):
    """A template lacks a usable sample value

    What it does: reports parameters without a sample, samples that are empty or have line breaks, tabs or long
    runs of blanks, and samples with which the body is too long.
    Why: review looks at the template filled with its samples; a missing one stops the creation (2388043), and a
    value that cannot be sent (132018) is no good sample.
    Example:
        bascule: 1
        locale: fr
        templates:
          - name: colis
            language: fr
            category: UTILITY
            definition: '{"components": [{"type": "BODY", "text": "Votre colis {{1}} est en route."}]}'
    Use instead:
        bascule: 1
        locale: fr
        templates:
          - name: colis
            language: fr
            category: UTILITY
            definition: >-
              {"components": [{"type": "BODY", "text": "Votre colis {{1}} est en route.",
              "example": {"body_text": [["A-1042"]]}}]}
    Sources: https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/overview
    """

    code = "TPL056"
    name = "bad-sample"
    severity = Severity.WARNING

    @classmethod
    def check(cls, context: CheckContext) -> Iterator[Finding]:
        """Look at the samples of every body."""
        for subject in subjects(context):
            if subject.authentication:
                continue
            for place, fact, what, value in _problems(context.policy, subject):
                yield cls.at(
                    place,
                    f"the template {subject.title} has {what}" + (f": `{value}`" if value else ""),
                    help="give a realistic value in one line, as it will be sent",
                    notes=(fact.cite(),),
                    severity=min(fact.severity, Severity.WARNING),
                )
