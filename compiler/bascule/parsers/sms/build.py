"""Templates to the flow graph: one template is one flow, sent by an API call, with one message or question."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field, replace

from bascule.diagnostics.finding import Finding, Label
from bascule.ir.content import Content, Media, Variant
from bascule.ir.expr import references
from bascule.ir.nodes import Ask, Chosen, Edge, Message, Node, ReplyKind
from bascule.ir.project import Entry, EntryKind, Flow, Project, Variable
from bascule.ir.text import Localized, LocalizedText, Text, holes, plain_text
from bascule.language.detect import LanguageGuess, guess_language
from bascule.language.gsm import count_segments
from bascule.language.names import template_slug
from bascule.language.optout import find_opt_out
from bascule.language.placeholders import SyntaxChoice, choice_findings, choose_syntax, parse_text, syntax_names
from bascule.parsers.sms.choices import choices_of
from bascule.parsers.sms.locales import file_locale
from bascule.parsers.sms.model import Reading, Template, UniqueNames, Wording
from bascule.parsers.sms.rules import (
    GuessedLanguage,
    MadeUpKey,
    OptOutWording,
    UnknownPlaceholderSyntax,
    VariableMismatch,
)
from bascule.source import Place

__all__ = ["Built", "build_project"]

_WORD = re.compile(r"[^\W_]+")


@dataclass(slots=True)
class Built:
    """The project of a file, what was found while building it, and the placeholder syntax that was used."""

    project: Project
    findings: list[Finding] = field(default_factory=list)
    syntax: str = ""


def build_project(reading: Reading, path: str, locale: str = "", placeholder: str = "") -> Built:
    """Build the graph. ``locale`` and ``placeholder`` are what the user said."""
    return _Builder(reading, path).build(locale, placeholder)


class _Builder:
    def __init__(self, reading: Reading, path: str) -> None:
        self.reading = reading
        self.path = path
        self.findings: list[Finding] = []
        self.syntax: SyntaxChoice = SyntaxChoice(None, (), "")
        self.default = ""
        self.many = False
        self.variables: dict[str, Variable] = {}
        self.ids = UniqueNames()
        self.unnamed: list[tuple[Template, str]] = []
        self.parsed: dict[tuple[str, str], Text] = {}

    def build(self, locale: str, placeholder: str) -> Built:
        texts = [wording.text for template in self.reading.templates for wording in template.wordings]
        self.choose(texts, placeholder)
        locales = self.settle_locales(texts, locale)
        flows = tuple(self.flow(template) for template in self.reading.templates)
        self.say_unnamed()
        project = Project(
            flows=flows,
            locale=self.default,
            locales=locales,
            variables=tuple(self.variables.values()),
            facts=tuple(self.reading.facts),
        )
        return Built(project, self.findings, self.syntax.name or "")

    def choose(self, texts: list[str], placeholder: str) -> None:
        """One placeholder syntax for the file: the user's, else the one its texts use most."""
        known = syntax_names()
        if placeholder in known:
            self.syntax = SyntaxChoice(placeholder, (), "asked for")
            return
        self.syntax = choose_syntax(texts)
        self.findings.extend(choice_findings(self.syntax, Place(self.path)))
        if placeholder:
            self.findings.append(
                UnknownPlaceholderSyntax.at(
                    Place(self.path),
                    f"there is no placeholder syntax `{placeholder[:40]}`",
                    help=f"the syntaxes are {', '.join(f'`{name}`' for name in known)}",
                )
            )

    def settle_locales(self, texts: list[str], asked: str) -> tuple[str, ...]:
        """The project's locales, the default one first where nothing orders them."""
        wordings = [wording for template in self.reading.templates for wording in template.wordings]
        declared = list(dict.fromkeys(wording.locale for wording in wordings if wording.locale))
        undeclared = [wording for wording in wordings if not wording.locale]
        named = file_locale(self.path) or asked
        if not undeclared and declared:
            self.default = named if named in declared else declared[0]
        elif named:
            self.default = named
        elif len(declared) == 1 and len(undeclared) < len(wordings):
            self.default = declared[0]
        else:
            self.guess(undeclared)
        locales = list(dict.fromkeys([*([self.default] if undeclared and self.default else []), *declared]))
        self.many = len(locales) > 1
        return tuple(locales)

    def guess(self, wordings: list[Wording]) -> None:
        """Guess the language of texts for which nothing says it, and say so."""
        if not wordings:
            return
        joined = "\n".join(self.literals(wording) for wording in wordings[:2000])
        guess = guess_language(joined)
        place = wordings[0].place
        help = "put the language into the file's name (`sms_fr.csv`) or use `--locale`"
        if guess is None:
            message = "nothing says which language the texts are in, and it could not be told"
            self.findings.append(GuessedLanguage.at(place, message, help=help))
            return
        self.default = guess.language
        self.findings.append(
            GuessedLanguage.at(
                place,
                f"the texts were taken for `{guess.language}`: {guess.reason}",
                help=help,
                labels=self.strangers(wordings, guess),
                data={"language": guess.language},
            )
        )

    def strangers(self, wordings: list[Wording], guess: LanguageGuess) -> list[Label]:
        """Texts that seem to be in another language than the file, up to five."""
        found = []
        for wording in wordings[:2000]:
            own = guess_language(self.literals(wording)) if len(wording.text) > 40 else None
            if own is not None and own.language != guess.language:
                found.append(Label(wording.place, f"this one looks like `{own.language}`"))
                if len(found) == 5:
                    break
        return found

    def text(self, wording: Wording) -> Text:
        """The wording with its holes; its findings are kept once."""
        key = (wording.place.pointer, wording.text)
        if key not in self.parsed:
            self.parsed[key], found = parse_text(wording.text, self.syntax, wording.place)
            self.findings.extend(found)
        return self.parsed[key]

    def literals(self, wording: Wording) -> str:
        """The words of a wording without its placeholders."""
        return plain_text(self.text(wording), lambda hole: " ")

    def locale_of(self, wording: Wording) -> str:
        """The key of a wording among localised texts: ``""`` in a file of one language."""
        return (wording.locale or self.default) if self.many else ""

    def localized(self, wordings: list[Wording]) -> LocalizedText:
        """Texts per locale; the first one of a locale is taken."""
        result: dict[str, Text] = {}
        for wording in wordings:
            result.setdefault(self.locale_of(wording), self.text(wording))
        return Localized(tuple(result.items()))

    def flow(self, template: Template) -> Flow:
        """One template as a flow."""
        by_channel: dict[str, list[Wording]] = {}
        for wording in template.wordings:
            by_channel.setdefault(wording.channel, []).append(wording)
        channel = "" if "" in by_channel else next(iter(by_channel))
        main = by_channel.pop(channel)
        key = template.key
        if not key:
            # A title can stand for the key; else the first words of the text do.
            key = " ".join(_WORD.findall(self.literals(main[0]))[:6])
        flow_id = self.ids.take(template_slug(key))
        if not template.key:
            self.unnamed.append((template, flow_id))
        if channel:
            template.fact("channel", channel)
        chosen = choices_of(template, main, self.locale_of, self.syntax)
        self.findings.extend(chosen.findings)
        content = Content(
            text=self.localized(main),
            media=tuple(self.media(template)),
            choices=chosen.choices,
            variants=tuple(self.variants(by_channel)),
            at=main[0].place,
        )
        self.sms_facts(template, main)
        self.declare(template)
        if chosen.menu is not None:
            template.fact("sms.menu", {"start": chosen.menu.start, "end": chosen.menu.end})
        facts = tuple(template.facts.items())
        node: Node
        if content.replies:
            edges = tuple(Edge(Chosen((choice.id,)), None, at=choice.at) for choice in content.replies)
            node = Ask(id="ask", edges=edges, facts=facts, at=template.place, content=content, reply=ReplyKind.CHOICE)
        else:
            node = Message(id="message", facts=facts, at=template.place, content=content)
        entry = Entry(EntryKind.API, name=template.key or flow_id, at=template.place)
        title = template.title or template.key
        return Flow(flow_id, (node,), (entry,), title, self.default, at=template.place)

    def media(self, template: Template) -> list[Media]:
        found = []
        for file in template.media:
            text, findings = parse_text(file.url, self.syntax, file.place)
            self.findings.extend(findings)
            found.append(Media(file.kind, Localized.of(text), at=file.place))
        return found

    def variants(self, by_channel: dict[str, list[Wording]]) -> list[Variant]:
        """The wordings for other channels, in the file's order."""
        return [
            Variant(channel, Content(text=self.localized(own), at=own[0].place)) for channel, own in by_channel.items()
        ]

    def sms_facts(self, template: Template, main: list[Wording]) -> None:
        """Segments and opt-out wording of each SMS text; names of later languages end in ``@locale``."""
        seen: set[str] = set()
        for number, wording in enumerate(main):
            locale = wording.locale or self.default
            if locale in seen:
                continue
            seen.add(locale)
            tail = f"@{locale}" if number else ""
            counted = count_segments(plain_text(self.text(wording), lambda hole: ""))
            for name, value in (
                ("encoding", counted.encoding),
                ("segments", counted.segments),
                ("units", counted.units),
                ("forcing", counted.forcing),
            ):
                if value != "":
                    template.facts[f"sms.{name}{tail}"] = json.dumps(value, ensure_ascii=False)
            found = find_opt_out(wording.text)
            if found is not None:
                template.facts[f"opt_out{tail}"] = json.dumps(found.keyword, ensure_ascii=False)
                self.findings.append(
                    OptOutWording.at(
                        wording.place.within(found.start, found.end),
                        f"the text says how to opt out: `{found.keyword}`",
                        help="keep the keyword working; on WhatsApp a button can carry it",
                        data={"keyword": found.keyword},
                    )
                )

    def declare(self, template: Template) -> None:
        """Note the variables: those that are declared, and every placeholder."""
        used: dict[str, Place | None] = {}
        for wording in template.wordings:
            for hole in holes(self.text(wording)):
                for reference in references(hole.expression):
                    used.setdefault(reference.name, hole.at)
        for variable in template.variables:
            self.add(variable)
        for name, at in used.items():
            self.add(Variable(name, at=at))
        declared = {variable.name: variable for variable in template.variables}
        if declared and not any(name.isdecimal() for name in used):
            self.compare(template, declared, used)

    def add(self, variable: Variable) -> None:
        """Declare a variable, or fill the gaps of a known one; two types leave a finding."""
        known = self.variables.get(variable.name)
        if known is None:
            self.variables[variable.name] = variable
            return
        if known.type and variable.type and known.type != variable.type and variable.at is not None:
            self.findings.append(
                VariableMismatch.at(
                    variable.at,
                    f"`{variable.name}` is declared as {variable.type} here and as {known.type} before",
                    help="declare it with one type",
                    labels=[Label(known.at, "declared here")] if known.at else (),
                )
            )
        self.variables[variable.name] = replace(
            known,
            type=known.type or variable.type,
            sample=known.sample or variable.sample,
            description=known.description or variable.description,
            max_length=known.max_length if known.max_length is not None else variable.max_length,
        )

    def compare(self, template: Template, declared: dict[str, Variable], used: dict[str, Place | None]) -> None:
        """Report names that are only declared or only used."""
        for name, variable in declared.items():
            if name not in used:
                self.findings.append(
                    VariableMismatch.at(
                        variable.at or template.place,
                        f"the variable `{name[:60]}` is declared but the text does not use it",
                        help=_closest(name, [other for other in used if other not in declared]),
                    )
                )
        for name, at in used.items():
            if name not in declared:
                self.findings.append(
                    VariableMismatch.at(
                        at or template.place,
                        f"the placeholder `{name[:60]}` is not among the declared variables",
                        help=_closest(name, [other for other in declared if other not in used]),
                    )
                )

    def say_unnamed(self) -> None:
        if not self.unnamed:
            return
        template, flow_id = self.unnamed[0]
        count = len(self.unnamed)
        what = "one template has no key" if count == 1 else f"{count} templates have no key"
        self.findings.append(
            MadeUpKey.at(
                template.place,
                f"{what}; the flow names were made from the first words (`{flow_id}`)",
                help="add a column or member `key`",
                data={"count": count},
            )
        )


def _closest(name: str, others: list[str]) -> str:
    from difflib import get_close_matches

    close = get_close_matches(name, others, 1, 0.6)
    return f"is `{close[0]}` meant?" if close else "write the same name in both places"
