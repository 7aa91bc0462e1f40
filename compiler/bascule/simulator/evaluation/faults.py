"""What stands for a value that cannot be computed."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Fault", "Unknown"]


@dataclass(frozen=True, slots=True)
class Fault:
    """A value that could not be computed, as the platform would find too.

    ``code`` is a fixed word for machines: ``arguments``, ``type``, ``number``, ``date``, ``time``, ``index``,
    ``member``, ``division``, ``range``, ``pattern``, ``json``, ``size``, ``steps``, ``depth`` or ``value``.
    """

    reason: str
    code: str = "value"


@dataclass(frozen=True, slots=True)
class Unknown(Fault):
    """A value that nobody can know offline: an opaque expression, a function of the platform, a person."""

    code: str = "unknown"
