"""Files with personal data in the folder of a sealed store: rejects and lists, sealed piece by piece.

A file is a line that names the format, then pieces: eight bytes of length, and that many bytes that the vault sealed.
A piece can be added to the end, and files can be put together without opening them.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from bascule.contacts.tabular.problems import ContactsError

if TYPE_CHECKING:
    from bascule.contacts.store.store import Store
    from bascule.contacts.store.vault import Vault

__all__ = ["SUFFIX", "kept_as", "outside", "piece", "pieces", "read_file", "start"]

SUFFIX = ".sealed"
_FORMAT = b"bascule-pieces-1\n"
_LENGTH = 8
_LARGEST = 1 << 31


def kept_as(vault: Vault, path: Path) -> Path:
    """Where a file is kept: under its own name, or that with ``.sealed`` behind it."""
    return path if vault.name == "plain" else path.with_name(path.name + SUFFIX)


def outside(store: Store, path: str) -> None:
    """Refuse to write what is not sealed into the folder of a sealed store: ContactsError ``contacts-not-sealed``."""
    if store.vault.name == "plain" or path in ("", "-"):
        return
    if Path(path).resolve().is_relative_to(store.place.data.resolve()):
        raise ContactsError(
            "contacts-not-sealed",
            f"{path} lies in the folder of a sealed store, and what is to be written there would not be sealed",
            "name a place elsewhere, on a disk that is encrypted",
        )


def start(vault: Vault) -> bytes:
    """The first bytes of a file: none where nothing is sealed."""
    return b"" if vault.name == "plain" else _FORMAT


def piece(vault: Vault, data: bytes) -> bytes:
    """Bytes to add to a file."""
    if vault.name == "plain":
        return data
    sealed = vault.seal_file(data)
    return len(sealed).to_bytes(_LENGTH, "big") + sealed


def pieces(vault: Vault, path: Path) -> Iterator[bytes]:
    """The contents of a file, piece by piece; one that is not sealed is one piece.

    Raises OSError, and ContactsError: ``contacts-store-locked`` for another key, ``contacts-sealed-damaged`` for a file
    that was cut.
    """
    with path.open("rb") as file:
        first = file.read(len(_FORMAT))
        if first != _FORMAT:
            yield vault.open_file(first + file.read())
            return
        while head := file.read(_LENGTH):
            yield vault.open_file(_whole(file, head, path))


def _whole(file: BinaryIO, head: bytes, path: Path) -> bytes:
    length = int.from_bytes(head, "big") if len(head) == _LENGTH else _LARGEST
    data = file.read(length) if length < _LARGEST else b""
    if len(data) != length:
        raise ContactsError(
            "contacts-sealed-damaged", f"{path.name} ends within a piece", "import the source again, or merge again"
        )
    return data


def read_file(vault: Vault, path: Path) -> bytes:
    """All of a file. Raises as :func:`pieces`."""
    return b"".join(pieces(vault, path))
