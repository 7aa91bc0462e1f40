"""The files of a project: what each one is, and how sure that is."""

from __future__ import annotations

import enum
import re
from typing import Any

from bascule.parsers.base import CERTAIN, LIKELY, NEAR, POSSIBLE, Match
from bascule.parsers.rasa.domain import DOMAIN_KEYS
from bascule.source import SourceFile

__all__ = ["DATA_KEYS", "TEST_KEYS", "FileKind", "classify", "is_test", "judge"]

DATA_KEYS = ("nlu", "stories", "rules", "flows")
TEST_KEYS = ("test_cases", "fixtures", "stub_custom_actions")
_NEAR = 20
_SUFFIXES = (".yml", ".yaml", "")
_HEAD = re.compile(
    r"^(?:- )?[\"']?(?:nlu|stories|rules|flows|intents|responses|templates|slots|forms|actions|entities|test_cases"
    r"|story|rule|pipeline|policies|recipe|session_config|e2e_actions)[\"']?[ \t]*:",
    re.MULTILINE,
)
_OLD_MARKDOWN = re.compile(
    r"^##\s*(?:intent|synonym|regex|lookup)\s*:|^\*\s*[\w+/]+(?:\{.*)?[ \t]*\n\s*-\s*(?:utter_|action_)", re.MULTILINE
)
_FIRST = re.compile(r"\A(?:\s+|<!--(?:[^-]|-(?!->)){0,2000}-->)*+")
_BROKEN = re.compile(r"^(nlu|stories|rules|intents|responses|slots|forms)[ \t]*:?[ \t]*$", re.MULTILINE)
_STEPS = ("collect", "action", "link", "call", "set_slots", "noop", "generation_prompt")
_HEAD_LENGTH = 400_000
_SAMPLE = 200


class FileKind(enum.Enum):
    """What a file of a project is."""

    DOMAIN = "domain"
    DATA = "data"
    TEST = "test"
    CONFIG = "config"
    ENDPOINTS = "endpoints"
    CREDENTIALS = "credentials"
    CODE = "code"
    OLD = "old"
    OTHER = "other"


def is_test(path: str) -> bool:
    """Whether a file is a test by its name: ``test_….yml``, or below ``tests`` or ``test_stories``."""
    *folders, name = path.split("/")
    return name.startswith("test_") or any(
        folder in ("tests", "test", "test_stories", "e2e_tests") for folder in folders
    )


def classify(path: str, file: SourceFile) -> FileKind:
    """What a file is, by its path in the project and its content. Never raises."""
    name = file.name.lower()
    if file.is_zip or file.suffix in (".md", ".json", ".py"):
        if file.suffix == ".py":
            inside = path == "actions.py" or "/actions/" in f"/{path}" or path.endswith("/actions.py")
            return FileKind.CODE if inside else FileKind.OTHER
        return FileKind.OLD if _is_old(file) else FileKind.OTHER
    if file.suffix not in _SUFFIXES or file.encoding == "binary":
        return FileKind.OTHER
    if name.startswith(("endpoints.", "credentials.")):
        return FileKind.ENDPOINTS if name.startswith("endpoints") else FileKind.CREDENTIALS
    match = judge(file)
    value = file.yaml.value if file.yaml is not None and (match or name.startswith("config.")) else None
    keys = set(value) if isinstance(value, dict) else set()
    if match is None:
        return FileKind.CONFIG if {"pipeline", "policies", "recipe"} & keys else FileKind.OTHER
    if any(key in keys for key in TEST_KEYS) or (is_test(path) and ("stories" in keys or isinstance(value, list))):
        return FileKind.TEST
    if match.confidence < POSSIBLE:
        return FileKind.CONFIG if {"pipeline", "policies", "recipe"} & keys else FileKind.OTHER
    return FileKind.DOMAIN if _is_domain(keys, name) else FileKind.DATA


def _is_domain(keys: Any, name: str) -> bool:
    return any(key in keys for key in ("intents", "slots", "forms", "entities", "session_config")) or (
        name.startswith("domain.")
    )


def _is_old(file: SourceFile) -> bool:
    if file.is_zip or file.encoding == "binary":
        return False
    text = file.text[:_HEAD_LENGTH]
    if file.suffix == ".json":
        return '"rasa_nlu_data"' in text[:2000]
    # A page that only shows such data has other text before it, or a fence around it.
    data = file.suffix == ".md" and _OLD_MARKDOWN.search(text) is not None
    return data and "```" not in text and _FIRST.sub("", text, count=1).startswith("##")


def judge(file: SourceFile) -> Match | None:
    """How sure it is that a file belongs to Rasa, and why."""
    if file.is_zip or file.encoding == "binary":
        return None
    if _is_old(file):
        return Match(LIKELY, "it holds training data of Rasa 1")
    if file.suffix not in _SUFFIXES or not _HEAD.search(file.text):
        return None
    document = file.yaml
    if document is None:
        return None
    if not document.usable:
        found = {match.group(1) for match in _BROKEN.finditer(file.text)}
        if len(found) >= 2:
            names = ", ".join(f"`{name}`" for name in sorted(found))
            return Match(LIKELY, f"it has the sections {names} of Rasa, though its YAML is broken")
        return None
    return _judge(document.value)


def _judge(value: Any) -> Match | None:
    if isinstance(value, list):
        items = value[:_SAMPLE]
        if any(isinstance(item, dict) and "steps" in item and ("story" in item or "rule" in item) for item in items):
            return Match(LIKELY, "it lists stories or rules of Rasa")
        return None
    if not isinstance(value, dict) or "bascule" in value:
        return None
    if _has(value, "nlu", lambda item: bool({"intent", "synonym", "regex", "lookup"} & item.keys())):
        return Match(CERTAIN, "it has training data (`nlu`) of Rasa")
    for key in ("stories", "rules"):
        if _has(value, key, lambda item: "steps" in item and ("story" in item or "rule" in item)):
            return Match(CERTAIN, f"it has `{key}` of Rasa")
    if _has_flows(value.get("flows")):
        return Match(CERTAIN, "it has `flows` with steps of Rasa")
    if "test_cases" in value and _has(value, "test_cases", lambda item: "steps" in item and "test_case" in item):
        return Match(NEAR, "it holds test cases of Rasa, no scenario")
    responses = value.get("responses", value.get("templates"))
    said = isinstance(responses, dict) and any(
        str(name).startswith("utter_") or ("/" in str(name) and isinstance(item, list))
        for name, item in list(responses.items())[:_SAMPLE]
    )
    domain = [key for key in DOMAIN_KEYS if key in value]
    if said and len(domain) > 1:
        return Match(CERTAIN, "it is a domain of Rasa, with responses `utter_…`")
    if said:
        return Match(LIKELY, "it has responses `utter_…` of Rasa")
    return _judge_domain(value, domain)


def _judge_domain(value: dict[str, Any], domain: list[str]) -> Match | None:
    """A domain without responses, or settings."""
    intents = isinstance(value.get("intents"), list)
    forms = isinstance(value.get("forms"), dict) and any(
        isinstance(item, dict) and "required_slots" in item for item in list(value["forms"].values())[:_SAMPLE]
    )
    slots = isinstance(value.get("slots"), dict) and any(
        isinstance(item, dict) and ("mappings" in item or "influence_conversation" in item or "type" in item)
        for item in list(value["slots"].values())[:_SAMPLE]
    )
    if (intents and len(domain) > 1) or forms or (slots and len(domain) > 1):
        return Match(LIKELY, f"it has the sections {', '.join(f'`{key}`' for key in domain)} of a Rasa domain")
    if slots or (intents and "version" in value):
        return Match(POSSIBLE, f"its `{domain[0]}` look like those of a Rasa domain")
    if intents and len(value) == 1:
        return Match(POSSIBLE, "its `intents` may be those of a Rasa domain")
    if isinstance(value.get("pipeline"), list) or isinstance(value.get("policies"), list):
        return Match(_NEAR, "it sets up the models of a Rasa project: name the project's folder")
    return None


def _has(value: dict[str, Any], key: str, test: Any) -> bool:
    items = value.get(key)
    return isinstance(items, list) and any(isinstance(item, dict) and test(item) for item in items[:_SAMPLE])


def _has_flows(value: Any) -> bool:
    flows = list(value.values())[:_SAMPLE] if isinstance(value, dict) else []
    for flow in flows:
        steps = flow.get("steps") if isinstance(flow, dict) else None
        if isinstance(steps, list) and any(isinstance(step, dict) and set(_STEPS) & step.keys() for step in steps):
            return True
    return False
