"""Sources read with the settings that belong to them: finding the configuration, opening it, laying options over it."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bascule.cli.sizes import SIZE
from bascule.diagnostics import Finding
from bascule.source import DEFAULT_MAX_BYTES, Document

if TYPE_CHECKING:
    from bascule.loading import Workspace
    from bascule.settings import Baseline, ConfigFile, Judged, Loaded, Settings

__all__ = ["Opened", "Reading", "config_candidates", "find_config", "open_settings", "open_sources", "shown_path"]

CONFIG_NAMES = ("bascule.toml", "pyproject.toml")
_MAX_CONFIG = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Reading:
    """The options that every command which reads sources has (``source_options``)."""

    from_format: str | None = None
    locale: str = ""
    placeholder: str = ""
    sheet: str = ""
    stdin_filename: str = "stdin"
    max_size: int | None = None
    config: str = ""
    isolated: bool = False
    ignore_unknown: bool = False
    """Named files that no format recognises, or that the configuration excludes, are left out without a word."""

    contents: Mapping[str, bytes] = field(default_factory=dict)
    """Bytes that stand for those of files, by real path (``-``: standard input): changes that are not written yet."""


@dataclass
class Opened:
    """What was read, and the settings it is judged by. ``sources`` are the paths that were named or configured."""

    workspace: Workspace
    settings: Settings
    sources: tuple[str, ...]
    documents: dict[str, Document] = field(default_factory=dict)
    """Those of the sources and of the configuration files."""

    @property
    def read(self) -> list[str]:
        """Display paths of all files that some format read."""
        return [
            path
            for file in self.workspace.files
            if file.parsed
            for path in ([member for member, _ in file.members] or [file.path])
        ]

    def judge(
        self, findings: Sequence[Finding], *, baseline: Baseline | None = None, base: str = "", keys: bool = False
    ) -> Judged:
        """The findings as the settings want them reported. Names in the baseline start from
        the folder ``base``."""
        from bascule.settings import Paths, judge

        folders = tuple(absolute(source) for source in self.sources if source != "-" and os.path.isdir(source))
        paths = Paths(absolute, lambda file: relative(file, base), folders)
        gone = _gone(baseline, base, folders) if baseline is not None else ()
        return judge(
            findings,
            self.documents,
            self.settings,
            paths,
            files=self.read,
            baseline=baseline,
            want_keys=keys,
            gone=gone,
        )


def _gone(baseline: Baseline, base: str, folders: Sequence[str]) -> set[str]:
    """Files of a baseline that would lie in a folder that was read, and do not (members go with their archive)."""
    gone = set()
    for file in {key.file for key in baseline.counts}:
        path = os.path.normpath(os.path.join(base, file.split("!")[0]))
        if not os.path.lexists(path) and any(Path(path).is_relative_to(folder) for folder in folders):
            gone.add(file)
    return gone


def absolute(path: str) -> str:
    """The absolute posix path of a display path."""
    return Path(os.path.abspath(path)).as_posix()


def relative(path: str, folder: str) -> str:
    """A display path as seen from an absolute folder; its own text where the two have nothing in common."""
    try:
        return Path(os.path.relpath(path, folder or os.getcwd())).as_posix()
    except ValueError:  # another drive
        return Path(path).as_posix()


def shown_path(path: str) -> str:
    """How an absolute path is shown: relative to the working folder."""
    return relative(path, "")


def find_config(sources: Sequence[str], stdin_filename: str = "stdin") -> str:
    """The configuration file nearest to the first source (absolute path), or ``""``: its folder's, or one above.

    In one folder ``bascule.toml`` comes before a ``pyproject.toml`` with a table ``[tool.bascule]``.
    """
    for path in _candidates(sources, stdin_filename):
        if path.is_file() and (path.name == CONFIG_NAMES[0] or _speaks_of_us(path)):
            return path.as_posix()
    return ""


def config_candidates(sources: Sequence[str]) -> list[str]:
    """Where a configuration file for the sources may be, or appear (display paths), the nearest first."""
    return [shown_path(path.as_posix()) for path in _candidates(sources, "stdin")]


def _candidates(sources: Sequence[str], stdin_filename: str) -> list[Path]:
    first = sources[0] if sources else "."
    start = Path(os.path.abspath(stdin_filename if first == "-" else first))
    return [folder / name for folder in (start, *start.parents) for name in CONFIG_NAMES]


def _speaks_of_us(path: Path) -> bool:
    from bascule.settings import has_settings

    text = _read_text(path.as_posix())
    return isinstance(text, str) and has_settings(text)


def _read_text(path: str, contents: Mapping[str, bytes] | None = None) -> str | Finding:
    from bascule.settings.load import unreadable

    shown = shown_path(path)
    try:
        if contents and (real := os.path.realpath(path)) in contents:
            return contents[real].decode("utf-8-sig")
        if not os.path.isfile(path):
            return unreadable(shown, "this is no file" if os.path.exists(path) else "the file does not exist")
        if os.path.getsize(path) > _MAX_CONFIG:
            return unreadable(shown, "the file is larger than any configuration (1 MiB)")
        return Path(path).read_bytes().decode("utf-8-sig")
    except OSError as error:
        return unreadable(shown, f"cannot be read: {error.strerror or 'unknown reason'}")
    except ValueError:
        return unreadable(shown, "the file is not UTF-8, as TOML must be")


def open_settings(sources: Sequence[str], reading: Reading) -> Loaded:
    """The settings that hold for the sources. What is wrong with them is in ``findings``."""
    from bascule.settings import ConfigFile, Loaded, load_settings

    if reading.isolated:
        if reading.config:
            raise click.UsageError("--config and --isolated exclude each other.")
        return Loaded()
    path = absolute(reading.config) if reading.config else find_config(sources, reading.stdin_filename)
    if not path:
        return Loaded()
    start: ConfigFile = ConfigFile(path, shown_path(path))
    return load_settings(start, lambda file: _read_text(file, reading.contents), shown_path)


def open_sources(sources: Sequence[str], reading: Reading, *, hidden: Sequence[str] = ()) -> Opened:
    """Read and parse what the user named, or what the configuration names when the user named nothing.

    With a broken configuration nothing is read: its findings are the workspace's. Unknown format names are usage
    errors with a suggestion. Files of ``hidden`` (absolute paths) are left out of folders.
    """
    if "" in sources:
        raise click.UsageError("SRC is an empty text (an unset variable?): name files or folders, or `.` for this one.")
    if sources and "-" not in sources and reading.stdin_filename != "stdin":
        raise click.UsageError("--stdin-filename goes with `-`, which reads standard input.")
    loaded = open_settings(sources, reading)
    settings = loaded.settings
    named = tuple(sources) or tuple(shown_path(path) for path in settings.sources)
    if loaded.broken:
        from bascule.loading import Workspace

        workspace = Workspace(findings=list(loaded.findings), unreadable=True, documents=dict(loaded.documents))
        return Opened(workspace, settings, named, workspace.documents)
    if not named:
        raise click.UsageError("Missing argument 'SRC...': name files or folders, or `sources` in bascule.toml.")
    workspace = _load(named, reading, settings, {*hidden, settings.baseline})
    if not sources and settings.files:
        _say_where_from(workspace, named, settings.files[-1])
    workspace.findings[:0] = loaded.findings
    workspace.settings = settings.project
    workspace.documents.update(loaded.documents)
    return Opened(workspace, settings, named, workspace.documents)


def _say_where_from(workspace: Workspace, named: Sequence[str], config: str) -> None:
    """Findings about configured sources that are not there say where their names come from."""
    from bascule.diagnostics.parse_rules import FileUnreadable

    for number, finding in enumerate(workspace.findings):
        if finding.code == FileUnreadable.code and finding.place.file in named and finding.help == "check the path":
            workspace.findings[number] = replace(finding, help=f"check `sources` in {config}")


def _load(sources: Sequence[str], reading: Reading, settings: Settings, hidden: set[str]) -> Workspace:
    from bascule.cli.inputs import expand, read_inputs
    from bascule.diagnostics.parse_rules import NothingToRead
    from bascule.loading import InputFile, Workspace, load
    from bascule.parsers import ParseOptions, all_formats

    names = [info.name for info in all_formats()]
    if reading.from_format is not None and reading.from_format not in names:
        import difflib

        close = difflib.get_close_matches(reading.from_format, names, n=1)
        hint = f" Did you mean {close[0]!r}?" if close else ""
        raise click.UsageError(f"no format is called {reading.from_format!r}.{hint} `bascule formats` lists them.")
    max_bytes = reading.max_size or _size(settings.max_size) or DEFAULT_MAX_BYTES

    output = _redirected()

    def left_out(path: Path) -> bool:
        whole = absolute(path.as_posix())
        return whole in hidden or settings.excludes(whole) or (output is not None and _is_file(path, output))

    inputs, findings = read_inputs(
        expand(sources),
        stdin_name=reading.stdin_filename,
        max_bytes=max_bytes,
        left_out=left_out,
        contents=reading.contents,
    )
    if reading.ignore_unknown:
        inputs = [
            replace(item, explicit=False) if isinstance(item, InputFile) else item
            for item in inputs
            if not (isinstance(item, InputFile) and left_out(Path(item.file.path)))
        ]
        if not inputs and not findings:
            return Workspace()
    options = ParseOptions(
        locale=reading.locale or settings.project.default_locale,
        placeholder=reading.placeholder or settings.placeholder,
        sheet=reading.sheet or settings.sheet,
    )
    if not inputs and findings:
        return Workspace(findings=list(findings), unreadable=True)
    workspace = load(inputs, options, from_format=reading.from_format, max_bytes=max_bytes)
    workspace.findings[:0] = findings
    workspace.unreadable = workspace.unreadable or bool(findings)
    if reading.ignore_unknown and [finding.code for finding in workspace.findings] == [NothingToRead.code]:
        workspace.findings.clear()
        workspace.unreadable = False
    return workspace


def _redirected() -> os.stat_result | None:
    """The file that standard output goes to (``> report.txt``): it is no input of the run that writes it."""
    try:
        info = os.fstat(1)
    except OSError:
        return None
    return info if stat.S_ISREG(info.st_mode) else None


def _is_file(path: Path, info: os.stat_result) -> bool:
    try:
        return os.path.samestat(path.stat(), info)
    except OSError:
        return False


def _size(text: str) -> int:
    return SIZE.convert(text, None, None) if text else 0


def _severity_hint(item: str) -> str:
    import difflib
    import re

    selector, mark, level = re.fullmatch(r"([\w-]*)\s*([=:]?)\s*(.*)", item, re.DOTALL).groups()  # type: ignore[union-attr]
    if mark and level.lower() in ("off", "none", "ignore", "false", "0"):
        return f" To switch it off, write --ignore {selector}."
    words = {"warn": "warning", "err": "error", "fatal": "error", "critical": "error", "note": "info", "hint": "info"}
    close = words.get(level.lower()) or next(
        iter(difflib.get_close_matches(level.lower(), ("error", "warning", "info"), n=1)), ""
    )
    return f" Did you mean {f'{selector}={close}'!r}?" if mark and close else ""


def with_selection(
    settings: Settings, select: Sequence[str], extend: Sequence[str], ignore: Sequence[str], severity: Sequence[str]
) -> Settings:
    """The settings with the command line's selection on top. Codes that do not exist are usage errors."""
    from bascule.diagnostics import Severity, registry
    from bascule.settings.selection import Layer, Unknown, resolve, split_selectors

    def prefixes(option: str, values: Sequence[str]) -> tuple[str, ...]:
        found = []
        for selector in split_selectors(values):
            try:
                found.append(resolve(selector))
            except Unknown as error:
                raise click.UsageError(f"{option}: {error}; {error.help}") from error
        return tuple(found)

    if select and not split_selectors(select):
        raise click.UsageError("--select names no code (an unset variable?): nothing would be checked.")
    layer = Layer(
        prefixes("--select", select) if select else None,
        prefixes("--extend-select", extend),
        prefixes("--ignore", ignore),
    )
    forced = dict(settings.forced)
    for item in split_selectors(severity):
        selector, _, level = (part.strip() for part in item.partition("="))
        level = level.lower()
        if level not in ("error", "warning", "info"):
            hint = _severity_hint(item)
            raise click.UsageError(f"--severity: {item!r} is not CODE=error, CODE=warning or CODE=info.{hint}")
        (prefix,) = prefixes("--severity", [selector])
        rule = registry().get(prefix)
        if rule is not None and rule.unreadable:
            raise click.UsageError(f"--severity: {prefix} means that something could not be read: it stays an error.")
        forced[prefix] = Severity.parse(level)
    selection = settings.selection if layer == Layer() else settings.selection.under(layer)
    return replace(settings, selection=selection, forced=forced)
