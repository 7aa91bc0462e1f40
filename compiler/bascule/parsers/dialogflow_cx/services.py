"""Webhooks and generators: what a fulfillment calls."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from bascule.ir.expr import Ref
from bascule.ir.expr_text import print_text
from bascule.ir.nodes import HttpRequest
from bascule.ir.project import Variable
from bascule.ir.text import Hole, Literal, Segment, Text, holes, join_text, literal
from bascule.language.members import Facts, clip
from bascule.language.reading import json_text
from bascule.parsers.dialogflow_cx.losses import CredentialDropped, GenerativePart, HandlerUnused, StandardWebhook
from bascule.parsers.dialogflow_cx.nlu import NamedPart
from bascule.parsers.dialogflow_cx.package import Package
from bascule.parsers.dialogflow_cx.reading import AgentMembers, AgentReading, Part, hollow, target_path, unpacked
from bascule.parsers.dialogflow_cx.rules import UnknownName, WrongShape
from bascule.source import Place

__all__ = ["Services"]

_METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"})
_PUBLIC_HEADERS = frozenset({"accept", "accept-language", "cache-control", "content-type", "user-agent"})
_CREDENTIALS = (
    "username",
    "password",
    "oauthConfig",
    "serviceAgentAuth",
    "secretVersionForUsernamePassword",
    "secretVersionsForRequestHeaders",
    "serviceAccountAuthConfig",
    "allowedCaCerts",
)
_PROMPT = re.compile(r"\$([A-Za-z_][\w-]*)")


class Services:
    """What the fulfillments of an agent may call, by display name; generators also by the end of their resource
    name."""

    def __init__(self, reading: AgentReading, package: Package) -> None:
        self.reading = reading
        self.known: dict[str, HttpRequest] = {}
        self.disabled: set[str] = set()
        self.standard: set[str] = set()
        self.prompts: dict[str, tuple[str, Text, Facts]] = {}
        self.parts = dict(package.webhooks)
        self.called: set[str] = set()
        for name, part in package.webhooks.items():
            self._webhook_part(name, part)
        for named in package.generators.values():
            self._generator_part(named)

    def webhook(self, name: str, tag: str, place: Place) -> HttpRequest | None:
        """The request that calls a webhook; None for one that is switched off."""
        node = self.known.get(name)
        self.called.add(name)
        if name in self.disabled:
            self.reading.book.exact(place, "the webhook is switched off")
            return None
        parameters = (("tag", literal(tag)),) if tag else ()
        if node is None:
            guess = self.reading.nearest(name, self.known)
            code = self.reading.find(
                UnknownName,
                place,
                f"there is no webhook `{clip(name)}`",
                help=f"did you mean `{clip(guess)}`?" if guess else "export the whole agent",
            )
            self.reading.book.degraded(place, "nothing is known of the webhook", "export the whole agent", code)
            return HttpRequest(id="", service="webhook", name=name, parameters=parameters, at=place)
        if name in self.standard:
            code = self.reading.find_once(
                StandardWebhook,
                name,
                place,
                lambda count: f"the webhook `{clip(name)}` speaks Dialogflow's own format ({count} call(s))",
                help="give the service an interface of its own, and set body and mapping of the request",
            )
            self.reading.book.degraded(
                place, "its body and its answer are Dialogflow's own", "an interface of its own", code
            )
            return HttpRequest(
                id="", service="webhook", name=name, method=node.method, url=node.url, headers=node.headers,
                parameters=parameters, timeout=node.timeout, facts=node.facts, at=place,
            )  # fmt: skip
        # A flexible webhook is sent what its body says; the tag is in it or nowhere.
        tagged = (("tag", json_text(tag)),) if tag else ()
        for text in (node.url, node.body):
            for hole in holes(text):
                self.reading.note(hole.expression, hole.at or place)
        for _, target in node.mapping:
            dotted = ".".join(target)
            self.reading.variables.setdefault(dotted, Variable(dotted, scope="session", at=place))
        return HttpRequest(
            id="", service="http", name=name, method=node.method, url=node.url, headers=node.headers, body=node.body,
            content_type=node.content_type, mapping=node.mapping, timeout=node.timeout, facts=(*node.facts, *tagged),
            at=place,
        )  # fmt: skip

    def generators(self, values: list[Any], place: Place) -> Iterator[HttpRequest]:
        """The calls of generators that a fulfillment makes."""
        for index, value in enumerate(values):
            at = place.child(index)
            self.reading.book.open("generator call", at)
            if not isinstance(value, dict):
                code = self.reading.find(WrongShape, at, "a generator call is no object; it is left out")
                self.reading.book.dropped(at, "no object", "write an object", code)
                continue
            reference = value.get("generator")
            wanted = reference if isinstance(reference, str) else ""
            name, prompt, facts = (
                self.prompts.get(wanted.rsplit("/", 1)[-1]) or self.prompts.get(wanted) or (wanted, (), [])
            )
            parameters = []
            inputs = value.get("inputParameters")
            pairs = inputs.items() if isinstance(inputs, dict) else _pairs(inputs)
            for number, (key, item) in enumerate(pairs):
                text = item if isinstance(item, str) else json_text(item)
                parameters.append((key, self.reading.text(text, at.child("inputParameters", number, "value"))))
            output = value.get("outputParameter")
            into = tuple(token for token in output.lstrip("$").split(".") if token) if isinstance(output, str) else ()
            code = self.reading.find_once(
                GenerativePart,
                "generator call",
                at,
                lambda count: f"{count} place(s) let a language model write the answer",
                help="use a language model service of the new platform, or write the answer",
            )
            self.reading.book.degraded(at, "a language model writes the answer", "a service of the new platform", code)
            if into:
                dotted = ".".join(into)
                self.reading.variables.setdefault(dotted, Variable(dotted, "text", scope="session", at=at))
            yield HttpRequest(
                id="",
                service="llm",
                name=name,
                body=_filled(prompt, dict(parameters)),
                parameters=tuple(parameters),
                into=into,
                facts=tuple(facts),
                at=at,
            )

    def finish(self, facts: Facts) -> None:
        """Account for webhooks and generators that nothing calls: they are kept as facts of the project."""
        for name, part in self.parts.items():
            if name in self.called or part.broken:
                continue
            code = self.reading.find_once(
                HandlerUnused, "webhook", part.place, lambda count: f"{count} webhook(s) are called by nothing"
            )
            self.reading.bury(part.place, "nothing calls it; kept as a fact", "remove it", code)
            node = self.known[name]
            kept: dict[str, Any] = {"url": print_text(node.url), "method": node.method, "body": print_text(node.body)}
            if node.headers:
                kept["headers"] = {header: print_text(value) for header, value in node.headers}
            if node.mapping:
                kept["mapping"] = {".".join(target): found for found, target in node.mapping}
            if node.timeout is not None:
                kept["timeout"] = node.timeout
            if name in self.disabled:
                kept["disabled"] = True
            facts.append((f"webhook {name}", json_text({**kept, **unpacked(list(node.facts))})))

    def _webhook_part(self, name: str, part: Part) -> None:
        reading = self.reading
        reading.file(part, "webhook")
        before = dict(reading.variables)
        facts: Facts = []
        directory = part.value.get("serviceDirectory")
        owner = part.value
        place = part.place
        structural = [
            key for key in ("genericWebService", "serviceDirectory", "timeout") if isinstance(part.value.get(key), dict)
        ]
        members = AgentMembers(reading, part.value, part.place, "webhook", facts, structural)
        members.skip("displayName")
        members.fact("name")
        if members.boolean("disabled"):
            self.disabled.add(name)
        if isinstance(directory, dict):
            inner = ("genericWebService",) if isinstance(directory.get("genericWebService"), dict) else ()
            wrapped = AgentMembers(
                reading, directory, place.child("serviceDirectory"), "service directory", facts, inner
            )
            wrapped.fact("service")
            wrapped.close()
            if inner:
                owner, place = directory, place.child("serviceDirectory")
        seconds = None
        if isinstance(part.value.get("timeout"), dict):
            time = AgentMembers(reading, part.value["timeout"], part.place.child("timeout"), "webhook timeout", facts)
            whole, nanos = time.number("seconds"), time.number("nanos")
            time.close()
            seconds = (whole or 0.0) + (nanos or 0.0) / 1e9 if whole is not None or nanos is not None else None
        node = HttpRequest(id="", name=name)
        service = owner.get("genericWebService")
        if isinstance(service, dict):
            node = self._service(name, service, place.child("genericWebService"), facts)
        members.close()
        # What only a webhook uses is declared when something calls it.
        reading.variables = before
        self.known[name] = HttpRequest(
            id="", service=node.service, method=node.method, url=node.url, headers=node.headers, body=node.body,
            content_type=node.content_type, mapping=node.mapping, facts=tuple(facts), name=name,
            timeout=seconds if seconds is not None and seconds >= 0 else None,
        )  # fmt: skip

    def _service(self, name: str, data: dict[str, Any], place: Place, facts: Facts) -> HttpRequest:
        reading = self.reading
        lists = [key for key in ("requestHeaders", "parameterMapping") if isinstance(data.get(key), (list, dict))]
        members = AgentMembers(reading, data, place, "web service", facts, lists)
        url = self._covered(members, "uri")
        kind = members.string("webhookType").strip().upper()
        if kind != "FLEXIBLE":
            self.standard.add(name)
        method = members.string("httpMethod").strip().upper() or "POST"
        if method not in _METHODS:
            facts.append(("httpMethod", json_text(method)))
            method = "POST"
        body = self._covered(members, "requestBody")
        for key in _CREDENTIALS:
            if not hollow(members.data.get(key)):
                self._credential(members, key)
        headers, content_type = self._headers(data.get("requestHeaders"), place.child("requestHeaders"))
        mapping = self._mapping(data.get("parameterMapping"), place.child("parameterMapping"))
        members.close()
        if body and not content_type:
            content_type = "application/json"
        return HttpRequest(
            id="", method=method, url=url, headers=headers, body=body, content_type=content_type, mapping=mapping
        )

    def _covered(self, members: AgentMembers, name: str) -> Text:
        """A text that may hold a literal secret."""
        value = members.string(name)
        return self.reading.text(self.reading.safe(value, members.at(name), name), members.at(name)) if value else ()

    def _credential(self, members: AgentMembers, key: str) -> None:
        members.take(key)
        self._drop(members.at(key), key, members.data[key], members.at(key))

    def _drop(self, place: Place, name: str, value: Any, inner: Place) -> None:
        """Account for the credential at ``place``, and cover its value, which stands at ``inner``."""
        stack = [(value, inner)]
        while stack:
            item, at = stack.pop()
            if isinstance(item, dict):
                stack += [(part, at.child(key)) for key, part in item.items()]
            elif isinstance(item, list):
                stack += [(part, at.child(index)) for index, part in enumerate(item)]
            elif not hollow(item):
                self.reading.secrets.append(at)
        code = self.reading.find_once(
            CredentialDropped,
            "credential",
            place,
            lambda count: f"{count} credential(s) of webhooks and tools are dropped; whoever has the file has them",
            help="replace them at their owners, and use the secret store of the new platform",
            sensitive=True,
        )
        self.reading.book.dropped(place, "a credential", "the secret store of the new platform", code)

    def _headers(self, value: Any, place: Place) -> tuple[tuple[tuple[str, Text], ...], str]:
        """Headers that everybody may see; the others are credentials."""
        kept: list[tuple[str, Text]] = []
        content_type = ""
        for name, item, at, inner in self._pairs(value, place, "request header"):
            text = item if isinstance(item, str) else json_text(item)
            if name.strip().lower() in _PUBLIC_HEADERS:
                kept.append((name, self.reading.text(text, inner)))
                content_type = text if name.strip().lower() == "content-type" else content_type
            else:
                self._drop(at, name, item, inner)
        return tuple(kept), content_type

    def _mapping(self, value: Any, place: Place) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Where values of the answer go: (path in the answer, variable)."""
        found = []
        for key, item, _, _ in self._pairs(value, place, "response mapping"):
            path = item if isinstance(item, str) else json_text(item)
            found.append((path.strip().removeprefix("$.").removeprefix("$"), target_path(key)))
        return tuple(found)

    def _pairs(self, value: Any, place: Place, what: str) -> Iterator[tuple[str, Any, Place, Place]]:
        """``[{"key", "value"}]`` or an object as pairs, each put down: key, value, its place, the value's place."""
        if isinstance(value, dict):
            for key, item in value.items():
                at = place.child(key)
                self.reading.book.open(what, at)
                self.reading.book.exact(at)
                yield key, item, at, at
        for index, item in enumerate(value if isinstance(value, list) else ()):
            at = place.child(index)
            self.reading.book.open(what, at)
            if isinstance(item, dict) and isinstance(item.get("key"), str):
                self.reading.book.exact(at)
                yield item["key"], item.get("value"), at, at.child("value")
            else:
                code = self.reading.find(
                    WrongShape, at, f"a {what} has no key; it is left out", help="write `key` and `value`"
                )
                self.reading.book.dropped(at, "it has no key", "write `key` and `value`", code)

    def _generator_part(self, named: NamedPart) -> None:
        reading = self.reading
        reading.file(named.part, "generator")
        facts: Facts = []
        members = AgentMembers(reading, named.part.value, named.part.place, "generator", facts)
        members.skip("displayName")
        members.fact("name", "placeholders", "modelParameter", "llmModelSettings", "promptText")
        members.close()
        prompt: Text = ()
        for _, file in named.phrases:
            reading.file(file, "generator prompts")
            structural = ("promptTexts",) if isinstance(file.value.get("promptTexts"), list) else ()
            rest = AgentMembers(reading, file.value, file.place, "generator prompts", facts, structural)
            if not structural:
                rest.items("promptTexts")
            rest.close()
            for index, item in enumerate(file.value["promptTexts"] if structural else ()):
                at = file.place.child("promptTexts", index)
                reading.book.open("prompt", at)
                reading.book.exact(at, "kept with each call")
                text = item.get("text") if isinstance(item, dict) else None
                if isinstance(text, str):
                    if not prompt:
                        prompt = _prompt_text(text, at.child("text"))
                    else:
                        facts.append((f"prompt {file.name.rsplit('/', 1)[-1].removesuffix('.json')}", json_text(text)))
        entry = (named.name, prompt, facts)
        uuid = named.part.value.get("name")
        if isinstance(uuid, str) and uuid:
            self.prompts[uuid.rsplit("/", 1)[-1]] = entry
        self.prompts[named.name] = entry


def _pairs(value: Any) -> Iterator[tuple[str, Any]]:
    """``[{"key", "value"}]`` as pairs."""
    for item in value if isinstance(value, list) else ():
        if isinstance(item, dict) and isinstance(item.get("key"), str):
            yield item["key"], item.get("value")


def _prompt_text(text: str, place: Place) -> Text:
    """A prompt with its placeholders (``$goal``) as holes: they are the parameters of the call."""
    parts: list[Segment] = []
    done = 0
    for found in _PROMPT.finditer(text):
        parts.append(Literal(text[done : found.start()]))
        parts.append(Hole(Ref((found.group(1),)), place.within(found.start(), found.end())))
        done = found.end()
    return join_text([*parts, Literal(text[done:])])


def _filled(prompt: Text, values: dict[str, Text]) -> Text:
    """A prompt with its placeholders replaced by what the call gives for them."""
    parts: list[Segment] = []
    for part in prompt:
        name = part.expression.name if isinstance(part, Hole) and isinstance(part.expression, Ref) else ""
        parts.extend(values.get(name, (part,)))
    return join_text(parts)
