"""What an import would make of a file: profile, columns, and five rows in which nobody can be recognised."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bascule.contacts.ingest.reading import Options, Source, open_source
from bascule.contacts.ingest.sources import Leaf

if TYPE_CHECKING:
    from bascule.contacts.phones.normaliser import Normaliser

__all__ = ["Preview", "masked", "preview"]

ROWS = 5
_OPEN = frozenset(
    {"row", "part", "kind", "platform", "phone_region", "phone_type", "phone_status", "phone_reason", "phone_how",
     "language", "country", "modified_at", "channel", "direction", "occurred_at", "consent_action", "consent_purpose",
     "consent_double", "consent_expires_at",
     "consent_names_business", "consent_names_whatsapp", "rejected"}
)  # fmt: skip
"""Columns of closed vocabularies and times."""

_FREE = frozenset({"message_status", "error_code", "consent_basis", "consent_source"})
"""Columns of the platform's own words."""


@dataclass(frozen=True, slots=True)
class Preview:
    """One file's. ``rows`` are masked canonical rows, without their empty columns."""

    name: str
    profile: str
    title: str
    reason: str
    near: tuple[tuple[str, str], ...]
    container: str
    encoding: str
    delimiter: str
    columns: tuple[tuple[str, str], ...]
    unmapped: tuple[str, ...]
    rows: tuple[dict[str, str], ...]
    source: Source = field(repr=False)


def masked(column: str, value: Any, region: str = "") -> str:
    """A cell that may be shown: of a number its region and last two digits, of other personal text its length."""
    text = str(value)
    if column in _FREE and (sum(map(str.isdigit, text)) > 6 or "@" in text or len(text) > 24):
        # A wrong mapping puts anything into these.
        return f"({len(text)} characters)"
    if column in _OPEN or column in _FREE:
        return text
    if column == "phone_e164":
        return f"{region or '?'} …{text[-2:]}"
    return f"({len(text)} characters)"


def preview(leaf: Leaf, options: Options, normaliser: Normaliser) -> Preview:
    """Read the file's start. Raises ContactsError."""
    from bascule.contacts.ingest.convert import Converter

    if leaf.error is not None:
        raise leaf.error
    source = open_source(leaf.path, options)
    plan = source.plan
    shown: list[dict[str, str]] = []
    for chunk in source.chunks():
        found = Converter(plan, normaliser, "", leaf.name).convert(chunk).batch.slice(0, ROWS).to_pylist()
        for row in found:
            region = row["phone_region"] or ""
            shown.append(
                {
                    name: masked(name, value, region)
                    for name, value in row.items()
                    if value is not None and name not in ("import_id", "file", "platform", "part")
                }
            )
        break
    near = tuple(
        (match.profile.name, match.reason) for match in source.matches if match.profile.name != plan.profile.name
    )
    return Preview(
        leaf.name, plan.profile.name, plan.profile.title, source.reason, near, plan.container, plan.encoding,
        plan.delimiter, plan.columns, plan.unmapped, tuple(shown), source,
    )  # fmt: skip
