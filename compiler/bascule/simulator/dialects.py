"""Which platform's habits a flow was written for: how its expressions compute, and how its parts behave."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["DIALECTS", "Dialect", "dialect_of"]


@dataclass(frozen=True, slots=True)
class Dialect:
    """``expressions`` is the evaluator's name of the habits; ``own_results``: a flow that is called has its
    own results, and gives them to its caller as ``child`` (and reads its caller's as ``parent``)."""

    expressions: str = ""
    own_results: bool = False


_PLAIN = Dialect()

DIALECTS: dict[str, Dialect] = {
    "rapidpro": Dialect("rapidpro", own_results=True),
    "twilio-studio": Dialect("liquid"),
    "floip": Dialect("floip"),
    "dialogflow-cx": Dialect("dialogflow-cx"),
}
"""Source format to habits; formats that are not listed have none of their own."""


def dialect_of(source_format: str) -> Dialect:
    """The habits of a source format."""
    return DIALECTS.get(source_format, _PLAIN)
