"""``bascule test``: conversations in isolation, on the source and on what it is converted to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from bascule.cli.options import COLOUR, FAIL_ON, exit_code, fail_level, source_options, use_colour
from bascule.cli.streams import emit


@click.command("test")
@source_options
@click.option(
    "--suite",
    "suites",
    multiple=True,
    metavar="PATH",
    help="Tests to run: a file or a folder (bascule, Botium, Rasa, Dialogflow CX, goflow). May be repeated.",
)
@click.option(
    "--to",
    "wanted",
    multiple=True,
    default=("meta",),
    show_default="meta",
    metavar="TARGET[,...]",
    help="Providers whose messages are tried against the source; `none` for none. May be repeated.",
)
@click.option(
    "--users",
    default=400,
    show_default=True,
    type=click.IntRange(0, 10_000),
    help="Most made-up users that walk the source and each target; 0 for none.",
)
@click.option("--coverage", type=click.IntRange(0, 100), metavar="PERCENT", help="Fail when less is walked.")
@click.option("--seed", default=0, show_default=True, help="Decides what chance decides.")
@click.option("--strict", is_flag=True, help="Other words than a suite says fail, also where its format only advises.")
@click.option(
    "--format",
    "output_format",
    type=click.Choice(["text", "json", "junit", "tap"]),
    default="text",
    show_default=True,
    help="How the report is written.",
)
@click.option("-o", "--output", type=click.Path(path_type=Path), metavar="FILE", help="Write the report to a file.")
@click.option("-v", "--verbose", is_flag=True, help="Show the conversations of tests that pass, too.")
@FAIL_ON
@COLOUR
def command(
    sources: tuple[str, ...],
    suites: tuple[str, ...],
    wanted: tuple[str, ...],
    users: int,
    coverage: int | None,
    seed: int,
    strict: bool,
    output_format: str,
    output: Path | None,
    verbose: bool,
    fail_on: str,
    colour: str,
    **reading: Any,
) -> int:
    """Hold conversations with a scenario, and with its conversion, without sending anything.

    Runs the tests of --suite on the source and on each provider of --to, and lets made-up users walk every way of the
    flows on both sides: what is said, which way it goes, and what the closed window keeps back are compared.
    Servers are never called: a suite gives their answers. docs/testing.md has the formats.
    """
    import sys

    from bascule.cli.configured import Reading, open_sources
    from bascule.cli.output import write_text
    from bascule.compiling import Compilation
    from bascule.diagnostics.render_text import render_text
    from bascule.report.tests import TestReport, render_tests
    from bascule.suites.findings import comparison_findings, coverage_findings, suite_findings
    from bascule.suites.read import read_suites
    from bascule.trying import SOURCE, Trial
    from bascule.workspace import analyse, located

    targets = _providers(wanted)
    opened = open_sources(sources, Reading(**reading))
    workspace, facts = opened.workspace, opened.settings.project
    fail_on = fail_level(fail_on, opened.settings.fail_on)
    analysis = analyse(workspace, locale=reading["locale"])
    trial = Trial(analysis, Compilation(analysis, facts, reading["locale"] or facts.default_locale), seed)
    read, found = read_suites(suites, analysis.project)
    documents = dict(workspace.documents)
    documents |= {suite.path: suite.document for suite in read if suite.document is not None}
    report = TestReport(verbose=verbose)
    for side in (SOURCE, *targets) if read else ():
        for suite in read:
            run = trial.run_suite(suite, side)
            report.runs.append(run)
            found += suite_findings(suite, side, run.results, strict)
    if users and targets:
        report.users = trial.users(users)
        report.conversions = [trial.convert(target, users) for target in targets]
        compared = {conversion.target: conversion.comparisons for conversion in report.conversions}
        found += comparison_findings(analysis.project, compared)
    short = False
    if coverage is not None:
        walked = trial.coverage(report.runs) if read else trial.users(users).coverage
        report.walked = walked.share
        short = walked.share * 100 < coverage
        found += coverage_findings(analysis.project, walked)
    unread = [finding for finding in workspace.findings if finding.severity >= 3]
    findings = located([*unread, *found], documents)
    report.findings = findings
    text = render_tests(report, output_format)
    if output is not None:
        write_text(output, text)
    if findings and output_format == "text":
        emit(render_text(findings, documents, use_colour(colour, sys.stderr)), err=True)
    if output is None:
        emit(text)
    if short and coverage is not None:
        click.echo(f"the tests walk {report.walked:.0%} of all ways, {coverage} % were asked for", err=True)
    broken = any(finding.code in ("TST001", "TST002") for finding in findings)
    code = exit_code(findings, fail_on, workspace.unreadable or broken)
    return code or (1 if short and fail_on != "never" else 0)


def _providers(wanted: tuple[str, ...]) -> list[str]:
    """The providers among the targets, or a usage error."""
    from bascule.cli.compile_command import _targets
    from bascule.targets import load_capabilities

    names = [name for item in wanted for name in item.split(",") if name.strip() and name.strip() != "none"]
    if not names:
        return []
    targets = _targets(tuple(names))
    providers = [name for name in targets if load_capabilities(name).kind == "provider"]
    others = [name for name in targets if name not in providers]
    if others and "all" not in names:
        raise click.UsageError(
            f"{others[0]!r} is no provider: conversations are tried on the messages and templates of providers."
        )
    return providers
