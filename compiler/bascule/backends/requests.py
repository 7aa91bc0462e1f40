"""API calls as files: what to send where, in which order, with nothing secret in it.

``requests/<id>.json`` is one call; ``plan.json`` their order and what has to be filled in; ``requests.http`` the same
for the HTTP clients of editors (https://www.jetbrains.com/help/idea/exploring-http-syntax.html). ``{{NAME}}`` in
capitals is the account's (a key, a sender); ``{{name}}`` anything else is a value at run time.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from bascule.backends.base import Artefact, json_artefact
from bascule.whatsapp.schema import validate

__all__ = ["Call", "Setting", "call_artefacts"]

_MARKER = re.compile(r"\{\{([^{}]+)\}\}")


@dataclass(frozen=True, slots=True)
class Setting:
    """Something of the account that no source knows: its name in the files, what it is, whether it is secret."""

    name: str
    means: str
    secret: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """One API call. ``id`` is its path below ``requests/``; ``phase`` is ``submit``, ``approve``, ``send`` or the
    provider's own word. ``body`` is JSON, ``form`` pairs for ``application/x-www-form-urlencoded``. ``binds`` names
    values of the answer (RFC 6901 pointer) that later calls use as ``{{name}}``; ``after`` the calls before it.
    ``todo`` is what a person has to do before the call can be made."""

    id: str
    title: str
    phase: str
    method: str
    url: str
    headers: tuple[tuple[str, str], ...] = ()
    body: Any = None
    form: tuple[tuple[str, str], ...] = ()
    binds: tuple[tuple[str, str], ...] = ()
    after: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    todo: tuple[str, ...] = ()

    def data(self) -> dict[str, Any]:
        """The call as its file has it (schemas/request.schema.json)."""
        told: dict[str, Any] = {
            "title": self.title,
            "phase": self.phase,
            "method": self.method,
            "url": self.url,
            "headers": dict(self._headers()),
        }
        if self.form:
            told["form"] = [{"name": name, "value": value} for name, value in self.form]
        elif self.body is not None:
            told["body"] = self.body
        if self.binds:
            told["binds"] = dict(self.binds)
        if self.after:
            told["after"] = [_file(id_) for id_ in self.after]
        if self.todo:
            told["todo"] = list(self.todo)
        if self.notes:
            told["notes"] = list(self.notes)
        return told

    def _headers(self) -> list[tuple[str, str]]:
        kind = "application/x-www-form-urlencoded" if self.form else "application/json" if self.body is not None else ""
        own = [*self.headers]
        if kind and not any(name.lower() == "content-type" for name, _ in own):
            own.append(("Content-Type", kind))
        return own

    def http(self, number: int) -> str:
        """The call in the notation of HTTP files, with its number in the plan."""
        lines = [f"### {number}. {_line(self.title)}", *(f"# To do first: {_line(item)}" for item in self.todo)]
        lines += [f"# {_line(note)}" for note in self.notes]
        lines += [
            f"# Keep `{pointer}` of the answer: it is {{{{{name}}}}} in later calls" for name, pointer in self.binds
        ]
        lines += [f"# @name {self.id.replace('/', '_').replace('.', '_').replace('-', '_')}"]
        lines += [f"{self.method} {self.url}", *(f"{name}: {value}" for name, value in self._headers())]
        if self.form:
            lines += ["", "&".join(f"{_quoted(name)}={_quoted(value)}" for name, value in self.form)]
        elif self.body is not None:
            lines += ["", json.dumps(self.body, ensure_ascii=False, indent=2)]
        return "\n".join(lines) + "\n"


def _line(text: str) -> str:
    return " ".join(text.split())


def _quoted(value: str) -> str:
    """Percent-encoded, with markers left readable: the client fills them in before it encodes."""
    return quote(value, safe="{}")


def _file(id_: str) -> str:
    return f"requests/{id_}.json"


def _plan(target: str, calls: Sequence[Call], settings: Sequence[Setting]) -> dict[str, Any]:
    """The order of the calls with their numbers, what has to be filled in, and which answers later calls need."""
    bound = {name for call in calls for name, _ in call.binds}
    steps: list[dict[str, Any]] = []
    for number, call in enumerate(calls, start=1):
        step: dict[str, Any] = {
            "step": number,
            "file": _file(call.id),
            "phase": call.phase,
            "after": [_file(id_) for id_ in call.after],
        }
        if call.binds:
            step["binds"] = dict(call.binds)
        used = sorted(bound.intersection(_markers(call))) if bound else []
        if used:
            step["uses"] = used
        steps.append(step)
    todo = [{"file": _file(call.id), "do": item} for call in calls for item in call.todo]
    named = [{"name": item.name, "means": item.means, "secret": item.secret} for item in settings]
    return {"target": target, "settings": named, **({"todo": todo} if todo else {}), "steps": steps}


def _markers(call: Call) -> set[str]:
    """All names in double braces that a call holds."""
    text = json.dumps([call.url, call.body, call.form], ensure_ascii=False)
    return set(_MARKER.findall(text))


def call_artefacts(target: str, calls: Sequence[Call], settings: Iterable[Setting]) -> list[Artefact]:
    """The files of all calls, their plan, and the HTTP file.

    Raises ValueError when two calls have one id, or a file does not fit its schema: both are defects of a backend.
    """
    ids = [call.id for call in calls]
    if len({id_.casefold() for id_ in ids}) != len(ids):
        raise ValueError(f"{target}: two calls have the same id")
    named = list(settings)
    plan = _plan(target, calls, named)
    wrong = [problem for call in calls for problem in validate("request", call.data())]
    wrong += validate("request_plan", plan)
    if wrong:
        raise ValueError(f"{target}: {wrong[0]}")
    head = [f"# {item.name}: {_line(item.means)}" for item in named]
    text = "\n".join(["# Fill in before use; keep secrets in the client's own environment file.", *head, ""])
    files = [json_artefact(f"{target}/{_file(call.id)}", call.data()) for call in calls]
    told = (call.http(number) for number, call in enumerate(calls, start=1))
    http = Artefact(f"{target}/requests.http", text + "\n" + "\n".join(told))
    return [*files, json_artefact(f"{target}/plan.json", plan), http]
