"""The one clock of the contacts half. ``SOURCE_DATE_EPOCH`` stops it, so that a run can be made again to the byte."""

from __future__ import annotations

import os
from datetime import UTC, datetime

__all__ = ["instant", "now", "parse"]


def now() -> datetime:
    """The present in UTC, without fractions of a second; what ``SOURCE_DATE_EPOCH`` says where it is set.

    https://reproducible-builds.org/specs/source-date-epoch/
    """
    stopped = os.environ.get("SOURCE_DATE_EPOCH", "")
    if stopped.isdecimal():
        return datetime.fromtimestamp(int(stopped), UTC)
    return datetime.now(UTC).replace(microsecond=0)


def instant(moment: datetime) -> str:
    """A moment as every table has it: ``2026-11-23T09:30:00Z``; texts then sort as the moments do. The moment must know
    its zone."""
    if moment.tzinfo is None:
        raise ValueError("a moment without a zone")
    return moment.astimezone(UTC).replace(microsecond=0).strftime("%Y-%m-%dT%H:%M:%SZ")


def parse(text: str) -> datetime:
    """The moment of such a text. Raises ValueError for anything else."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
