"""Reading configuration files: pure over a function that gives the text of a path."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

from bascule.diagnostics import Applicability, Edit, Finding, Fix, Rule, Severity, locate
from bascule.ir.settings import FileFacts, ProjectSettings
from bascule.settings.model import FileRules, Override, Settings
from bascule.settings.rules import (
    ConfigBadValue,
    ConfigExtends,
    ConfigSyntax,
    ConfigUnknownCode,
    ConfigUnknownKey,
    ConfigUnreadable,
    SuppressionRefused,
    SuppressionWithoutReason,
)
from bascule.settings.schema import CONFIG
from bascule.settings.selection import Layer, Unknown, resolve
from bascule.settings.toml_document import TomlDocument
from bascule.source import Document, Place, join_pointer

__all__ = ["ConfigFile", "Loaded", "ReadText", "has_settings", "load_settings"]

PYPROJECT = "pyproject.toml"
_MOST_FILES = 16
_MOST_PROBLEMS = 50

ReadText = Callable[[str], "str | Finding"]
"""Gives the text of an absolute path, or the finding that says why there is none."""


@dataclass(frozen=True, slots=True)
class ConfigFile:
    """A configuration file: its absolute posix path and the path that is shown."""

    path: str
    shown: str


@dataclass
class Loaded:
    """Settings, what was wrong, and the documents that turn places into lines. ``broken``: nothing may be checked."""

    settings: Settings = field(default_factory=Settings)
    findings: list[Finding] = field(default_factory=list)
    documents: dict[str, Document] = field(default_factory=dict)

    @property
    def broken(self) -> bool:
        """Some part of the configuration has no meaning."""
        return any(finding.severity is Severity.ERROR for finding in self.findings)


def has_settings(text: str) -> bool:
    """Whether a ``pyproject.toml`` speaks of bascule at all; one that is no TOML does when it names the table."""
    if "bascule" not in text:
        return False
    document = TomlDocument(PYPROJECT, text)
    if document.problem is not None:
        return "tool.bascule" in text.replace(" ", "")
    tool = document.value.get("tool")
    return isinstance(tool, dict) and "bascule" in tool


def load_settings(start: ConfigFile, read: ReadText, show: Callable[[str], str]) -> Loaded:
    """Read a configuration file and all that it extends. Never raises on content.

    ``show`` turns an absolute path into the one that findings show.
    """
    loaded = Loaded()
    run = _Run(loaded, read, show)
    run.file(start, None, ())
    settings = loaded.settings
    loaded.settings = replace(settings, root=posixpath.dirname(start.path))
    loaded.findings[:] = [locate(finding, loaded.documents) for finding in loaded.findings]
    return loaded


class _Run:
    def __init__(self, loaded: Loaded, read: ReadText, show: Callable[[str], str]) -> None:
        self.loaded = loaded
        self.read = read
        self.show = show

    def file(self, config: ConfigFile, named_at: Place | None, above: tuple[str, ...]) -> None:
        """Read one file, its bases first, and lay its settings over what is there."""
        if config.path in above or len(above) >= _MOST_FILES:
            what = f"a chain of more than {_MOST_FILES} files"
            if config.path in above:
                what = f"`{config.shown}` extends itself, directly or through other files"
            self.loaded.findings.append(ConfigExtends.at(named_at or Place(config.shown), what))
            return
        text = self.read(config.path)
        if isinstance(text, Finding):
            finding = text if named_at is None else replace(text, place=named_at)
            self.loaded.findings.append(finding)
            return
        document = TomlDocument(config.shown, text)
        self.loaded.documents[config.shown] = document
        if document.problem is not None:
            syntax = document.problem
            finding = ConfigSyntax.at(Place(config.shown), f"the file is not TOML: {syntax.message}")
            self.loaded.findings.append(replace(finding, span=document.span(syntax.start, syntax.end)))
            return
        base = ""
        table: Any = document.value
        if posixpath.basename(config.path) == PYPROJECT:
            base = "/tool/bascule"
            tool = table.get("tool")
            table = tool.get("bascule", {}) if isinstance(tool, dict) else {}
        problems = list(islice(CONFIG.check(table, base), _MOST_PROBLEMS))
        for problem in problems:
            rule: type[Rule] = ConfigUnknownKey if problem.unknown else ConfigBadValue
            place = Place(config.shown, problem.pointer, None, problem.key)
            fix = _renamed(place, problem.meant) if problem.meant else None
            self.loaded.findings.append(rule.at(place, problem.message, help=problem.help, fix=fix))
        if problems:
            return
        bases = _texts(table.get("extends"))
        for number, name in enumerate(bases):
            path = posixpath.normpath(posixpath.join(posixpath.dirname(config.path), name))
            many = isinstance(table["extends"], list)
            place = Place(config.shown, join_pointer(base, "extends", *([number] if many else [])))
            self.file(ConfigFile(path, self.show(path)), place, (*above, config.path))
        self._lay(config, table, base)

    # -- one file's settings over those below ------------------------------------------------------------------

    def _lay(self, config: ConfigFile, table: Mapping[str, Any], base: str) -> None:
        old = self.loaded.settings
        folder = posixpath.dirname(config.path)
        at = _At(config.shown, base)

        def absolute(name: str) -> str:
            return posixpath.normpath(posixpath.join(folder, name))

        layer = self._layer(table, at)
        severities = self._severities(table.get("severity", {}), at.child("severity"))
        read = table.get("read", {})
        self.loaded.settings = Settings(
            root=folder,
            files=(*old.files, config.shown),
            selection=old.selection.under(layer) if layer != Layer() else old.selection,
            severities=(*old.severities, severities) if severities else old.severities,
            per_file=(*old.per_file, *self._per_file(table.get("per-file-overrides", []), folder, at)),
            overrides=(*old.overrides, *self._overrides(table.get("overrides", []), folder, at)),
            exclude=(*old.exclude, *((folder, pattern) for pattern in _texts(table.get("exclude")))),
            sources=tuple(absolute(name) for name in table.get("sources", ())) or old.sources,
            fail_on=table.get("fail-on", old.fail_on),
            baseline=absolute(table["baseline"]) if "baseline" in table else old.baseline,
            placeholder=read.get("placeholder", old.placeholder),
            sheet=read.get("sheet", old.sheet),
            max_size=read.get("max-size", old.max_size),
            docs_url=table.get("docs-url", old.docs_url),
            project=self._project(table.get("project", {}), old.project, at.child("project")),
        )

    def _layer(self, table: Mapping[str, Any], at: _At) -> Layer:
        def prefixes(key: str) -> tuple[str, ...]:
            many = isinstance(table.get(key), list)
            found = []
            for number, selector in enumerate(_texts(table.get(key))):
                prefix = self._resolve(selector, at.child(key, *([number] if many else [])))
                if prefix is not None:
                    found.append(prefix)
            return tuple(dict.fromkeys(found))

        return Layer(prefixes("select") if "select" in table else None, prefixes("extend-select"), prefixes("ignore"))

    def _resolve(self, selector: str, at: _At, key: bool = False, exact: bool = False) -> str | None:
        if len(self.loaded.findings) >= _MOST_PROBLEMS:
            return None  # enough is wrong already
        try:
            return resolve(selector, exact=exact)
        except Unknown as error:
            self.loaded.findings.append(ConfigUnknownCode.at(at.place(key), str(error), help=error.help))
            return None

    def _severities(self, table: Mapping[str, str], at: _At) -> dict[str, Severity]:
        from bascule.diagnostics import registry

        found: dict[str, Severity] = {}
        for selector, level in table.items():
            here = at.child(selector)
            prefix = self._resolve(selector, here, key=True)
            rule = registry().get(prefix or "")
            if rule is not None and rule.unreadable:
                self.loaded.findings.append(
                    ConfigUnknownCode.at(
                        here.place(True),
                        f"`{rule.code}` means that something could not be read: it has no other severity",
                        help="remove the line",
                    )
                )
            elif prefix is not None:
                found[prefix] = Severity.parse(level)
        return found

    def _per_file(self, entries: list[dict[str, Any]], folder: str, at: _At) -> list[FileRules]:
        found = []
        for number, entry in enumerate(entries):
            here = at.child("per-file-overrides", number)
            severities = self._severities(entry.get("severity", {}), here.child("severity"))
            found.append(FileRules(folder, tuple(_texts(entry["files"])), self._layer(entry, here), severities))
        return found

    def _overrides(self, entries: list[dict[str, Any]], folder: str, at: _At) -> list[Override]:
        from bascule.diagnostics import registry

        found = []
        for number, entry in enumerate(entries):
            here = at.child("overrides", number)
            codes: list[tuple[Place, str]] = []
            for index, name in enumerate(entry["codes"]):
                there = here.child("codes", index)
                code = self._resolve(name, there, exact=True)
                if code is None:
                    continue
                if registry()[code].unreadable or code.startswith("CFG"):
                    message = f"`{code}` cannot be suppressed"
                    self.loaded.findings.append(SuppressionRefused.at(there.place(), message, help="remove it here"))
                else:
                    codes.append((there.place(), code))
            reason = entry.get("reason", "").strip()
            if not reason:
                self.loaded.findings.append(
                    SuppressionWithoutReason.at(
                        here.child("codes").place(),
                        "this override gives no reason: it suppresses nothing",
                        help='add `reason = "…"`',
                    )
                )
                continue
            pointer = entry.get("pointer", "").rstrip("/")
            found.append(Override(folder, entry["file"], pointer, tuple(codes), reason, here.child("codes").place()))
        return found

    def _project(self, table: Mapping[str, Any], old: ProjectSettings, at: _At) -> ProjectSettings:
        languages = tuple(table.get("languages", old.languages))
        locale = table.get("locale", old.locale)
        known = {tag.replace("-", "_").lower() for tag in (*languages, locale) if tag}
        samples: dict[str, Mapping[str, str]] = dict(old.samples)
        for name, value in table.get("samples", {}).items():
            if isinstance(value, dict) and languages:
                for tag in value:
                    self._check_language(tag, known, at.child("samples", name, tag), name)
            samples[name] = _by_language(value)
        opt_out = dict(old.opt_out) | (_by_language(table["opt-out"]) if "opt-out" in table else {})
        line = dict(old.opt_out_line) | (_by_language(table["opt-out-line"]) if "opt-out-line" in table else {})
        return ProjectSettings(
            business=table.get("business", old.business),
            region=table.get("region", old.region),
            locale=locale,
            languages=languages,
            samples=samples,
            opt_out=opt_out,
            opt_out_line=line,
            consent=table.get("consent", old.consent),
            media={**old.media, **{name: _file(facts) for name, facts in table.get("media", {}).items()}},
            templates={**old.templates, **table.get("templates", {})},
        )

    def _check_language(self, tag: str, known: set[str], at: _At, name: str) -> None:
        plain = tag.replace("-", "_").lower()
        if plain not in known and plain.split("_")[0] not in {other.split("_")[0] for other in known}:
            self.loaded.findings.append(
                ConfigBadValue.at(
                    at.place(True),
                    f"`{tag}` is none of the project's languages",
                    help=f'add it to `languages`, or write `"{name}.{tag}" = …` if this is the variable `{name}.{tag}`',
                )
            )


@dataclass(frozen=True, slots=True)
class _At:
    """A pointer into a configuration file."""

    file: str
    pointer: str

    def child(self, *tokens: str | int) -> _At:
        return _At(self.file, join_pointer(self.pointer, *tokens))

    def place(self, key: bool = False) -> Place:
        return Place(self.file, self.pointer, None, key)


def _texts(value: Any) -> list[str]:
    """A text or a list of texts as a list."""
    if value is None:
        return []
    return [value] if isinstance(value, str) else list(value)


def _by_language(value: str | Mapping[str, str]) -> dict[str, str]:
    return {"": value} if isinstance(value, str) else dict(value)


def _file(table: Mapping[str, str]) -> FileFacts:
    """Facts about a file; a size is in bytes, K and M count 1024."""
    size: int | None = None
    if "size" in table:
        digits = table["size"].rstrip(" kKmMgGiIbB")
        unit = table["size"][len(digits) :].strip().lower()[:1]
        size = int(digits) * 1024 ** max(" kmg".find(unit) if unit else 0, 0)
    return FileFacts(table.get("url", ""), size, table.get("handle", ""))


def unreadable(shown: str, message: str) -> Finding:
    """The finding of a configuration file that cannot be opened."""
    return ConfigUnreadable.at(Place(shown), message, help="check the path")


def _renamed(place: Place, key: str) -> Fix:
    return Fix(f"rename the key to `{key}`", (Edit(place, key),), Applicability.UNSAFE)
