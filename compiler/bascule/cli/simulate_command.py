"""``bascule simulate``: a chat in the terminal with a scenario, or with what it is converted to."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import click

from bascule.cli.options import source_options

if TYPE_CHECKING:
    from bascule.simulator.engine import Simulator
    from bascule.simulator.inputs import Input
    from bascule.simulator.script import Start

HELP = """\
  text            write it              /tap 2           tap an option (title, id or number)
  /wait 2h        let time go by        /image URL       send a picture (also /video /audio /document)
  /place LAT,LON  send a place          /contact N NAME  send a contact card
  /fails          not delivered         /way 2           decide what cannot be told offline
  /show           variables and clock   /restart         begin again         /quit"""


@click.command("simulate")
@source_options
@click.option(
    "--on", "side", default="source", show_default=True, metavar="SIDE", help="`source`, or a provider: meta …"
)
@click.option("--flow", default="", metavar="FLOW", help="Start this flow; else what the first message starts.")
@click.option("--entry", default="", metavar="ENTRY", help="Which of its entries: from 1, or its kind (`broadcast`).")
@click.option("--set", "given", multiple=True, metavar="NAME=VALUE", help="A variable's value. May be repeated.")
@click.option("--seed", default=0, show_default=True, help="Decides what chance decides.")
def command(
    sources: tuple[str, ...],
    side: str,
    flow: str,
    entry: str,
    given: tuple[str, ...],
    seed: int,
    **reading: Any,
) -> int:
    """Chat with a scenario in the terminal, or with the messages it is converted to.

    What is typed is what the person writes; lines with a slash do other things (/help). Without a terminal the lines
    of standard input are taken and shown, so a conversation can be kept in a file. Nothing is sent.
    """
    from bascule.cli.configured import Reading, open_sources
    from bascule.compiling import Compilation
    from bascule.diagnostics.render_text import render_text
    from bascule.targets import target_names
    from bascule.trying import SOURCE, Trial
    from bascule.workspace import analyse

    opened = open_sources(sources, Reading(**reading))
    workspace = opened.workspace
    if workspace.unreadable:
        click.echo(render_text(workspace.findings, workspace.documents, False), err=True, nl=False)
        return 2
    analysis = analyse(workspace, locale=reading["locale"])
    facts = opened.settings.project
    trial = Trial(analysis, Compilation(analysis, facts, reading["locale"] or facts.default_locale), seed)
    try:
        trial.simulator(side)
    except KeyError:
        names = [SOURCE, *(name for name in target_names() if _is_provider(name))]
        raise click.UsageError(f"--on {side!r} is no provider; the sides are: {', '.join(names)}.") from None
    start = _start(analysis.project, flow, entry)

    def fresh() -> Simulator:
        simulator = trial.simulator(side)
        for pair in given:
            name, equals, value = pair.partition("=")
            if not equals or not name.strip():
                raise click.UsageError(f"--set {pair!r}: write NAME=VALUE.")
            simulator.session.memory.put(tuple(name.strip().split(".")), value)
        return simulator

    _chat(fresh, start, sys.stdin)
    return 0


def _is_provider(name: str) -> bool:
    from bascule.targets import load_capabilities

    return load_capabilities(name).kind == "provider"


def _start(project: Any, flow: str, entry: str) -> Start | None:
    """Where the conversation begins; None: with the first message."""
    from bascule.simulator.script import Start

    if not flow:
        if entry:
            raise click.UsageError("--entry needs --flow.")
        return None
    chosen = project.by_id.get(flow) or next((item for item in project.flows if item.title == flow), None)
    if chosen is None:
        import difflib

        names = [item.id for item in project.flows]
        close = difflib.get_close_matches(flow, names, n=1)
        hint = f" Did you mean {close[0]!r}?" if close else f" The flows are: {', '.join(names[:10])}."
        raise click.UsageError(f"no flow is called {flow!r}.{hint}")
    if not entry:
        return Start(chosen.id)
    for number, way in enumerate(chosen.entries):
        if entry in (str(number + 1), way.kind.value, way.name):
            return Start(chosen.id, number)
    ways = ", ".join(f"{number + 1} ({way.kind.value})" for number, way in enumerate(chosen.entries))
    raise click.UsageError(f"{chosen.id!r} has no entry {entry!r}; its entries are: {ways or 'none'}.")


def _chat(fresh: Callable[[], Simulator], start: Start | None, lines: Iterable[str]) -> None:
    from bascule.report.tests import transcript

    shown = sys.stdin.isatty()
    simulator = fresh()
    if start is not None:
        _print(transcript(simulator.start(start.flow, start.entry)))
    if shown:
        click.echo(HELP)
    for raw in _lines(lines, shown):
        line = raw.strip()
        word, _, rest = line.partition(" ")
        if word in ("/quit", "/exit"):
            return
        if word == "/help":
            click.echo(HELP)
        elif word == "/show":
            _state(simulator)
        elif word == "/restart":
            simulator = fresh()
            if start is not None:
                _print(transcript(simulator.start(start.flow, start.entry)))
        elif line:
            step = _input(word, rest.strip(), line)
            if isinstance(step, str):
                click.echo(f"       {step}")
                continue
            try:
                events = simulator.feed(step)
            except ValueError as error:
                click.echo(f"       {error}")
                continue
            told = list(transcript(events))
            _print(told[1:] if shown and told and told[0].startswith("user >") else told)


def _lines(lines: Iterable[str], prompt: bool) -> Iterable[str]:
    if not prompt:
        yield from lines
        return
    while True:
        try:
            yield input("user > ")
        except (EOFError, KeyboardInterrupt):
            click.echo()
            return


def _print(lines: Iterable[str]) -> None:
    for line in lines:
        click.echo(line)


def _state(simulator: Simulator) -> None:
    from bascule.simulator.evaluation import show

    session = simulator.session
    since = session.since_written
    click.echo(
        f"       {session.now:%A %H:%M}; the person wrote {'never' if since is None else f'{since / 3600:.1f} h ago'}"
    )
    click.echo(f"       at {session.flow.id if session.flow else '-'} / {session.node or 'the end'}")
    for name, value in sorted(session.memory.dump().items()):
        text = (
            ", ".join(f"{key}: {show(item, simulator.scope)}" for key, item in value.items())
            if isinstance(value, dict)
            else show(value, simulator.scope)
        )
        click.echo(f"       {name} = {text}")


def _input(word: str, rest: str, line: str) -> Input | str:
    """The input of a line, or what is wrong with it."""
    from bascule.ir.content import MediaKind
    from bascule.ir.durations import DURATION_EXAMPLES, DurationError, parse_duration
    from bascule.simulator.inputs import Decide, Fail, Locate, Pass, Say, SendContact, SendMedia, Tap

    if not word.startswith("/"):
        return Say(line)
    name = word[1:]
    if name == "tap" and rest:
        return Tap(rest)
    if name == "wait":
        try:
            return Pass(max(parse_duration(rest), 0.0))
        except DurationError as error:
            return f"`{rest}` is no length of time: {error}; write {DURATION_EXAMPLES}"
    if name in ("image", "video", "audio", "document"):
        return SendMedia(MediaKind(name), rest or f"https://bascule.example/{name}")
    if name == "place":
        try:
            latitude, longitude = (float(part) for part in rest.split(","))
        except ValueError:
            return "write latitude and longitude: /place 14.69,-17.44"
        return Locate(latitude, longitude)
    if name == "contact" and rest:
        phone, _, who = rest.partition(" ")
        return SendContact(who or phone, phone)
    if name == "fails":
        return Fail()
    if name == "way" and rest.isdigit():
        return Decide(int(rest) - 1)
    return f"`{word}` is no command here: /help lists them"
