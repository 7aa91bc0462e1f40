"""bascule's own suites: ``bascule-test: 1`` in YAML or JSON (docs/testing.md)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bascule.diagnostics import Finding
from bascule.ir.content import MediaKind
from bascule.ir.durations import DURATION_EXAMPLES, DurationError, parse_duration
from bascule.ir.project import Project
from bascule.simulator.inputs import Answer, Decide, Fail, Input, Locate, Pass, Say, SendContact, SendMedia, Tap
from bascule.simulator.script import Start
from bascule.simulator.stubs import Stub
from bascule.source import Place, SourceFile
from bascule.source.yaml import as_scalar
from bascule.suites.model import Case, Expect, Suite, Turn, What
from bascule.suites.rules import SuiteCase, SuiteUnreadable
from bascule.suites.shape import INPUTS, SUITE

__all__ = ["MARK", "read_native", "sniff_native"]

MARK = "bascule-test"
_MEDIA = {
    "image": MediaKind.IMAGE,
    "video": MediaKind.VIDEO,
    "audio": MediaKind.AUDIO,
    "document": MediaKind.DOCUMENT,
}
_FLAGS = {"blocked": What.BLOCKED, "silence": What.SILENCE, "waiting": What.WAITING, "end": What.END}


def sniff_native(file: SourceFile) -> bool:
    """Whether the file says that it is a suite of bascule."""
    document = file.json or (file.yaml if MARK in file.text[:4000] else None)
    return document is not None and isinstance(document.value, dict) and MARK in document.value


def read_native(file: SourceFile, project: Project) -> tuple[Suite | None, list[Finding]]:
    """Read a suite against the project it tests. Never raises on content; cases with mistakes are left out and
    reported."""
    document = file.json or file.yaml
    if document is None or not isinstance(document.value, dict):
        return None, [
            SuiteUnreadable.at(Place(file.path), "the file is no mapping", help="begin with `bascule-test: 1`")
        ]
    findings = [
        SuiteCase.at(Place(file.path, problem.pointer, key=problem.key), problem.message, help=problem.help)
        for problem in SUITE.check(document.value, "")
    ]
    reader = _Reader(file.path, document.value, project, findings)
    broken = {finding.place.pointer for finding in findings}
    if any(not pointer.startswith("/tests/") for pointer in broken):
        return Suite(file.path, "bascule", [], document), findings  # what all tests share is wrong
    cases = [
        case
        for name in _table(document.value.get("tests"))
        if not any(f"{pointer}/".startswith(f"{reader.at('tests', name).pointer}/") for pointer in broken)
        for case in reader.case(name)
    ]
    return Suite(file.path, "bascule", cases, document), findings


def _table(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _many(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: Any) -> str:
    """A scalar as the person wrote it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def _data(value: Any) -> Any:
    """Plain data: YAML words get their types."""
    if isinstance(value, dict):
        return {str(key): _data(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_data(item) for item in value]
    return as_scalar(value)


def _flag(value: Any) -> bool:
    return _data(value) is True


class _Reader:
    def __init__(self, path: str, value: Mapping[str, Any], project: Project, findings: list[Finding]) -> None:
        self._path = path
        self._value = value
        self._project = project
        self._findings = findings
        self._shared = self._stubs(value.get("http"), self.at("http"))

    def at(self, *tokens: str | int) -> Place:
        return Place(self._path).child(*tokens)

    def _wrong(self, place: Place, message: str, help: str) -> None:
        self._findings.append(SuiteCase.at(place, message, help=help))

    def case(self, name: str) -> Sequence[Case]:
        """The case of this name, or nothing when it makes no sense."""
        before = len(self._findings)
        raw = _table(self._value["tests"][name])
        place = self.at("tests", name)
        start = self._start(raw.get("start"), place)
        turns = self._turns(_many(raw.get("steps")), place.child("steps"), start)
        stubs = [*self._stubs(raw.get("http"), place.child("http")), *self._shared]
        if len(self._findings) > before or start is None:
            return []
        variables = {**_data(_table(self._value.get("variables"))), **_data(_table(raw.get("variables")))}
        groups = tuple((_text(group), _text(group)) for group in _many(raw.get("groups")))
        locale = _text(raw.get("locale") or self._value.get("locale"))
        return [Case(str(name), start, tuple(turns), variables, tuple(stubs), locale, groups, at=place.at_key())]

    def _start(self, raw: Any, place: Place) -> Start | None:
        if raw is None:
            flows = [flow for flow in self._project.flows if flow.nodes]
            if len(flows) == 1:
                return Start(flows[0].id)
            self._wrong(place.at_key(), "the test does not say what starts", "add `start: {flow: …}` or `start: word`")
            return None
        if not isinstance(raw, dict):
            return Start(first=Say(_text(raw)))
        first = Say(_text(raw["user"])) if "user" in raw else None
        name = _text(raw.get("flow"))
        if not name:
            if first is None:
                self._wrong(place.child("start"), "neither a flow nor a first message", "add `flow:` or `user:`")
                return None
            return Start(first=first)
        flow = self._project.by_id.get(name)
        if flow is None:
            titled = [known for known in self._project.flows if known.title == name]
            if len(titled) != 1:
                self._wrong(place.child("start", "flow"), f"no flow is called `{name}`", self._close(name))
                return None
            flow = titled[0]
        if "entry" not in raw:
            return Start(flow.id, None, first)
        wanted = _text(raw["entry"])
        for number, entry in enumerate(flow.entries):
            if wanted in (str(number + 1), entry.kind.value, entry.name):
                return Start(flow.id, number, first)
        ways = ", ".join(f"{number + 1} ({entry.kind.value})" for number, entry in enumerate(flow.entries))
        self._wrong(place.child("start", "entry"), f"`{flow.id}` has no entry `{wanted}`", f"its entries are: {ways}")
        return None

    def _close(self, name: str) -> str:
        import difflib

        known = [flow.id for flow in self._project.flows]
        close = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
        return f"did you mean `{close[0]}`?" if close else f"the flows are: {', '.join(known[:8])}"

    def _stubs(self, raw: Any, place: Place) -> list[Stub]:
        return [
            Stub(
                _text(item.get("url")),
                self._status(item.get("status", 200), place.child(number, "status")),
                _data(item.get("body")),
                _text(item.get("method")),
                tuple(_data(_table(item.get("sets"))).items()),
                _flag(item.get("once")),
            )
            for number, item in enumerate(_many(raw))
            if isinstance(item, dict)
        ]

    def _status(self, value: Any, at: Place) -> int:
        number = _data(value)
        if isinstance(number, int) and not isinstance(number, bool) and number >= 0:
            return number
        self._wrong(at, f"`{_text(value)[:40]}` is no HTTP status", "write a number such as 200, or 0 for no answer")
        return 0

    # -- steps -----------------------------------------------------------------------------------------------------

    def _turns(self, steps: Sequence[Any], place: Place, start: Start | None) -> list[Turn]:
        turns: list[tuple[Input | None, list[Expect], bool, Place]] = [(None, [], False, place)]
        for number, step in enumerate(steps):
            at = place.child(number)
            table = _table(step)
            inputs = [key for key in INPUTS if key in table]
            if len(inputs) > 1:
                self._wrong(at, f"`{inputs[0]}` and `{inputs[1]}` stand in one step", "write two steps")
                continue
            if inputs:
                made = self._input(inputs[0], table[inputs[0]], at.child(inputs[0]))
                if made is not None:
                    turns.append((made, [], False, at))
            act, expected, more, where = turns[-1]
            expected.extend(self._expectations(table, at))
            turns[-1] = (act, expected, more or _flag(table.get("more")), where)
        return [
            Turn(
                act,
                tuple(expected),
                exact=not more and any(expect.what is What.SAID and not expect.negated for expect in expected),
                at=where,
            )
            for act, expected, more, where in turns
        ]

    def _input(self, key: str, value: Any, at: Place) -> Input | None:
        text = _text(value)
        if key == "user":
            return Say(text)
        if key == "tap":
            return Tap(text)
        if key in _MEDIA:
            return SendMedia(_MEDIA[key], text)
        if key == "location":
            return self._location(text, at)
        if key == "contact":
            return SendContact(_text(value.get("name")), _text(value.get("phone")))
        if key == "wait":
            try:
                return Pass(max(parse_duration(text), 0.0))
            except DurationError as error:
                self._wrong(at, f"`{text}` is no length of time: {error}", f"write {DURATION_EXAMPLES}")
                return None
        if key == "fails":
            return Fail()
        number = _data(value)
        if isinstance(number, int) and number > 0:
            return Decide(number - 1)
        self._wrong(at, f"`{text}` is no number of a way", "write 1 for the first way of the node")
        return None

    def _location(self, text: str, at: Place) -> Answer | None:
        parts = text.split(",")
        try:
            latitude, longitude = (float(part) for part in parts)
        except ValueError:
            self._wrong(at, f"`{text[:40]}` is no place", "write latitude and longitude: `14.69, -17.44`")
            return None
        return Locate(latitude, longitude)

    def _expectations(self, table: Mapping[str, Any], at: Place) -> list[Expect]:
        found: list[Expect] = []
        for key, value in table.items():
            here = at.child(key)
            if key == "bot":
                found.append(_said(value, here))
            elif key in _FLAGS and _flag(value):
                found.append(Expect(_FLAGS[key], at=here))
            elif key == "node":
                found.append(Expect(What.NODE, self._node(_text(value), here), at=here))
            elif key == "intent":
                found.append(Expect(What.INTENT, _text(value), at=here))
            elif key == "variables":
                for name, wanted in _table(value).items():
                    found.append(Expect(What.VARIABLE, _text(wanted), str(name), at=here.child(name)))
            elif key == "handover":
                found.append(Expect(What.HANDOVER, "" if _flag(value) else _text(value), at=here))
            elif key == "consent":
                found.append(Expect(What.CONSENT, _text(value), at=here))
            elif key == "called":
                found.append(Expect(What.CALLED, _text(value), at=here))
        return found

    def _node(self, name: str, at: Place) -> str:
        if not any(name in flow.by_id for flow in self._project.flows):
            import difflib

            known = [node.id for flow in self._project.flows for node in flow.nodes]
            close = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
            self._wrong(
                at, f"no node is called `{name}`", f"did you mean `{close[0]}`?" if close else "see `bascule fmt`"
            )
        return name


def _said(value: Any, at: Place) -> Expect:
    if not isinstance(value, dict):
        return Expect(What.SAID, texts=(_text(value),), at=at)
    texts = value.get("text")
    wordings = (
        tuple(_text(item) for item in texts) if isinstance(texts, list) else (() if texts is None else (_text(texts),))
    )
    return Expect(
        What.SAID,
        texts=wordings,
        how=_text(value.get("how")) or "wildcard",
        options=tuple(_text(item) for item in value["buttons"]) if "buttons" in value else None,
        bubble=_text(value.get("kind")),
        template=_text(value.get("template")),
        negated=_flag(value.get("not")),
        optional=_flag(value.get("optional")),
        at=at,
    )
