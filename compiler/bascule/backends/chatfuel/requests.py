"""A request to a web service as the members of ``SendJson``."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from bascule.backends.chatfuel.words import Words
from bascule.ir.ledger import Ledger
from bascule.ir.nodes import HttpRequest
from bascule.source import Place

__all__ = ["request_values"]

_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


def request_values(node: HttpRequest, words: Words, ledger: Ledger, place: Place) -> dict[str, Any]:
    """Method, address, headers, payload, and the attributes that parts of the answer fill."""
    method = node.method.strip().upper() or ("POST" if node.body else "GET")
    if method not in _METHODS:
        ledger.degraded("method of a request", place, f"{_METHODS[0]} instead of {method}", "call it elsewhere")
        method = _METHODS[0]
    url, body = words.text(node.url), words.text(node.body)
    parameters = [(name, words.text(value)) for name, value in node.parameters]
    if parameters and (body or method == "GET"):
        query = "&".join(f"{quote(name, safe='')}={_quoted(value)}" for name, value in parameters)
        url = f"{url}{'&' if '?' in url else '?'}{query}"
        parameters = []
    rules = [(_path(path), words.attribute(target)) for path, target in node.mapping if target]
    rules += [("$", words.attribute(node.into))] if node.into else []
    headers = [(name, words.text(value)) for name, value in node.headers]
    if node.content_type and not any(name.casefold() == "content-type" for name, _ in headers):
        headers.append(("Content-Type", node.content_type))
    return {
        "method": method,
        "url": url,
        "headers": headers,
        "payload": "CUSTOM_REQUEST" if body or not parameters else "ENCODED_URL",
        "body": body,
        "parameters": parameters,
        "rules": rules,
    }


def _quoted(value: str) -> str:
    """Percent-encoded, attributes left as they are: Chatfuel fills them in."""
    return quote(value, safe="{} ")


def _path(path: str) -> str:
    """A path into the answer as JSONPath."""
    return path if path.startswith("$") else f"$.{path}" if path else "$"
