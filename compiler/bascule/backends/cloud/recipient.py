"""Whom a send is for, where a provider takes digits only: the marker, and what the bindings say about it."""

from __future__ import annotations

from typing import Any

__all__ = ["MSISDN", "with_msisdn"]

MSISDN = "{{contact.msisdn}}"
_MEANING = {
    "expression": 'replace(contact.phone, "+", "")',
    "description": "the person's number with its country code, digits only",
}


def with_msisdn(bindings: dict[str, Any]) -> dict[str, Any]:
    """``bindings.json`` with the marker among its variables."""
    variables = dict(sorted({**bindings["variables"], MSISDN.strip("{}"): _MEANING}.items()))
    return {**bindings, "variables": variables}
