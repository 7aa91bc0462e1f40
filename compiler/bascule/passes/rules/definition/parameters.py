"""``TPL071``: the variables of a template's texts, and their examples."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bascule.diagnostics import Severity
from bascule.passes.rules.definition.problem import DefinitionRule, Problem
from bascule.passes.rules.wording import plural, shown
from bascule.source import Place
from bascule.whatsapp.policy import Policy
from bascule.whatsapp.templates import (
    Body,
    Category,
    Component,
    Header,
    HeaderFormat,
    ParameterFormat,
    Placeholder,
    PlaceholderKind,
    PlaceholderProblem,
    Template,
    parameters,
)

__all__ = ["BadParameters"]


@dataclass(frozen=True, slots=True)
class _Text:
    """One text with variables, what it is called, and how many examples it has (None: it has none at all)."""

    what: str
    text: str
    place: Place | None
    names: frozenset[str]
    rows: int | None


class BadParameters(DefinitionRule):
    """The variables of a template are not written as they must be

    What it does: reports, in definitions of templates, braces that do not pair, signs inside them that no variable can
    have, numbers with gaps (`{{1}}`, `{{3}}`), numbers and names in one template, names that the declared format does
    not have, and headers and cards whose variable has no example.
    Why: Meta refuses the creation, or takes the braces for text. Names with digits stand in templates that were
    approved, although Meta's page has letters and underscores only: that is a warning.
    Example:
        bascule: 1
        locale: fr
        templates:
          - name: rappel
            language: fr
            category: UTILITY
            definition: >-
              {"components": [{"type": "BODY", "text": "Bonjour {{1}, votre rendez-vous de {{3}} heures est confirmé.",
              "example": {"body_text": [["Awa", "10"]]}}]}
    Use instead:
        bascule: 1
        locale: fr
        templates:
          - name: rappel
            language: fr
            category: UTILITY
            definition: >-
              {"components": [{"type": "BODY", "text": "Bonjour {{1}}, votre rendez-vous de {{2}} heures est confirmé.",
              "example": {"body_text": [["Awa", "10"]]}}]}
    Sources: https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/components;
    https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/template-review
    """

    code = "TPL071"
    name = "bad-template-parameters"

    @classmethod
    def problems(cls, policy: Policy, template: Template) -> Iterator[Problem]:
        """Look at header, body and the bodies of cards."""
        if template.category is Category.AUTHENTICATION:
            return
        texts = list(_texts(template))
        for item in texts:
            yield from _written(policy, item)
        yield from _formats(policy, template, texts)


def _texts(template: Template) -> Iterator[_Text]:
    yield from _of(template.components, "")
    carousel = template.carousel
    for number, card in enumerate(carousel.cards if carousel is not None else (), start=1):
        yield from _of(card.components, f" of card {number}")


def _of(components: tuple[Component, ...], where: str) -> Iterator[_Text]:
    for component in components:
        if isinstance(component, Header) and component.format is HeaderFormat.TEXT and component.text:
            shows = component.example
            named = frozenset(item.param_name for item in shows.header_text_named_params) if shows else frozenset()
            texts = shows.header_text if shows is not None else None
            yield _Text(f"the header{where}", component.text, component.place, named, _count(texts))
        elif isinstance(component, Body) and component.text:
            example = component.example
            named = frozenset(item.param_name for item in example.body_text_named_params) if example else frozenset()
            rows = example.body_text if example is not None else None
            count = _count(rows[0] if rows else None)
            yield _Text(f"the body{where}", component.text, component.place, named, count)


def _count(values: object) -> int | None:
    if values is None:
        return None
    return len(values) if isinstance(values, (list, tuple)) else 1


_CURES = {
    PlaceholderProblem.UNCLOSED: "close it with two braces",
    PlaceholderProblem.UNOPENED: "open it with two braces",
    PlaceholderProblem.BRACES: "write exactly two braces on each side",
    PlaceholderProblem.EMPTY: "put a number or a name between the braces",
    PlaceholderProblem.SPACES: "leave the blanks inside the braces out",
    PlaceholderProblem.UPPER_CASE: "write the name in small letters",
    PlaceholderProblem.CHARACTERS: "use a number, or small letters and underscores",
}


def _written(policy: Policy, item: _Text) -> Iterator[Problem]:
    found = parameters(item.text)
    syntax = policy.fact("template.parameter.named.pattern")
    good = []
    for part in found:
        if part.problem is None:
            good.append(part)
            continue
        # One space inside the braces is refused by some providers' forms only; a lone brace may be meant as text.
        severity = Severity.WARNING if part.problem is PlaceholderProblem.SPACES else None
        what = f"has `{shown(part.text)}` in {item.what}: {part.problem.value}"
        yield Problem(syntax, what, _CURES[part.problem], item.place, severity)
    numbers = sorted({part.number for part in good if part.number is not None})
    if numbers and numbers != list(range(1, len(numbers) + 1)):
        listed = ", ".join(f"`{{{{{number}}}}}`" for number in numbers[:8])
        what = f"numbers the variables of {item.what} {listed}: they must be 1 to {len(numbers)} without gaps"
        yield Problem(policy.fact("template.parameter.numbering"), what, "number them from 1 up", item.place)
    yield from _edges(policy, item, good)
    yield from _examples(policy, item, good)


def _edges(policy: Policy, item: _Text, good: list[Placeholder]) -> Iterator[Problem]:
    """A header may end in a variable in practice; cards' bodies are texts like any other."""
    if not good or not item.what.startswith("the header"):
        return
    text = item.text.strip()
    if text.startswith(good[0].text) or text.endswith(good[-1].text):
        fact = policy.fact("template.header.edge_parameter")
        forbidden = next((other for other in fact.alternatives if other.value == "forbidden"), None)
        said = f" ({forbidden.cite()})" if forbidden is not None else ""
        what = f"begins or ends {item.what} with a variable; a provider says that is refused, approved ones do it"
        yield Problem(fact, what, f"write a word beside it if it is refused{said}", item.place, Severity.INFO)


def _examples(policy: Policy, item: _Text, good: list[Placeholder]) -> Iterator[Problem]:
    names = {part.name for part in good if part.kind is PlaceholderKind.NAMED}
    numbers = {part.name for part in good if part.kind is PlaceholderKind.POSITIONAL}
    missing = len(names - item.names) + max(0, len(numbers) - (item.rows or 0))
    # What the body of the message itself lacks is said by TPL056 and by the readers.
    if missing and item.what != "the body":
        what = f"has {plural(missing, 'variable')} without an example in {item.what}"
        yield Problem(policy.fact("template.parameter.example_required"), what, "add an example for each", item.place)


def _formats(policy: Policy, template: Template, texts: list[_Text]) -> Iterator[Problem]:
    all_found = [(part, item) for item in texts for part in parameters(item.text) if part.problem is None]
    kinds = {part.kind for part, _ in all_found}
    fact = policy.fact("template.parameter.mixed_formats")
    if len(kinds) > 1:
        yield Problem(fact, "mixes numbered and named variables", "use numbers only, or names only")
    elif template.parameter_format is not None and kinds:
        declared = template.parameter_format is ParameterFormat.NAMED
        if declared is not (PlaceholderKind.NAMED in kinds):
            what = f"declares the format {template.parameter_format.value} and has "
            what += "numbered variables" if declared else "named variables"
            yield Problem(fact, what, "declare the format that the texts have")
    elif PlaceholderKind.NAMED in kinds:
        what = "has named variables and no `parameter_format`: without one it is POSITIONAL"
        default = policy.fact("template.parameter_formats")
        yield Problem(default, what, 'add `"parameter_format": "NAMED"`', severity=Severity.WARNING)
    pattern = re.compile(policy.text("template.parameter.named.pattern"))
    accepted = policy.fact("template.parameter.named.accepted_pattern")
    seen: set[str] = set()
    for part, item in all_found:
        if part.kind is PlaceholderKind.NAMED and not pattern.fullmatch(part.name) and part.name not in seen:
            seen.add(part.name)
            what = f"has the variable `{shown(part.text)}`; Meta's page allows small letters and underscores"
            yield Problem(accepted, what, "use a name without digits if it is refused", item.place)
