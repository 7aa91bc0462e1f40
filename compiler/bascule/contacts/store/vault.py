"""What keeps personal text in a store: as it is, or sealed with a key per person.

A vault answers three questions: how a text is kept (``seal``/``open``), what two equal identifiers have in common
without showing them (``lookup``), and what name an identifier has that outlives the person's data (``pseudonym``).
"""

from __future__ import annotations

import hashlib
from typing import Protocol

__all__ = ["PlainVault", "Vault", "pseudonym"]

_DOMAIN = b"bascule-contact"
"""Personalisation of BLAKE2b (at most 16 bytes): the same key used elsewhere gives other names."""


def pseudonym(key: bytes, kind: str, scope: str, value: str) -> str:
    """A keyed name for an identifier: BLAKE2b-128, 32 hexadecimal digits.

    A hash without a key would not do: all phone numbers can be tried. https://www.rfc-editor.org/rfc/rfc7693
    """
    text = "\0".join((kind, scope, value)).encode()
    return hashlib.blake2b(text, digest_size=16, key=key, person=_DOMAIN).hexdigest()


class Vault(Protocol):
    """How a store keeps personal text."""

    @property
    def name(self) -> str:
        """``plain`` or the name of the scheme; kept in the store, so that it is not opened with another."""

    def seal(self, subject: str, text: str | None) -> str | None:
        """A text of a person as it is kept; null stays null. The person's key is made where there is none."""

    def open(self, subject: str, text: str | None) -> str | None:
        """The inverse; null where the person's key was destroyed. Raises ContactsError for a wrong store key."""

    def lookup(self, kind: str, scope: str, value: str) -> str:
        """What is compared instead of an identifier; deterministic."""

    def pseudonym(self, kind: str, scope: str, value: str) -> str:
        """The identifier's keyed name for the suppression list and exports."""

    def forget(self, subject: str) -> None:
        """Destroy a person's key: what was sealed with it, in backups too, cannot be read again."""

    def flush(self) -> None:
        """Put new keys on disk; called before each commit."""

    def seal_file(self, data: bytes) -> bytes:
        """A snapshot's bytes as they are kept."""

    def open_file(self, data: bytes) -> bytes:
        """The inverse."""


class PlainVault:
    """Text as it is. The disk's own encryption, if any, is what protects it."""

    name = "plain"

    def __init__(self, key: bytes) -> None:
        self._key = key

    def seal(self, subject: str, text: str | None) -> str | None:
        """The text itself."""
        return text

    def open(self, subject: str, text: str | None) -> str | None:
        """The text itself."""
        return text

    def lookup(self, kind: str, scope: str, value: str) -> str:
        """The value itself."""
        return value

    def pseudonym(self, kind: str, scope: str, value: str) -> str:
        """BLAKE2b with the store's pseudonym key."""
        return pseudonym(self._key, kind, scope, value)

    def forget(self, subject: str) -> None:
        """Nothing: there are no keys. Deleting is all there is."""

    def flush(self) -> None:
        """Nothing: there are no keys."""

    def seal_file(self, data: bytes) -> bytes:
        """The bytes themselves."""
        return data

    def open_file(self, data: bytes) -> bytes:
        """The bytes themselves."""
        return data
