"""What is to be known of a replay, an application of the inbox, and a hand-over."""

from __future__ import annotations

from collections.abc import Iterable

from bascule.contacts.counts import Counts
from bascule.contacts.sync.apply import UNKNOWN
from bascule.contacts.sync.replay import UNKNOWN_FORM
from bascule.contacts.tabular.problems import Remark

__all__ = ["not_taken", "strangers", "unknown_forms"]


def unknown_forms(counts: Iterable[Counts]) -> list[Remark]:
    """Bodies of no known provider."""
    number = sum(item.notes[UNKNOWN_FORM] for item in counts)
    if not number:
        return []
    return [
        Remark(
            "contacts-sync-unknown-form",
            f"{number} bodies are of no known provider: they are kept, and nobody acts on them",
            "name the provider with --provider, if it is one of those",
        )
    ]


def strangers(counts: Counts) -> list[Remark]:
    """Events about people who are not in the store."""
    number = counts.reasons[UNKNOWN]
    if not number:
        return []
    return [
        Remark(
            "contacts-sync-strangers",
            f"{number} events are about people who are not in the store",
            "import them; `sync apply` then looks at these events again. Their opt-outs already count",
        )
    ]


def not_taken(failed: str) -> list[Remark]:
    """Changes that the receiver refused."""
    if not failed:
        return []
    return [
        Remark(
            "contacts-sync-not-taken",
            f"the receiver did not take all changes: {failed}",
            "run it again: what was taken is not sent again",
        )
    ]
