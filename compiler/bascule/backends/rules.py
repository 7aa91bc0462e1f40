"""Findings that several targets share."""

from __future__ import annotations

import re
import unicodedata

from bascule.diagnostics import Finding, Rule, Severity
from bascule.source import Place
from bascule.targets import Capabilities

__all__ = ["NameRefused", "NotOnTarget", "SampleByHand", "file_setting", "name_setting", "refused_name"]


class NotOnTarget(Rule):
    """A target has nothing like it

    What it does: reports a template or message that a provider's API has no type for. It is left out of that target.
    Why: a half of it would say something else than the source does.
    Example: a limited-time offer in Twilio Content.
    Use instead: submit it at Meta directly, or say it with the types there are.
    Sources: the capability matrix of the target (`bascule formats TARGET`).
    """

    code = "TPL091"
    name = "not-on-target"
    severity = Severity.WARNING


class SampleByHand(Rule):
    """A sample has to be added by hand

    What it does: reports templates with a picture, video or document whose sample is no public address.
    Why: review needs an example of the file, and an upload handle of one account means nothing to another provider.
    Example: a template with a picture that was exported with its upload handle.
    Use instead: name the address of a file that everybody can open in `bascule.toml`: under `[project.media]` write
    `"4711" = {url = "https://www.example.com/photo.jpg"}`, or put it where the placeholder stands.
    Sources: https://www.twilio.com/docs/content/twiliomedia
    """

    code = "TPL092"
    name = "sample-by-hand"
    severity = Severity.INFO


class NameRefused(Rule):
    """A target does not take the name of a template

    What it does: reports a template whose name a provider refuses, or that a file calls by an id that only another
    provider knows. It is left out of that target.
    Why: the request would be refused, or would send something else.
    Example: a template `rappel_` at Bird, whose names end with a letter or digit and have at most 63 characters.
    Use instead: give it a name of its own in `bascule.toml`: under `[project.templates]` write `"rappel_" = "rappel"`.
    Sources: the capability matrix of the target (`bascule formats TARGET`).
    """

    code = "TPL095"
    name = "name-refused"
    severity = Severity.WARNING


def refused_name(target: Capabilities, name: str, place: Place) -> Finding | None:
    """The finding of a template's name that a target does not take; None where it takes it."""
    pattern, most = target.limits.get("template.name.pattern"), target.limits.get("template.name.max_length")
    length = most.value if most is not None and isinstance(most.value, int) else len(name)
    if len(name) > length and most is not None:
        fact, why = most, f"it has {len(name)} characters, at most {length} are taken"
    elif pattern is not None and not re.fullmatch(str(pattern.value), name):
        fact, why = pattern, f"a name there has the form `{pattern.value}`"
    else:
        return None
    message = f"{target.name}: `{_shown(name)}` cannot be the name of a template: {why}"
    return NameRefused.at(place, message, help=name_setting(name, length), notes=(fact.cite(),))


def name_setting(name: str, most: int = 60) -> str:
    """How to give a template another name, with one that every provider takes."""
    plain = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
    new = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[: min(most, 60)].rstrip("_")
    if not new or sum(char.isdigit() for char in new) * 3 > len(new):  # an id says nothing
        new = "rappel_rdv"
    return f'add to `bascule.toml`, under `[project.templates]`: `{_key(name)} = "{new}"`'


def file_setting(source: str, kind: str) -> str:
    """How to name the public address of a file that a source names by ``source``."""
    example = {"image": "photo.jpg", "video": "film.mp4", "gif": "film.mp4"}.get(kind, "document.pdf")
    address = f'{{url = "https://www.example.com/{example}"}}'
    if not source or len(source) > 300:
        return "put the address of a file that everybody can open where the placeholder stands"
    return f"add to `bascule.toml`, under `[project.media]`: `{_key(source)} = {address}`"


def _key(text: str) -> str:
    """A quoted key of TOML."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _shown(name: str) -> str:
    return name if len(name) <= 80 else name[:77] + "..."
