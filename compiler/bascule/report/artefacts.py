"""What stands at the top of every output folder: manifest, ledger, certificate."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from bascule import __version__
from bascule.backends import Artefact, json_artefact
from bascule.compiling import Written
from bascule.ir.ledger import Ledger, LedgerEntry
from bascule.whatsapp.plan import SendRecord
from bascule.workspace import Analysis, Workspace

__all__ = ["certificate_data", "common_artefacts", "ledger_data", "manifest_data"]


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _where(entry: LedgerEntry, labels: Mapping[str, str]) -> dict[str, Any]:
    return {"file": labels.get(entry.place.file, entry.place.file), "pointer": entry.place.pointer}


def _entry(entry: LedgerEntry, labels: Mapping[str, str]) -> dict[str, Any]:
    data: dict[str, Any] = {"construct": entry.construct, "fate": entry.fate.value, **_where(entry, labels)}
    told = {"reason": entry.reason, "alternative": entry.alternative, "code": entry.code}
    return data | {key: value for key, value in told.items() if value}


def _stage(ledger: Ledger, labels: Mapping[str, str]) -> dict[str, Any]:
    return {"counts": ledger.counts(), "entries": [_entry(entry, labels) for entry in ledger]}


def ledger_data(analysis: Analysis, written: Sequence[Written]) -> dict[str, Any]:
    """What became of every construct: reading (source → graph), then per target lowering and writing.

    ``counts`` adds up all stages: a construct counts once per stage that decided on it.
    """
    labels = analysis.workspace.labels
    read = _stage(analysis.ledger, labels)
    targets = {
        item.target: {"lower": _stage(item.lowered, labels), "write": _stage(item.emitted.ledger, labels)}
        for item in written
    }
    total: dict[str, int] = {}
    for stage in (read, *(stage for stages in targets.values() for stage in stages.values())):
        for fate, count in stage["counts"].items():
            total[fate] = total.get(fate, 0) + count
    return {"counts": total, "read": read, "targets": targets}


def _witness(record: SendRecord) -> dict[str, Any]:
    if not record.witness:
        return {}
    steps = [
        {"flow": step.flow, "node": step.node, "clock": step.clock}
        | ({"repeat": step.repeat, "loop": step.loop} if step.repeat > 1 else {})
        for step in record.witness
    ]
    return {"witness": steps} | ({"witness_steps_left_out": record.left_out} if record.left_out else {})


def certificate_data(analysis: Analysis) -> dict[str, Any]:
    """Every send, how the flow gets there, and why it is allowed. Clocks are seconds; -1 means no bound."""
    return {
        "policy": analysis.plan.policy_date,
        "window_seconds": analysis.window.limit,
        "sends": [
            {
                "flow": record.flow,
                "node": record.node,
                "entry": record.entry,
                "initiator": record.initiator,
                "since_last_reply": {"low": record.low, "high": record.high},
                "window": record.verdict,
                "delivery": record.delivery,
                "templates": list(record.templates),
                "reason": record.reason,
                **_witness(record),
            }
            for record in analysis.plan.records
        ],
    }


def manifest_data(
    workspace: Workspace, analysis: Analysis, artefacts: Sequence[Artefact], targets: Sequence[str]
) -> dict[str, Any]:
    """Inputs and outputs with SHA-256, and where each template comes from. No clock, no machine path."""
    labels = workspace.labels
    origins: dict[str, list[dict[str, str]]] = {}
    for template in analysis.plan.templates:
        listed = origins.setdefault(template.name, [])
        for origin in template.origins:
            item = {
                "language": template.language,
                "file": labels.get(origin.place.file, origin.place.file),
                "pointer": origin.place.pointer,
                "flow": origin.flow,
                "node": origin.node,
            }
            if item not in listed:
                listed.append(item)
    return {
        "bascule": __version__,
        "policy": analysis.plan.policy_date,
        "targets": list(targets),
        "inputs": [
            {
                "path": label,
                "format": file.format,
                "sha256": hashlib.sha256(workspace.inputs[path]).hexdigest() if path in workspace.inputs else "",
            }
            for file in workspace.files
            for path, label in file.members or ((file.path, file.label),)
        ],
        "outputs": [
            {"path": artefact.path, "sha256": _sha256(artefact.text)}
            for artefact in sorted(artefacts, key=lambda item: item.path)
        ],
        "templates": origins,
    }


def common_artefacts(workspace: Workspace, analysis: Analysis, written: Sequence[Written]) -> list[Artefact]:
    """Ledger, certificate, and the manifest of everything written before it."""
    ledger = json_artefact("ledger.json", ledger_data(analysis, written))
    certificate = json_artefact("certificate.json", certificate_data(analysis))
    artefacts = [*(artefact for item in written for artefact in item.emitted.artefacts), ledger, certificate]
    manifest = manifest_data(workspace, analysis, artefacts, [item.target for item in written])
    return [ledger, certificate, json_artefact("manifest.json", manifest)]
