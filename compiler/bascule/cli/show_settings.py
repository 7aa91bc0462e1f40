"""``bascule check --show-settings``: what holds, as TOML that could stand in a ``bascule.toml``."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

import click

from bascule.cli.checking import Request
from bascule.cli.configured import open_settings, relative, with_selection
from bascule.settings.model import FileRules, Override, Settings
from bascule.settings.selection import Layer

__all__ = ["settings_text", "show_settings"]


def show_settings(request: Request) -> int:
    """Print the resolved settings; findings of a broken configuration instead, with exit code 2."""
    loaded = open_settings(request.sources, request.reading)
    if loaded.broken:
        from bascule.diagnostics.render_text import render_text

        click.echo(render_text(loaded.findings, loaded.documents), nl=False)
        return 2
    settings = with_selection(loaded.settings, request.select, request.extend_select, request.ignore, request.severity)
    click.echo(settings_text(settings, request), nl=False)
    return 0


def settings_text(settings: Settings, request: Request) -> str:
    """The settings as TOML; layers of selection are told in comments, the lowest first, where there are several."""
    reading = request.reading
    files = ", ".join(settings.files) or "no configuration file"
    lines = [f"# from: {files}"]
    pairs: list[tuple[str, object]] = [
        ("sources", [relative(path, "") for path in settings.sources]),
        ("exclude", [_rooted(root, pattern) for root, pattern in settings.exclude]),
        ("fail-on", request.fail_on or settings.fail_on or "error"),
        ("baseline", _baseline(settings, request)),
        ("docs-url", settings.docs_url),
    ]
    lines += [f"{key} = {_toml(value)}" for key, value in pairs if value]
    layers = settings.selection.layers
    for number, layer in enumerate(layers, start=1):
        # One key cannot stand twice in TOML: of several layers only a comment can tell.
        lines += _layer(layer) if len(layers) == 1 else [f"# layer {number}: {line}" for line in _layer(layer)]
    severities = {code: level for table in (*settings.severities, settings.forced) for code, level in table.items()}
    lines += _table("severity", {code or "ALL": str(level) for code, level in sorted(severities.items())})
    lines += _table(
        "read",
        {
            "placeholder": reading.placeholder or settings.placeholder,
            "sheet": reading.sheet or settings.sheet,
            "max-size": str(reading.max_size or settings.max_size or ""),
        },
    )
    project = settings.project
    lines += _table(
        "project",
        {
            "business": project.business,
            "region": project.region,
            "locale": reading.locale or project.locale,
            "languages": list(project.languages),
            "consent": project.consent,
        },
    )
    lines += _table("project.samples", {name: _by_language(values) for name, values in sorted(project.samples.items())})
    lines += _table("project.templates", dict(sorted(project.templates.items())))
    media: dict[str, dict[str, str]] = {}
    for asset, file in sorted(project.media.items()):
        facts = {"url": file.url, "size": "" if file.size is None else str(file.size), "handle": file.handle}
        media[asset] = {key: value for key, value in facts.items() if value}
    lines += _table("project.media", media)
    for key, wording in (("opt-out", project.opt_out), ("opt-out-line", project.opt_out_line)):
        lines += _table(f"project.{key}", dict(sorted((tag or "any", value) for tag, value in wording.items())))
    for rules in settings.per_file:
        lines += ["", "[[per-file-overrides]]", *_per_file(rules)]
    for override in settings.overrides:
        lines += ["", "[[overrides]]", *_override(override)]
    return "\n".join(lines) + "\n"


def _baseline(settings: Settings, request: Request) -> str:
    if request.no_baseline:
        return ""
    return request.baseline or (relative(settings.baseline, "") if settings.baseline else "")


def _rooted(root: str, pattern: str) -> str:
    folder = relative(root, "")
    return pattern if folder == "." else f"{folder}/{pattern}"


def _layer(layer: Layer) -> list[str]:
    pairs = (("select", layer.select), ("extend-select", layer.extend), ("ignore", layer.ignore))
    return [f"{key} = {_toml([code or 'ALL' for code in codes])}" for key, codes in pairs if codes]


def _per_file(rules: FileRules) -> list[str]:
    lines = [f"files = {_toml([_rooted(rules.root, pattern) for pattern in rules.files])}", *_layer(rules.layer)]
    if rules.severities:
        lines.append(f"severity = {_toml({code or 'ALL': str(level) for code, level in rules.severities.items()})}")
    return lines


def _override(override: Override) -> list[str]:
    lines = [f"file = {_toml(_rooted(override.root, override.file))}"]
    lines += [f"pointer = {_toml(override.pointer)}"] if override.pointer else []
    return [*lines, f"codes = {_toml([code for _, code in override.codes])}", f"reason = {_toml(override.reason)}"]


def _by_language(values: Mapping[str, str]) -> object:
    return values[""] if set(values) == {""} else dict(values)


def _table(name: str, values: Mapping[str, object]) -> list[str]:
    lines = [f"{_key(key)} = {_toml(value)}" for key, value in values.items() if value]
    return ["", f"[{name}]", *lines] if lines else []


def _key(text: str) -> str:
    return text if text and all((char.isalnum() and char.isascii()) or char in "-_" for char in text) else _toml(text)


def _toml(value: object) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_key(str(key))} = {_toml(item)}" for key, item in value.items()) + "}"
    if isinstance(value, Iterable) and not isinstance(value, str):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    # A JSON string is a TOML basic string, but for the DEL character.
    return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")
