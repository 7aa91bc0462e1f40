"""The export profiles, from their data."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

__all__ = ["ExportProfile", "export_profiles"]


@dataclass(frozen=True, slots=True)
class ExportProfile:
    """How one platform wants its contacts. ``people``: ``everyone`` or ``messageable``.

    CSV profiles have ``columns`` (header, field), limits of one file (0 = none), a byte order mark, line ends, and
    values for required cells that would be empty; API profiles have a ``body`` and how many people go into one.
    ``job`` names what goes along with the files.
    """

    name: str
    title: str
    people: str
    source: str = ""
    columns: tuple[tuple[str, str], ...] = ()
    rows: int = 0
    bytes: int = 0
    mark: bool = True
    newline: str = "\r\n"
    required: dict[str, str] = field(default_factory=dict)
    custom: bool = False
    body: str = ""
    batch: int = 0
    job: str = ""


@cache
def export_profiles() -> dict[str, ExportProfile]:
    """All profiles by name."""
    import yaml

    text = files("bascule.contacts.export").joinpath("data/profiles.yaml").read_text("utf-8")
    found = {}
    for name, data in yaml.safe_load(text)["profiles"].items():
        columns = tuple((header, fields) for header, fields in data.pop("columns", ()))
        found[name] = ExportProfile(name, columns=columns, **data)
    return found
