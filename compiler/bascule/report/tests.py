"""Test reports: for people, as JSON, as JUnit XML for continuous integration, as TAP."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from xml.etree import ElementTree

from bascule.diagnostics import Finding, Severity
from bascule.simulator.events import (
    Blocked,
    Called,
    Doubt,
    Ended,
    Event,
    HandedOver,
    Heard,
    Question,
    Said,
    Skipped,
    Unanswered,
)
from bascule.simulator.explore import Exploration
from bascule.simulator.inputs import Decide, Expire, Fail, Pass, print_input
from bascule.suites.model import Weight
from bascule.suites.run import CaseResult
from bascule.trying import SOURCE, Conversion, SuiteRun

__all__ = ["FORMATS", "TestReport", "render_tests", "transcript"]

FORMATS = ("text", "json", "junit", "tap")


@dataclass
class TestReport:
    """Everything one run of ``bascule test`` found."""

    __test__ = False

    runs: list[SuiteRun] = field(default_factory=list)
    conversions: list[Conversion] = field(default_factory=list)
    users: Exploration | None = None
    walked: float | None = None
    findings: list[Finding] = field(default_factory=list)
    verbose: bool = False

    @property
    def failed(self) -> int:
        """Cases that went wrong, over all suites and sides."""
        return sum(1 for run in self.runs for result in run.results if result.status == "failed")


def transcript(events: Iterable[Event]) -> Iterator[str]:
    """A conversation as a chat: ``user >``, ``bot <`` with its buttons, and what happened between."""
    for event in events:
        if isinstance(event, Heard):
            if isinstance(event.input, (Pass, Fail, Expire, Decide)):
                yield f"       {print_input(event.input)}"
            else:
                how = f"   ({event.how})" if event.how not in ("", "title") else ""
                yield f"user > {print_input(event.input)}{how}"
        elif isinstance(event, Said):
            yield from _said(event)
        elif isinstance(event, Blocked):
            yield f"       not sent: {event.reason}   @{event.node}"
        elif isinstance(event, HandedOver):
            yield f"       a person takes over{': ' + event.to if event.to else ''}"
        elif isinstance(event, Called):
            yield f"       request {event.method or 'GET'} {event.url or event.service}: {event.outcome}"
        elif isinstance(event, Question):
            yield f"       cannot be told offline: {event.reason}"
        elif isinstance(event, Doubt):
            yield f"       {event.reason}   @{event.node}"
        elif isinstance(event, Skipped):
            yield f"       left out: {event.construct}   @{event.node}"
        elif isinstance(event, Unanswered):
            yield "       nobody listens for that"
        elif isinstance(event, Ended):
            yield f"       ({event.status}{': ' + event.reason if event.reason else ''})"


def _said(event: Said) -> Iterator[str]:
    bubble = event.bubble
    kind = f" {{{bubble.template or bubble.kind}}}" if bubble.kind not in ("text", "buttons") else ""
    to = f" to {event.others}" if event.others else ""
    text = "\n".join(part for part in (bubble.header, bubble.text, bubble.footer, *bubble.media) if part)
    lines = text.split("\n")
    yield f"bot  < {lines[0]}{kind}{to}   @{event.node}"
    yield from (f"       {line}" for line in lines[1:])
    for option in bubble.options:
        rest = f" {option.description}" if option.description else ""
        yield f"       [{option.title}]{rest}{' → ' + option.target if option.target else ''}"


def _events(result: CaseResult) -> list[Event]:
    return [event for _, events in result.events for event in events]


def render_tests(report: TestReport, wanted: str) -> str:
    """The report in one of :data:`FORMATS`."""
    if wanted == "json":
        return json.dumps(_json(report), ensure_ascii=False, indent=2) + "\n"
    if wanted == "junit":
        return _junit(report)
    if wanted == "tap":
        return _tap(report)
    return "\n".join(_text(report)) + "\n"


# -- for people ----------------------------------------------------------------------------------------------------


def _text(report: TestReport) -> Iterator[str]:
    for run in report.runs:
        on = "" if run.side == SOURCE else f" on {run.side}"
        yield f"{run.suite.path} ({run.suite.format}){on}: {_count(len(run.results), 'test')}"
        for result in run.results:
            yield from _case(result, report.verbose)
        yield ""
    if report.users is not None:
        ways = report.users.coverage
        cut = " (stopped at the limit of users)" if report.users.cut else ""
        yield (
            f"{_count(len(report.users.scripts), 'made-up user')} walked {len(ways.walked & ways.all_ways)} of "
            f"{_count(len(ways.all_ways), 'way')} ({ways.share:.0%}){cut}"
        )
    for conversion in report.conversions:
        found = [item for comparison in conversion.comparisons for item in comparison.differences]
        loud = sum(1 for item in found if not item.explained)
        yield (
            f"{conversion.target}: {_count(conversion.bubbles, 'message')} compared, {conversion.same} say the same, "
            f"{len(found) - loud} differ as announced, {loud} differ otherwise"
        )
    if report.walked is not None:
        yield f"the suites walk {report.walked:.0%} of all ways"
    yield _summary(report)


_MARKS = {"passed": "ok  ", "failed": "FAIL", "unchecked": "?   "}


def _case(result: CaseResult, verbose: bool) -> Iterator[str]:
    case = result.case
    if case.skipped:
        yield f"  skip  {case.name}: {case.skipped}"
        return
    notes = [item for item in result.mismatches if item.weight is not Weight.WRONG]
    extra = f"  ({_count(len(notes), 'remark')})" if notes else ""
    yield f"  {_MARKS[result.status]}  {case.name}{extra}"
    if result.status == "failed" or verbose:
        yield from (f"          {line}" for line in transcript(_events(result)))
    for item in result.mismatches:
        if item.weight is Weight.WRONG:
            yield f"        × step {item.step}: expected {item.wanted}"
            yield f"                 came     {item.came}"


def _summary(report: TestReport) -> str:
    results = [result for run in report.runs for result in run.results]
    if not results:
        levels = [finding.severity for finding in report.findings]
        return f"{levels.count(Severity.ERROR)} errors, {levels.count(Severity.WARNING)} warnings"
    counts = Counter(result.status for result in results)
    tail = "".join(
        f", {counts[status]} {words}"
        for status, words in (("unchecked", "cannot be checked offline"), ("skipped", "not run"))
        if counts[status]
    )
    return f"{counts['passed']} passed, {counts['failed']} failed{tail}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


# -- for programs --------------------------------------------------------------------------------------------------


def _json(report: TestReport) -> dict[str, Any]:
    """Everything as plain data (``schemas/test-report.schema.json``)."""
    data: dict[str, Any] = {
        "suites": [
            {
                "path": run.suite.path,
                "format": run.suite.format,
                "side": run.side,
                "tests": [_case_json(result) for result in run.results],
            }
            for run in report.runs
        ],
    }
    if report.users is not None:
        ways = report.users.coverage
        data["users"] = {
            "count": len(report.users.scripts),
            "cut": report.users.cut,
            "ways": len(ways.all_ways),
            "walked": len(ways.walked & ways.all_ways),
        }
    data["conversions"] = [
        {
            "target": conversion.target,
            "messages": conversion.bubbles,
            "same": conversion.same,
            "differences": [
                {
                    "kind": item.kind.name.lower(),
                    "flow": item.flow,
                    "node": item.node,
                    "source": item.source,
                    "target": item.target,
                    "detail": item.detail,
                    "announced": item.explained,
                    "user": [print_input(step) for step in comparison.script.steps],
                }
                for comparison in conversion.comparisons
                for item in comparison.differences
            ],
        }
        for conversion in report.conversions
    ]
    data["findings"] = [
        {
            "code": finding.code,
            "severity": str(finding.severity),
            "message": finding.message,
            "file": finding.place.file,
            "line": finding.span.line if finding.span else None,
            "column": finding.span.column if finding.span else None,
        }
        for finding in report.findings
    ]
    return data


def _case_json(result: CaseResult) -> dict[str, Any]:
    return {
        "name": result.case.name,
        "status": result.status,
        "reason": result.case.skipped,
        "checked": result.checked,
        "mismatches": [
            {"weight": item.weight.value, "step": item.step, "expected": item.wanted, "came": item.came}
            for item in result.mismatches
        ],
        "transcript": list(transcript(_events(result))),
    }


def _junit(report: TestReport) -> str:
    """JUnit XML: one suite per file and side, one per conversion (each user is a case).
    https://github.com/testmoapp/junitxml"""
    root = ElementTree.Element("testsuites", name="bascule test")
    for run in report.runs:
        failures = sum(1 for result in run.results if result.status == "failed")
        skipped = sum(1 for result in run.results if result.status in ("skipped", "unchecked"))
        suite = _suite(root, f"{run.suite.path} ({run.side})", len(run.results), failures, skipped)
        for result in run.results:
            case = ElementTree.SubElement(
                suite, "testcase", name=_xml(result.case.name), classname=_xml(run.suite.path)
            )
            if result.status in ("skipped", "unchecked"):
                reason = result.case.skipped or "nothing of it can be checked offline"
                ElementTree.SubElement(case, "skipped", message=_xml(reason))
            wrong = [item for item in result.mismatches if item.weight is Weight.WRONG]
            for item in wrong[:1]:
                failure = ElementTree.SubElement(
                    case,
                    "failure",
                    message=_xml(f"step {item.step}: expected {item.wanted}, came {item.came}"),
                    type="TST010",
                )
                failure.text = _xml("\n".join(transcript(_events(result))))
    for conversion in report.conversions:
        cases = conversion.comparisons
        bad = sum(1 for user in cases if user.unexplained)
        suite = _suite(root, f"conversion to {conversion.target}", len(cases), bad, 0)
        for number, user in enumerate(cases, start=1):
            case = ElementTree.SubElement(
                suite,
                "testcase",
                name=_xml(f"user {number}: {user.script.start.describe()}"),
                classname=conversion.target,
            )
            for difference in user.unexplained[:1]:
                ElementTree.SubElement(
                    case,
                    "failure",
                    message=_xml(f"{difference.node} {difference.kind.value}: {difference.detail}"),
                    type="TST022",
                )
    ElementTree.indent(root)
    body = ElementTree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{body}\n'


def _suite(root: ElementTree.Element, name: str, tests: int, failures: int, skipped: int) -> ElementTree.Element:
    return ElementTree.SubElement(
        root, "testsuite", name=_xml(name), tests=str(tests), failures=str(failures), errors="0", skipped=str(skipped)
    )


def _xml(text: str) -> str:
    """Text without what XML 1.0 cannot hold."""
    return "".join(
        char if char in "\t\n\r" or " " <= char <= "\ud7ff" or char >= "\ue000" else "\ufffd" for char in text
    )


def _tap(report: TestReport) -> str:
    """The Test Anything Protocol, version 14: https://testanything.org/tap-version-14-specification.html"""
    lines: list[str] = []
    number = 0
    for run in report.runs:
        for result in run.results:
            number += 1
            state = "not ok" if result.status == "failed" else "ok"
            reason = result.case.skipped or "nothing of it can be checked offline"
            skip = f" # SKIP {_line(reason)}" if result.status in ("skipped", "unchecked") else ""
            lines.append(f"{state} {number} - {_line(result.case.name)} ({run.side}){skip}")
            lines += _yaml([item for item in result.mismatches if item.weight is Weight.WRONG])
    for conversion in report.conversions:
        number += 1
        bad = [item for comparison in conversion.comparisons for item in comparison.unexplained]
        lines.append(f"{'not ok' if bad else 'ok'} {number} - conversion to {conversion.target}")
    return "\n".join(["TAP version 14", f"1..{number}", *lines]) + "\n"


def _line(text: str) -> str:
    return " ".join(text.replace("#", "\\#").split())


def _yaml(wrong: Sequence[Any]) -> list[str]:
    if not wrong:
        return []
    item = wrong[0]
    shown = {"step": item.step, "expected": item.wanted, "came": item.came}
    return ["  ---", *(f"  {key}: {json.dumps(value, ensure_ascii=False)}" for key, value in shown.items()), "  ..."]
