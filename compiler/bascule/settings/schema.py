"""The keys of ``bascule.toml``. The published schema is printed from them; a test compares."""

from __future__ import annotations

from typing import Any

from bascule.settings.shape import Many, Mapped, OneOf, Table, Text, schema_of

__all__ = ["CONFIG", "config_schema"]

LEVELS = ("error", "warning", "info")
_TAG = r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*"
_TEXT = Text()
_GLOB = Text("a file pattern such as `flows/*.json`")
_GLOBS = OneOf(_GLOB, Many(_GLOB))
_SELECTOR = Text(
    "a code, a family or the name of a rule (`TPL020`, `TPL`, `variable-at-edge`)",
    "[A-Za-z][A-Za-z0-9-]*",
)
_SELECTORS = OneOf(_SELECTOR, Many(_SELECTOR))
_SEVERITY = Mapped(_SELECTOR, Text(choices=LEVELS))
_LANGUAGE = Text("a language code such as `fr` or `pt_BR`", _TAG)
_BY_LANGUAGE = OneOf(_TEXT, Mapped(_LANGUAGE, _TEXT))

_FILE = Table(
    {
        "url": (Text("an address such as `https://www.example.com/photo.jpg`", r"https://\S+"), "Its public address."),
        "size": (
            Text("a size such as `240K`", r"[0-9]{1,12}\s?[kKmMgG]?(?:i?[bB])?"),
            "Its size, which has a limit for each kind of file.",
        ),
        "handle": (_TEXT, "The handle of its upload at Meta or 360dialog: the sample of a template's header."),
    }
)
_PROJECT = Table(
    {
        "business": (_TEXT, "Name of the company as customers know it; the sample of variables that name it."),
        "region": (Text("a country code such as `SN`", "[A-Z]{2}"), "Country: how samples write money and dates."),
        "locale": (_LANGUAGE, "Language of texts whose file names none, as `--locale`."),
        "languages": (Many(_LANGUAGE, 1), "All languages in use; a guess outside them is not believed."),
        "samples": (Mapped(_TEXT, _BY_LANGUAGE), "Example values of template variables: a text, or one per language."),
        "opt-out": (_BY_LANGUAGE, "Wording of the button that stands for “Reply STOP”: a text, or one per language."),
        "opt-out-line": (_BY_LANGUAGE, "Sentence that says how to end promotions: a text, or one per language."),
        "media": (
            Mapped(_TEXT, _FILE),
            "Facts about files, by the address or id that a source calls them by.",
        ),
        "templates": (
            Mapped(_TEXT, Text("a name of small letters, digits and `_`", "[a-z0-9_]+")),
            "Names to use for templates: what a finding calls it, and the name it gets or has.",
        ),
        "consent": (_TEXT, "Where people agreed to be written to by the company, in one sentence."),
    }
)
_READ = Table(
    {
        "placeholder": (_TEXT, "Placeholder syntax of SMS templates, as `--placeholder`."),
        "sheet": (_TEXT, "Worksheet to read from XLSX files, as `--sheet`."),
        "max-size": (
            Text("a size such as `50M`", r"[0-9]{1,12}\s?[kKmMgG]?(?:i?[bB])?"),
            "Largest file that is read, as `--max-size`.",
        ),
    }
)
_PER_FILE = Table(
    {
        "files": (_GLOBS, "Files (patterns relative to this file's folder) for which the entry holds."),
        "ignore": (_SELECTORS, "Codes that are off in these files."),
        "extend-select": (_SELECTORS, "Codes that are on in these files, whatever is said above."),
        "severity": (_SEVERITY, "Severities in these files."),
    },
    required=("files",),
)
_OVERRIDE = Table(
    {
        "file": (_GLOB, "The file (a pattern relative to this file's folder)."),
        "pointer": (
            Text("an RFC 6901 pointer such as `/states/3`", r"(?:/.*)?", empty=True),
            "The place in the file; everything below it counts. Without it: the whole file.",
        ),
        "codes": (
            Many(Text("a code or the name of a rule", "[A-Za-z][A-Za-z0-9-]*"), 1),
            "Codes to suppress.",
        ),
        "reason": (Text("a reason", empty=True), "Why; without a reason nothing is suppressed."),
    },
    required=("file", "codes"),
    advised=("reason",),
)

CONFIG = Table(
    {
        "extends": (OneOf(_TEXT, Many(_TEXT)), "Configuration files whose settings come first; relative to this file."),
        "sources": (Many(_TEXT, 1), "What is read when the command names no files or folders; relative to this file."),
        "exclude": (_GLOBS, "Files that are left out when a folder is read."),
        "select": (_SELECTORS, "Codes, families or rule names that are on; all others are off. `ALL` is everything."),
        "extend-select": (_SELECTORS, "Codes that are on besides the selected ones."),
        "ignore": (_SELECTORS, "Codes that are off. The more specific of `select` and `ignore` wins."),
        "severity": (_SEVERITY, "Severity of codes, families or rules."),
        "fail-on": (Text(choices=(*LEVELS, "never")), "Lowest severity that ends with exit code 1, as `--fail-on`."),
        "baseline": (_TEXT, "Baseline file of `check`, relative to this file, as `--baseline`."),
        "docs-url": (
            Text("an address such as `https://host/rules.html`", r"https?://[!-~]+"),
            "Address where docs/rules.md is published: reports of format sarif link each rule to its page there.",
        ),
        "project": (_PROJECT, "Facts about the company that no source file holds."),
        "read": (_READ, "How files are read."),
        "per-file-overrides": (Many(_PER_FILE), "Selection and severities for some files; later entries win."),
        "overrides": (Many(_OVERRIDE), "Findings to suppress where a comment cannot stand (JSON, tables)."),
    }
)


def config_schema() -> dict[str, Any]:
    """``schemas/bascule-toml.schema.json``."""
    return schema_of(
        CONFIG,
        title="bascule.toml, and [tool.bascule] of pyproject.toml",
        identifier="https://bascule.example/schemas/bascule-toml.schema.json",
        description="Settings of bascule. docs/configuration.md explains them.",
    )
