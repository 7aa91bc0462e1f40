"""Passwords, tokens and keys that stand in a request as they are: where, never what they are."""

from __future__ import annotations

from bascule.language.secrets import Secret, is_secret_name, secret_in_text, secret_under_name

__all__ = ["secrets_of"]


def secrets_of(name: str, value: str) -> list[Secret]:
    """The credentials in the value of a member called ``name``, in order. Expressions are none."""
    found = secret_under_name(name, value)
    if found is None and is_secret_name(name):
        # A header says how it authenticates before it does: `Token 8f2c…`.
        scheme, _, rest = value.strip().partition(" ")
        found = secret_under_name(name, rest) if scheme.isalnum() else None
        if found is not None:
            start = value.index(rest, len(scheme))
            found = Secret(found.what, start + found.start, start + found.end)
    by_name = found is not None and is_secret_name(name)
    hits = [found] if by_name and found is not None else secret_in_text(value)
    return [hit for hit in hits if "@" not in value[hit.start : hit.end]]
