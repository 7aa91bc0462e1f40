"""``bascule contacts``: the group lives in :mod:`bascule.cli.contacts`."""

from __future__ import annotations

from bascule.cli.contacts import group as command

__all__ = ["command"]
