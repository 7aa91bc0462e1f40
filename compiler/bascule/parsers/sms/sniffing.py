"""How sure it is that a file holds SMS templates: evidence is counted, and said."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from bascule.parsers.base import CERTAIN, POSSIBLE, Match
from bascule.parsers.sms.alphabets import misread_alphabet
from bascule.parsers.sms.evidence import looks_like_code, placeholder_share, sentence_share
from bascule.parsers.sms.files import Shape, read_shape, shape_of, suffix_of
from bascule.parsers.sms.model import Reading
from bascule.parsers.sms.vocabulary import Role
from bascule.source import SourceFile
from bascule.source.workbook import SheetDocument

__all__ = ["judge"]

_ROWS = 100
_NEAR, _FAR = 40, 15
_STRONG_NAME = re.compile(
    r"sms|texto|gabarit|plantilla|modele|modèle|template|vorlage|шаблон|смс|قالب|रسائل|תבנית", re.I
)
_FAIR_NAME = re.compile(r"messag|mensaj|mensag|nachricht|notif|texte|сообщен|رسائل|הודע|संदेश", re.I)
_SMS_WORD = re.compile(r"(?:^|[^a-z])(?:sms|otp)(?:[^a-z]|$)", re.I)
_NOT_TEXT = re.compile(
    r"(?:readme|licen[cs]e|changelog|contributing|copying|authors|requirements|robots|notice|dockerfile|makefile|todo)",
    re.I,
)
_FOREIGN_SUFFIX_WORDS = """
    .md .rst .html .htm .xml .py .js .ts .tf .toml .ini .cfg .lock .sh .sql .log .css .flow .graphql .env .conf
"""
_FOREIGN_SUFFIXES = frozenset(_FOREIGN_SUFFIX_WORDS.split())

_SUFFIX_WORDS = """
    .txt .text .sms .csv .tsv .tab .xlsx .xlsm .json .jsonl .ndjson .yaml .yml .properties
    .php .po .pot .xml .strings .resx .xlf .xliff
"""
_SUFFIXES = frozenset(("", *_SUFFIX_WORDS.split()))
_SETTING = re.compile(r"\s*[\w.-]{1,60}\s*=|\s*\[[\w. :-]+\]\s*$")
_SLUG = re.compile(r"[^\W\d_][\w.-]{0,60}")
_HEAD = 50_000

# Members that together make a file something else; the first of a tuple stands in the reason.
_FOREIGN: tuple[tuple[frozenset[str], frozenset[str], str], ...] = tuple(
    (frozenset(needed.split()), frozenset(some.split()), what)
    for needed, some, what in (
        ("bascule", "", "a scenario file"),
        ("intent response", "", "a seed of scenarios"),
        ("intent responses", "", "a seed of scenarios"),
        ("states initial_state", "", "a Twilio Studio flow"),
        ("states", "flags initial_state", "a Twilio Studio flow"),
        ("definition", "friendly_name revision", "a Twilio Studio flow"),
        ("specification_version flows", "", "a FLOIP container"),
        ("flows", "version campaigns triggers site fields groups", "a RapidPro export"),
        ("flows", "", "a collection of flows"),
        ("responses version", "", "a Rasa file"),
        ("nodes", "uuid spec_version _ui edges localization", "a flow of another tool"),
        ("action_sets", "", "a RapidPro flow"),
        ("wires", "", "a Node-RED flow"),
        ("Buttons", "", "a Viber payload"),
        ("keyboard", "type text", "a Viber payload"),
        ("rich_media", "", "a Viber payload"),
        ("openapi", "", "an OpenAPI document"),
        ("swagger", "", "an OpenAPI document"),
        ("$schema", "properties definitions $defs type items", "a JSON schema"),
        ("version", "nlu stories rules intents slots actions domain forms session_config entities", "a Rasa file"),
        ("nlu", "", "a Rasa file"),
        ("agent", "orchestrator skills model_groups", "a Rasa agent"),
        ("stories", "", "a Rasa file"),
        ("intents", "responses entities actions slots", "a file of a language-understanding tool"),
        ("userSays", "", "a Dialogflow intent"),
        ("name responses", "auto contexts priority fallbackIntent webhookUsed", "a Dialogflow intent"),
        ("transitionRoutes", "", "a Dialogflow flow"),
        ("eventHandlers", "", "a Dialogflow flow"),
        ("trainingPhrases", "", "a Dialogflow intent"),
        ("numTrainingPhrases", "", "a Dialogflow intent"),
        ("entryFulfillment", "", "a Dialogflow page"),
        ("entities", "", "a list of entities"),
        ("phrases", "", "a list of phrases"),
        ("promptTexts", "", "a prompt for a language model"),
        ("value synonyms", "", "a list of entities"),
        ("nodes", "startNode catchAll edges version", "a flow of another tool"),
        ("displayName", "trainingPhrases transitionRoutes kinds entities", "a Dialogflow resource"),
        ("messaging_product", "", "a WhatsApp message"),
        ("object entry", "", "a webhook"),
        ("components", "language category status", "a WhatsApp template"),
        ("screens", "version", "a WhatsApp Flow"),
        ("dependencies", "name version", "a package manifest"),
        ("scripts", "name version", "a package manifest"),
        ("devDependencies", "", "a package manifest"),
        ("compilerOptions", "", "a compiler configuration"),
        ("services", "version networks volumes", "a Compose file"),
        ("jobs", "on name true", "a CI workflow"),
        ("apiVersion kind", "", "a Kubernetes resource"),
        ("cells", "nbformat", "a notebook"),
        ("features", "type", "a GeoJSON file"),
        ("phone", "", "a list of contacts"),
        ("to", "body text message from", "sent messages"),
    )
)


_HEADERS = 5
_QUESTION = re.compile(r"(select_one|select_multiple|rank) |(begin|end)[_ ](group|repeat)$|geopoint$|calculate$")


@dataclass(slots=True)
class _Score:
    """Points and what gave them."""

    points: float
    said: list[str] = field(default_factory=list)

    def add(self, points: float, why: str = "") -> None:
        self.points += points
        if why:
            self.said.append(why)


def judge(file: SourceFile) -> Match | None:
    """The sniffer's answer. Never raises; reads at most the first rows of a workbook."""
    suffix = suffix_of(file)
    if not file.data.strip():
        return (
            Match(_FAR, "the file is empty") if suffix in (".csv", ".tsv", ".json", ".yaml", ".yml", ".xlsx") else None
        )
    if file.json is not None:
        foreign = _foreign(file.json.value)
        if foreign:
            return Match(_FAR, foreign)
    shape = shape_of(file, max_rows=_ROWS)
    misread = misread_alphabet(file) if shape.kind in ("table", "properties") else []
    if misread:
        return Match(_NEAR, f"{shape.about} in the wrong alphabet: {misread[0].message}; {misread[0].help}")
    if shape.kind == "":
        return _unread(shape, suffix)
    if (suffix in _FOREIGN_SUFFIXES and shape.kind != "catalogue") or (
        shape.kind == "plain" and _NOT_TEXT.match(file.name)
    ):
        return None
    if shape.kind == "tree":
        foreign = _foreign(getattr(shape.document, "value", None))
        if foreign:
            return Match(_FAR, foreign)
    if shape.kind == "table":
        other = _other_table(shape)
        if other is not None:
            return other
    reading = read_shape(shape, file.stem)
    texts = [wording.text for template in reading.templates for wording in template.wordings]
    if not texts:
        return Match(_FAR, f"{shape.about} in which nothing looks like a message")
    return _weigh(file, shape, reading, texts)


def _unread(shape: Shape, suffix: str) -> Match | None:
    """A file that cannot be read: a workbook is still ours to explain, and so is a known language file."""
    if shape.findings:
        return Match(
            _NEAR if shape.about != "no JSON" else _FAR, f"{shape.findings[0].message}: {shape.findings[0].help}"
        )
    if suffix in (".xlsx", ".xlsm", ".xls") and shape.problems:
        return Match(POSSIBLE, f"it is named like a workbook, but {shape.problems[0].message}")
    if shape.problems and shape.problems[0].kind != "binary-file":
        return Match(_FAR, shape.problems[0].message)
    return None


def _foreign(value: Any) -> str:
    """What else a JSON or YAML file is, by the names of its members; ``""`` when they say nothing."""
    items = value[:5] if isinstance(value, list) else [value]
    if isinstance(value, dict):
        items = [value, *list(value.values())[:3]]
    for item in items:
        if not isinstance(item, dict):
            continue
        told = _told(frozenset(map(str, item)))
        if told:
            return told
    return ""


def _told(names: frozenset[str], only: tuple[str, ...] = ()) -> str:
    for needed, some, what in _FOREIGN:
        if (not only or what in only) and needed <= names and (not some or some & names):
            shown = " and ".join(f"`{name}`" for name in sorted(needed | (some & names))[:3])
            return f"{shown} make it {what}"
    return ""


def _other_table(shape: Shape) -> Match | None:
    """Tables that are something else, or that have no texts."""
    view = shape.view
    assert view is not None
    names = [column.name for column in view.columns.all]
    listed = ", ".join(f"`{name[:24]}`" for name in names[:8]) + (" …" if len(names) > 8 else "")
    if isinstance(shape.document, SheetDocument):
        sheets = {name.casefold() for name in shape.document.names}
        if {"questions", "answers"} <= sheets or {"questions", "parameters"} <= sheets:
            return Match(_FAR, "its sheets `questions` and `parameters` make it a survey workbook")
    if _is_questionnaire(shape):
        return Match(_FAR, "its columns and types (`select_one` …) make it an XLSForm questionnaire, for a survey tool")
    if not view.texts:
        return Match(_FAR, f"a table without a text column: its columns are {listed}")
    intents = view.columns.of(Role.INTENT)
    if intents:
        return Match(_FAR, f"the column `{intents[0].name}` makes it a table of training phrases")
    texts = [view.columns.all[index] for index in view.texts]
    channels = [column.channel for column in texts]
    if all(channel not in ("", "sms") for channel in channels):
        named = ", ".join(f"`{column.name[:24]}`" for column in texts[:6])
        return Match(_NEAR, f"a table of texts for other channels only ({named})")
    phones = view.columns.of(Role.PHONE)
    if phones:
        cells = [view.table.cell(row, view.texts[0]) for row in range(min(_ROWS, len(view.table.rows)))]
        if placeholder_share(cells) < 0.3:
            return Match(_FAR, f"the column `{phones[0].name}` makes it a contact list or a log of sent messages")
    if view.guessed and view.table.header_row is not None:
        reason = f"a table without a text column: its columns are {listed}"
        return Match(_NEAR, f"{reason}; taken by force, {view.guessed}")
    return None


def _is_questionnaire(shape: Shape) -> bool:
    """Whether a table is a sheet of an XLSForm: questions with a type, a name and a label, or the choices of lists."""
    assert shape.view is not None
    table = shape.view.table
    rows = [[cell.strip().casefold() for cell in row] for row in table.records[:_ROWS]]
    for number, row in enumerate(rows[:_HEADERS]):
        if "name" not in row or not any(cell == "label" or cell.startswith("label::") for cell in row):
            continue
        if "list_name" in row or "list name" in row:
            return True
        if "type" in row:
            at = row.index("type")
            return any(_QUESTION.match(cells[at]) for cells in rows[number + 1 :] if len(cells) > at)
    return False


def _weigh(file: SourceFile, shape: Shape, reading: Reading, texts: list[str]) -> Match:
    """Add up what speaks for templates, and take off what speaks against them."""
    score = _Score(20.0)
    sample = texts[:500]
    sentences = sentence_share(sample)
    holes = placeholder_share(sample)
    score.add(30 * sentences, _counted(len(texts), sentences, holes))
    score.add(10 if holes >= 0.15 else 0)
    plain = shape.kind == "plain"
    if _STRONG_NAME.search(file.name) or _SMS_WORD.search(file.path):
        score.add(35 if plain else 20, "the file is named like it")
    elif _FAIR_NAME.search(file.name):
        score.add(15 if plain else 10, "the file is named like it")
    if _named(shape, reading):
        score.add(15)
    elif shape.view is not None and shape.view.columns.index(Role.KEY) is None and len(shape.view.columns.all) > 1:
        score.add(-15, "but no column looks like a key")
    slugs = shape.kind == "table" and _has_slug_keys(shape)
    if slugs and _named(shape, reading):
        score.add(15, "each with a key")
    if not any(not wording.channel for template in reading.templates for wording in template.wordings):
        score.points = min(score.points, _NEAR)
        score.said.append("but none is for SMS")
    if any(_SMS_WORD.search(template.key) for template in reading.templates[:50]):
        score.add(10, "keys speak of SMS")
    nameless = (
        suffix_of(file) == "" and shape.document is not file.json and "the file is named like it" not in score.said
    )
    if nameless:
        score.points = min(score.points, _NEAR)
        score.said.append("but neither its name nor its suffix says so")
    if suffix_of(file) not in _SUFFIXES:
        score.points = min(score.points, _NEAR)
        score.said.append(f"but its suffix `{suffix_of(file)}` is not one of such files")
    if plain:
        lines = [line for line in file.text[:_HEAD].splitlines() if line.strip()]
        if sum(_SETTING.match(line) is not None for line in lines) * 2 > len(lines):
            score.points = min(score.points, _NEAR)
            score.said.append("but most lines are settings (`name = value`)")
        score.add(-15 if "headings" not in reading.shape else 0)
        score.add(10 if holes >= 0.5 or suffix_of(file) in (".txt", ".text", ".sms") else 0)
        if max(map(len, texts)) > 1600 or looks_like_code(file.text):
            score.points = min(score.points, _NEAR)
            score.said.append("but it is too long for an SMS, or code")
    else:
        # Much that is neither text nor about one: a configuration, an export of something else.
        kept = sum(1 for entry in reading.ledger if entry.reason.startswith("kept as a fact of the project"))
        facts = sum(1 for entry in reading.ledger if entry.reason == "kept as a fact")
        share = 1 - (kept + facts / 2) / max(len(reading.ledger), 1)
        score.points *= 0.5 + 0.5 * share
        deep = sum(template.key.count(".") for template in reading.templates) / len(reading.templates)
        if deep > 4:
            score.points = min(score.points, _NEAR)
            score.said.append("but the texts lie deep inside it")
    if sentences < 0.4 and not slugs:
        score.points = min(score.points, _NEAR)
        score.said.append("but most look like labels, not messages")
    points = max(1, min(CERTAIN, round(score.points)))
    return Match(points, f"{shape.about}: {', '.join(score.said)}")


def _has_slug_keys(shape: Shape) -> bool:
    """Whether a table has a key column of names, as programs use them: `rappel_rdv`, not 17 and not prose."""
    view = shape.view
    at = view.columns.index(Role.KEY) if view is not None else None
    if view is None or at is None or view.guessed:
        return False
    cells = [view.table.cell(row, at).strip() for row in range(min(_ROWS, len(view.table.rows)))]
    return bool(cells) and sum(bool(_SLUG.fullmatch(cell)) for cell in cells) >= 0.8 * len(cells)


def _named(shape: Shape, reading: Reading) -> bool:
    """Whether a column or member is called what texts are called."""
    if shape.view is not None:
        return not shape.view.guessed
    return any(entry.construct.startswith("member ") for entry in reading.ledger)


def _counted(count: int, sentences: float, holes: float) -> str:
    what = "1 text" if count == 1 else f"{count} texts"
    parts = [f"{round(100 * sentences)} % read like messages"] if count > 1 else []
    if holes:
        parts.append(f"{round(100 * holes)} % with placeholders" if count > 1 else "with placeholders")
    return f"{what} ({', '.join(parts)})" if parts else what
