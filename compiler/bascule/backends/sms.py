"""The SMS to send when WhatsApp does not reach somebody: the source's own words, with their price in segments."""

from __future__ import annotations

import csv
import io

from bascule.backends.base import Artefact, EmitJob, SmsText

__all__ = ["fallback_of", "price_of", "sms_artefacts"]


def fallback_of(job: EmitJob, template: str, language: str, flow: str = "", node: str = "") -> SmsText | None:
    """The text for a template in a language: of the origin that is this node, else the first of its origins."""
    texts = [item for item in job.sms if (item.template, item.language) == (template, language)]
    return next((item for item in texts if (item.flow, item.node) == (flow, node)), texts[0] if texts else None)


def price_of(sms: SmsText) -> str:
    """What an SMS costs, as a note on the call that may send it."""
    many = "" if sms.segments == 1 else "s"
    return f"the SMS: {sms.segments} segment{many} of {sms.encoding} before values are filled in"


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
