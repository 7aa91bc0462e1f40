"""Botium conversations: ``NAME.convo.txt``, a name, then ``#me`` and ``#bot`` parts.
https://botium-docs.readthedocs.io/en/latest/03_testing/01_convos.html

Lines of a part that are a word in capitals followed by blank and arguments are commands; what they check is
checked where a simulator can (``BUTTONS``, ``INTENT``, ``TEXT_CONTAINS_…``, ``TEXT_REGEXP_…``, ``TEXT_WILDCARD_…``,
``TEXT_EQUALS``, ``PAUSE``), and told to be unchecked where it cannot. Texts are compared as Botium does by default:
``*`` stands for anything, case does not count. What Botium fills in while it runs (``$name``, lists of utterances,
included files) is not known here: such a conversation is skipped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from bascule.diagnostics import Finding
from bascule.ir.content import MediaKind
from bascule.ir.project import Project
from bascule.simulator.inputs import Input, Pass, Say, SendMedia, Tap
from bascule.simulator.script import Start
from bascule.source import Document, Place, SourceFile
from bascule.source.text import TextDocument
from bascule.suites.model import Case, Expect, Suite, Turn, What
from bascule.suites.rules import SuiteUnreadable

__all__ = ["read_botium", "sniff_botium"]

_LINE = re.compile(r"([^\r\n]*)(?:\r\n|\r|\n|\Z)")
_PART = re.compile(r"#(me|bot|begin|end|include)\b[ \t]*(.*)", re.IGNORECASE)
_COMMAND = re.compile(r"([!?]?)([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*)(?:[ \t]+(.*))?")
_BAR = re.compile(r"(?<!\\)\|")
_UTTERANCES = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+")
_MEMORY = re.compile(r"\$[A-Za-z_]\w*(?:\([^)]*\))?")
_COMPARED = {"TEXT_CONTAINS": "contains", "TEXT_REGEXP": "regexp", "TEXT_EQUALS": "equals", "TEXT_WILDCARD": "wildcard"}
_COMMANDS = frozenset(
    {
        *("ASSERT_SCRIPTING_MEMORY", "BOT_CONSUMED", "BUTTON", "BUTTONS", "BUTTONS_COUNT", "CARDS", "ENTITIES"),
        *("CONDITIONAL_STEP_BUSINESS_HOURS", "CONDITIONAL_STEP_TIME_BASED", "ENTITY_VALUES", "FORM", "FORMS"),
        *("HYPERLINK", "INCLUDE", "INTENT", "INTENT_CONFIDENCE", "JSON_PATH", "LINKS", "LOGIC_HOOK", "MEDIA", "PAUSE"),
        *("RESPONSE_LENGTH", "SET_SCRIPTING_MEMORY", "SKIP_BOT_UNCONSUMED", "TEXT", "TEXT_EQUALS", "TEXT_EQUALS_IC"),
        *("TEXT_WER", "UPDATE_CUSTOM", "WAITFORBOT"),
    }
)
_MILLISECONDS = 1000


def sniff_botium(file: SourceFile) -> bool:
    """By its name."""
    return file.path.lower().endswith(".convo.txt")


@dataclass
class _Part:
    """``at`` is the place of its heading, ``rest`` what stands behind it; ``lines`` are places and texts."""

    who: str
    at: Place
    rest: str = ""
    lines: list[tuple[Place, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Command:
    sign: str
    name: str
    given: tuple[str, ...]
    at: Place


def read_botium(file: SourceFile, project: Project) -> tuple[Suite | None, list[Finding]]:
    """One case per file; the first ``#me`` starts whatever listens for it, a first ``#bot`` the project's only flow."""
    document: Document = TextDocument(file.path, file.text)
    name, parts = _parts(file.path, file.text)
    if not any(part.who in ("me", "bot") for part in parts):
        found = SuiteUnreadable.at(
            Place(file.path),
            "this conversation has no `#me` and no `#bot` part",
            help="write `#me` on a line of its own before what the person says",
        )
        return Suite(file.path, "botium", [], document), [found]
    turns: list[Turn] = []
    first: Input | None = None
    unseen: list[Expect] = []
    for part in parts:
        if part.who in ("begin", "end"):
            unseen.extend(_unchecked(command) for command in _commands(part))
        elif part.who == "me":
            steps, more = _act(part)
            for step in steps:
                starts = not turns
                first = step if starts else first
                turns.append(Turn(None if starts else step, at=part.at))
            turns[-1] = replace(turns[-1], expect=tuple(more))
        elif part.who == "bot":
            if not turns:
                turns.append(Turn(None, at=part.at))
            turns[-1] = replace(turns[-1], expect=(*turns[-1].expect, *_checks(part)))
            wait = sum(_pause(command) for command in _commands(part))
            if wait:
                turns.append(Turn(Pass(wait), at=part.at))
    turns[-1] = replace(turns[-1], expect=(*turns[-1].expect, *unseen))
    start = _start(project, first)
    at, skipped = _hindrance(parts) or (parts[0].at, "")
    if not skipped and start is None:
        skipped = "nothing says which flow starts: begin with `#me` and a text"
    title = name or file.path.rsplit("/", 1)[-1]
    case = Case(title, start or Start(), tuple(turns), skipped=skipped, at=at)
    return Suite(file.path, "botium", [case], document), []


def _start(project: Project, first: Input | None) -> Start | None:
    if isinstance(first, Tap):
        return Start(first=Say(first.option))
    if isinstance(first, Say):
        return Start(first=first) if first.text else None
    if isinstance(first, SendMedia):
        return Start(first=first)
    flows = [flow for flow in project.flows if flow.nodes]
    return Start(flows[0].id) if len(flows) == 1 else None


def _parts(path: str, text: str) -> tuple[str, list[_Part]]:
    """The name (the first line that says something) and the parts."""
    name = ""
    parts: list[_Part] = []
    for match in _LINE.finditer(text):
        clean = match.group(1).strip()
        if not clean:
            continue
        indent = len(match.group(1)) - len(match.group(1).lstrip())
        at = Place(path).within(match.start() + indent, match.start() + indent + len(clean))
        head = _PART.fullmatch(clean)
        if head is not None:
            parts.append(_Part(head.group(1).lower(), at, head.group(2).strip()))
        elif parts:
            parts[-1].lines.append((at, clean))
        else:
            name = name or clean
    return name, parts


def _hindrance(parts: Sequence[_Part]) -> tuple[Place, str] | None:
    """Why the conversation cannot be held without Botium, and where that stands."""
    for part in parts:
        if part.who == "include":
            return part.at, f"`#include {part.rest}` is not followed: copy the steps into the file"
        for at, line in part.lines:
            command = _command(at, line)
            if command is not None and command.name == "INCLUDE":
                return at, "`INCLUDE` is not followed: copy the steps into the file"
            if command is None and _UTTERANCES.fullmatch(line.removeprefix("!").removeprefix("?")):
                return at, f"`{line}` names a list of utterances, which stands in another file: write the text"
            if command is None and part.who == "me" and _MEMORY.search(line):
                return at, f"`{line}` has a value that Botium fills in while it runs: write the text"
    return None


def _command(at: Place, line: str) -> _Command | None:
    """A line as a command; None: it is text."""
    match = _COMMAND.fullmatch(line)
    if match is None:
        return None
    name = match.group(2)
    if name not in _COMMANDS and not name.startswith(("TEXT_", "MEDIA_", "BUTTONS_", "JSON_PATH", "ENTITIES_")):
        return None
    given = (part.replace("\\|", "|").strip() for part in _BAR.split(match.group(3) or ""))
    return _Command(match.group(1), name, tuple(part for part in given if part), at)


def _commands(part: _Part) -> Iterator[_Command]:
    for at, line in part.lines:
        command = _command(at, line)
        if command is not None:
            yield command


def _texts(part: _Part) -> list[str]:
    return [line for at, line in part.lines if _command(at, line) is None]


def _unchecked(command: _Command) -> Expect:
    return Expect(What.WAITING, unchecked=f"`{command.name}` is not checked offline", at=command.at)


def _pause(command: _Command) -> float:
    """Seconds that a command waits."""
    digits = command.given[0][:12] if command.given else ""
    return int(digits) / _MILLISECONDS if command.name == "PAUSE" and digits.isascii() and digits.isdigit() else 0.0


def _act(part: _Part) -> tuple[list[Input], list[Expect]]:
    """What the person does: the text, or a button or file of a command, then a pause; and what is not checked."""
    step: Input | None = None
    wait = 0.0
    more: list[Expect] = []
    for command in _commands(part):
        if command.name == "BUTTON" and command.given:
            step = Tap(command.given[0])
        elif command.name == "MEDIA" and command.given:
            step = SendMedia(_kind(command.given[0]), command.given[0])
        elif command.name == "PAUSE":
            wait += _pause(command)
        elif command.name != "WAITFORBOT":
            more.append(_unchecked(command))
    steps: list[Input] = [step or Say("\n".join([part.rest] * bool(part.rest) + _texts(part)))]
    return [*steps, Pass(wait)] if wait else steps, more


def _kind(name: str) -> MediaKind:
    ending = name.lower().rsplit(".", 1)[-1]
    kinds = {
        **dict.fromkeys(("jpg", "jpeg", "png", "webp", "gif"), MediaKind.IMAGE),
        **dict.fromkeys(("mp4", "3gp", "mov"), MediaKind.VIDEO),
        **dict.fromkeys(("mp3", "ogg", "wav", "amr", "aac", "m4a"), MediaKind.AUDIO),
    }
    return kinds.get(ending, MediaKind.FILE)


def _checks(part: _Part) -> Iterator[Expect]:
    """What the bot should say: a text, and what the commands add to it."""
    texts = [part.rest] * bool(part.rest) + _texts(part)
    whole = _MEMORY.sub("*", "\n".join(texts))
    sign, whole = (whole[0], whole[1:]) if whole[:1] in ("!", "?") and whole[1:].strip() else ("", whole)
    item = Expect(
        What.SAID, texts=(whole,) if texts else (), negated=sign == "!", optional=sign == "?", at=_first(part)
    )
    more: list[Expect] = []
    for command in _commands(part):
        item, found = _check(item, command)
        more.extend(found)
    yield item
    yield from more


def _first(part: _Part) -> Place:
    return part.lines[0][0] if part.lines else part.at


def _check(item: Expect, command: _Command) -> tuple[Expect, list[Expect]]:
    """The expected message with what a command says of it, and what is expected beside it."""
    name, given = command.name, command.given
    if name in ("PAUSE", "WAITFORBOT"):
        return item, []
    compared = next((how for prefix, how in _COMPARED.items() if name.startswith(prefix)), None)
    if name == "BUTTONS" and given and not command.sign:
        return replace(item, options=given, some_options=True), []
    if name == "INTENT" and given and command.sign != "?":
        return item, [Expect(What.INTENT, given[0], negated=command.sign == "!", at=command.at)]
    told = compared is not None and given and not item.texts and ("_ALL" not in name or len(given) == 1)
    if told and compared is not None:
        how = "wildcard" if compared == "equals" and name.endswith("_IC") else compared
        sign = command.sign
        return replace(item, texts=given, how=how, negated=sign == "!", optional=sign == "?", at=command.at), []
    return item, [_unchecked(command)]
