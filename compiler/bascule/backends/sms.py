"""The SMS to send when WhatsApp does not reach somebody: the source's own words, with their price in segments."""

from __future__ import annotations

import csv
import io

from bascule.backends.base import Artefact, EmitJob, SmsText

__all__ = ["fallback_of", "sms_artefacts"]


def fallback_of(job: EmitJob, template: str, language: str) -> SmsText | None:
    """The text for a template in a language: the first of its origins."""
    return next((item for item in job.sms if (item.template, item.language) == (template, language)), None)


def sms_artefacts(job: EmitJob) -> list[Artefact]:
    """``<target>/sms-fallback.csv``: one row per template, language and origin; nothing when there is no template."""
    if not job.sms:
        return []
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(("template", "language", "flow", "node", "encoding", "segments", "text"))
    for item in job.sms:
        row = (item.template, item.language, item.flow, item.node, item.encoding, str(item.segments), item.text)
        writer.writerow([_guarded(cell) for cell in row])
    return [Artefact(f"{job.target.name}/sms-fallback.csv", buffer.getvalue())]


def _guarded(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula (https://owasp.org/www-community/attacks/CSV_Injection)."""
    return "'" + cell if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell
