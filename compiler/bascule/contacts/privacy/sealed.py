"""A vault that seals personal text: AES-256-GCM, one key per person, all of them wrapped with the store's key.

Destroying a person's key makes what was sealed with it unreadable everywhere, in backups too. The keys are in
``secrets/keyring.db`` of the data folder, never in the store and never in a backup; the store's key is a file that its
owner keeps elsewhere and names in ``BASCULE_KEY_FILE``.
"""

from __future__ import annotations

import base64
import os
import secrets
import sqlite3
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bascule.contacts.store.vault import pseudonym
from bascule.contacts.tabular.problems import ContactsError

__all__ = ["SCHEME", "SealedVault", "make_key", "read_key"]

SCHEME = "sealed-1"
_PREFIX = "s1:"
_FILE = b"bascule-sealed-1\n"
_NONCE = 12
_KEY = 32
_CACHED = 20_000


def make_key(path: Path) -> bytes:
    """Make a key file, readable by its owner alone. Raises FileExistsError where there is one, OSError otherwise."""
    key = secrets.token_bytes(_KEY)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(key.hex() + "\n")
        file.flush()
        os.fsync(file.fileno())
    return key


def read_key(path: Path) -> bytes:
    """Read a key file. Raises ContactsError ``contacts-store-locked``."""
    try:
        text = path.read_text("ascii").strip()
        key = bytes.fromhex(text)
    except (OSError, ValueError) as error:
        raise ContactsError(
            "contacts-store-locked", f"the key file {path} cannot be read", "it holds 64 hexadecimal digits"
        ) from error
    if len(key) != _KEY:
        raise ContactsError("contacts-store-locked", f"the key file {path} holds no key of {_KEY} bytes", "")
    return key


class SealedVault:
    """Text sealed per person. Call :meth:`flush` before a transaction that holds sealed text is committed; a store does
    that by itself."""

    name = SCHEME

    def __init__(self, key: bytes, pseudonym_key: bytes, keyring: Path) -> None:
        self._wrap = AESGCM(key)
        self._pseudonyms = pseudonym_key
        self._keys: dict[str, AESGCM | None] = {}
        self._new: dict[str, bytes] = {}
        keyring.touch(mode=0o600)
        self._ring = sqlite3.connect(keyring, timeout=30, isolation_level=None, check_same_thread=False)
        self._ring.execute("PRAGMA journal_mode = DELETE")
        self._ring.execute("PRAGMA secure_delete = ON")
        self._ring.execute("PRAGMA synchronous = FULL")
        self._ring.execute("CREATE TABLE IF NOT EXISTS keys (subject TEXT PRIMARY KEY, wrapped BLOB NOT NULL)")

    def _key_of(self, subject: str, make: bool) -> AESGCM | None:
        if subject in self._keys and (self._keys[subject] is not None or not make):
            return self._keys[subject]
        row = self._ring.execute("SELECT wrapped FROM keys WHERE subject = ?", (subject,)).fetchone()
        if row is not None:
            try:
                key = self._wrap.decrypt(row[0][:_NONCE], row[0][_NONCE:], subject.encode())
            except InvalidTag as error:
                raise _wrong_key() from error
        elif make:
            key = secrets.token_bytes(_KEY)
            nonce = secrets.token_bytes(_NONCE)
            self._new[subject] = nonce + self._wrap.encrypt(nonce, key, subject.encode())
        else:
            return None
        if len(self._keys) >= _CACHED and not self._new:
            self._keys.clear()
        self._keys[subject] = AESGCM(key)
        return self._keys[subject]

    def seal(self, subject: str, text: str | None) -> str | None:
        """``s1:`` and base64 of nonce and ciphertext, bound to the person."""
        if text is None:
            return None
        key = self._key_of(subject, True)
        assert key is not None
        nonce = secrets.token_bytes(_NONCE)
        sealed = nonce + key.encrypt(nonce, text.encode(), subject.encode())
        return _PREFIX + base64.urlsafe_b64encode(sealed).decode()

    def open(self, subject: str, text: str | None) -> str | None:
        """The text; None where the person's key was destroyed. Raises ContactsError ``contacts-store-locked`` for text
        that was sealed with another key or changed since."""
        if text is None or not text.startswith(_PREFIX):
            return text
        key = self._key_of(subject, False)
        if key is None:
            return None
        data = base64.urlsafe_b64decode(text[len(_PREFIX) :])
        try:
            return key.decrypt(data[:_NONCE], data[_NONCE:], subject.encode()).decode()
        except InvalidTag as error:
            raise _wrong_key() from error

    def lookup(self, kind: str, scope: str, value: str) -> str:
        """The keyed pseudonym: equal identifiers have equal ones."""
        return pseudonym(self._pseudonyms, kind, scope, value)

    def pseudonym(self, kind: str, scope: str, value: str) -> str:
        """The same."""
        return pseudonym(self._pseudonyms, kind, scope, value)

    def forget(self, subject: str) -> None:
        """Destroy a person's key, at once."""
        self._keys.pop(subject, None)
        self._new.pop(subject, None)
        self._ring.execute("DELETE FROM keys WHERE subject = ?", (subject,))

    def flush(self) -> None:
        """Put new keys on disk: before the text they seal."""
        if not self._new:
            return
        rows = sorted(self._new.items())
        self._ring.execute("BEGIN IMMEDIATE")
        try:
            self._ring.executemany("INSERT INTO keys (subject, wrapped) VALUES (?, ?)", rows)
        except sqlite3.Error:
            # Another process was first: its key stands, and this transaction must be made again.
            self._ring.execute("ROLLBACK")
            for subject, _ in rows:
                self._keys.pop(subject, None)
            self._new.clear()
            raise
        self._ring.execute("COMMIT")
        self._new.clear()

    def seal_file(self, data: bytes) -> bytes:
        """A file's bytes as they are kept: sealed with the store's key."""
        nonce = secrets.token_bytes(_NONCE)
        return _FILE + nonce + self._wrap.encrypt(nonce, data, _FILE)

    def open_file(self, data: bytes) -> bytes:
        """The inverse; bytes that are not sealed are given back as they are. Raises ContactsError."""
        if not data.startswith(_FILE):
            return data
        rest = data[len(_FILE) :]
        try:
            return self._wrap.decrypt(rest[:_NONCE], rest[_NONCE:], _FILE)
        except InvalidTag as error:
            raise _wrong_key() from error

    def check(self) -> str:
        """A text that only this key opens; kept in the store to tell a wrong key at once."""
        nonce = secrets.token_bytes(_NONCE)
        return base64.urlsafe_b64encode(nonce + self._wrap.encrypt(nonce, b"bascule", b"check")).decode()

    def verify(self, check: str) -> None:
        """Raises ContactsError ``contacts-store-locked`` when the key is not the store's."""
        data = base64.urlsafe_b64decode(check)
        try:
            self._wrap.decrypt(data[:_NONCE], data[_NONCE:], b"check")
        except InvalidTag as error:
            raise _wrong_key() from error


def _wrong_key() -> ContactsError:
    return ContactsError(
        "contacts-store-locked", "the key does not open this store", "name the key it was made with in BASCULE_KEY_FILE"
    )
