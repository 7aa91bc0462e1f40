"""Consent columns of address books: one record may hold an opt-in for SMS, another for WhatsApp, and a date of each."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Protocol

from bascule.contacts.ingest.cells import answer
from bascule.contacts.ingest.profile import Read
from bascule.contacts.ingest.synonyms import IN_DATES, NEGATIVE, OUT_DATES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bascule.contacts.ingest.cells import CellReader
    from bascule.contacts.ingest.plan import Plan
    from bascule.contacts.ingest.records import Chunk

__all__ = ["consent_rows"]

_CHANNELS = ("whatsapp", "viber", "sms", "email")


class _Rows(Protocol):
    chunk: Chunk
    size: int
    columns: dict[str, list[str | None]]
    notes: Counter[str]

    def leave(self, row: int, key: str, value: Any) -> None: ...


def _channel(name: str) -> str:
    return next((channel for channel in _CHANNELS if channel in name.replace("mail", "email")), "")


def consent_rows(
    rows: _Rows, plan: Plan, readers: Mapping[Read, CellReader]
) -> list[tuple[int, dict[str, str | None]]]:
    """Fill the consent columns; a record's further consents are returned as changes to a copy of its row.

    *Yes* in a column such as ``stop`` means out, *no* there means nothing. A date of opting in or out alone is an event
    too.
    """
    item = plan.fields.get("consent_action")
    cells = rows.chunk.cells
    if item is None:
        return []
    answers = [name for name in item.names if name in cells and name not in IN_DATES and name not in OUT_DATES]
    dates = [name for name in item.names if name in cells and (name in IN_DATES or name in OUT_DATES)]
    if not answers and not dates:
        return []
    held = rows.columns.get("consent_action") or [None] * rows.size
    found: list[list[dict[str, str | None]]] = [[] for _ in range(rows.size)]
    for name in answers:
        table = _actions(cells[name], name, item.values)
        channel = _channel(name)
        for row, cell in enumerate(cells[name]):
            if cell is None or cell == "":
                continue
            action = table[cell if isinstance(cell, str) else str(cell)]
            if action is None:
                rows.leave(row, name, cell)
                if not (answer(cell) == "no" and name in NEGATIVE):
                    rows.notes["consent_action not understood"] += 1
            else:
                found[row].append({"consent_action": action, "channel": channel or None})
                if str(cell).casefold() != action and not name.startswith("bascule."):
                    rows.leave(row, name, cell)
    moment = readers[Read.MOMENT]
    for name in dates:
        action = "opt_out" if name in OUT_DATES else "opt_in"
        channel = _channel(name)
        for row, cell in enumerate(cells[name]):
            if cell is None or cell == "":
                continue
            when = moment(cell)
            if when is None:
                rows.leave(row, name, cell)
                rows.notes["occurred_at not understood"] += 1
                continue
            _date(found[row], action, channel, when)
    extra: list[tuple[int, dict[str, str | None]]] = []
    actions = list(held)
    channels = list(rows.columns.get("channel") or [None] * rows.size)
    moments = list(rows.columns.get("occurred_at") or [None] * rows.size)
    for row, events in enumerate(found):
        if not events or actions[row] is not None:
            continue
        # The strongest statement comes first: out before in.
        events.sort(key=lambda event: event["consent_action"] != "opt_out")
        first, *others = events
        for event in others:
            extra.append(
                (row, {**event, "channel": event["channel"] or channels[row],
                       "occurred_at": event.get("occurred_at") or moments[row]})
            )  # fmt: skip
        actions[row] = first["consent_action"]
        channels[row] = first["channel"] or channels[row]
        moments[row] = first.get("occurred_at") or moments[row]
    rows.columns["consent_action"] = actions
    rows.columns["channel"] = channels
    rows.columns["occurred_at"] = moments
    return extra


def _date(events: list[dict[str, str | None]], action: str, channel: str, when: str) -> None:
    """Give the date to the event it belongs to, or make one of it."""
    for event in events:
        if (
            event["consent_action"] == action
            and not event.get("occurred_at")
            and (not channel or event["channel"] in (None, channel))
        ):
            event["occurred_at"] = when
            return
    events.append({"consent_action": action, "channel": channel or None, "occurred_at": when})


def _actions(cells: list[Any], name: str, values: Mapping[str, str]) -> dict[str, str | None]:
    table: dict[str, str | None] = {}
    for cell in {cell if isinstance(cell, str) else str(cell) for cell in cells if cell is not None}:
        text = values.get(cell.strip().casefold(), cell)
        found = answer(text)
        if found in ("opt_in", "opt_out"):
            table[cell] = found
        elif found == "yes":
            table[cell] = "opt_out" if name in NEGATIVE else "opt_in"
        elif found == "no" and name not in NEGATIVE:
            table[cell] = "opt_out"
        else:
            table[cell] = None
    return table
