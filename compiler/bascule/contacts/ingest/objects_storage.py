"""Objects of S3 and what speaks like it, streamed to private copies one at a time.

Address and credentials come from the environment as for every other tool: ``AWS_ACCESS_KEY_ID``,
``AWS_SECRET_ACCESS_KEY``, ``AWS_SESSION_TOKEN``, ``AWS_REGION``, ``AWS_ENDPOINT_URL``.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bascule.contacts.extra import require
from bascule.contacts.tabular.problems import ContactsError

__all__ = ["objects"]

_LIST = 1_000
_READ = 8 << 20


def objects(address: str, folder: Path) -> Iterator[tuple[Path, str]]:
    """Copies of the objects below ``s3://bucket/prefix``, in order of their keys, each with its name below the prefix.

    Raises ContactsError (``contacts-storage``), and MissingExtra without the extra ``s3``.
    """
    require("obstore", extra="s3")
    import obstore

    bucket, _, prefix = address.removeprefix("s3://").partition("/")
    if not bucket:
        raise ContactsError("contacts-usage", f"{address} names no bucket", "write s3://bucket/prefix")
    store = _store(bucket)
    try:
        keys = [
            entry["path"]
            for batch in obstore.list(store, prefix=_listed(prefix), chunk_size=_LIST)
            for entry in batch
            if str(entry["path"]).startswith(prefix) and entry["size"]
        ]
    except Exception as error:
        raise _failed("the bucket cannot be listed", error) from error
    for key in sorted(keys):
        suffix = Path(key).suffix.lower()
        handle, path = tempfile.mkstemp(suffix=suffix if len(suffix) <= 8 else "", dir=folder)
        try:
            with os.fdopen(handle, "wb") as out:
                for chunk in obstore.get(store, key).stream(min_chunk_size=_READ):
                    out.write(bytes(chunk))
        except OSError:
            raise
        except Exception as error:
            raise _failed("an object cannot be read", error) from error
        inner = key if key == prefix else key.removeprefix(prefix.rsplit("/", 1)[0] if "/" in prefix else "")
        yield Path(path), inner.strip("/") or key


def _listed(prefix: str) -> str | None:
    """The part of a prefix that object stores list by: whole path segments."""
    folder = prefix.rsplit("/", 1)[0] if "/" in prefix else ""
    return folder or None


def _store(bucket: str) -> Any:
    from obstore.store import S3Store

    endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL") or ""
    options: dict[str, Any] = {}
    if endpoint:
        options["endpoint"] = endpoint
        options["virtual_hosted_style_request"] = False
    if endpoint.startswith("http://"):
        options["client_options"] = {"allow_http": True}
    try:
        return S3Store(bucket, **options)
    except Exception as error:
        raise _failed("the storage cannot be reached", error) from error


def _failed(what: str, error: Exception) -> ContactsError:
    # The error's text may hold the request, and so a signature: only its class is said.
    return ContactsError(
        "contacts-storage",
        f"{what}: {type(error).__name__}",
        "check bucket, region and credentials (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION, AWS_ENDPOINT_URL)",
    )
