"""The graph as a plain tree: the canonical long form of the scenario file and the JSON of the API.

``encode_project`` gives dicts, lists, strings, numbers and booleans only, with a fixed key order and
defaults left out. ``parsers.scenario`` reads the same tree back: ``decode(encode(p)) == p`` for
every project (places excluded). ``ir.dump`` prints it as YAML or JSON.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bascule.ir.dump import to_json, to_yaml
from bascule.ir.durations import print_duration
from bascule.ir.encode_content import content_tree, expressions_tree, media_tree, texts_tree
from bascule.ir.encode_parts import (
    Encoder,
    duration_tree,
    facts_tree,
    keyed,
    localized_strings,
    localized_text,
    localized_tree,
    number,
    pairs_tree,
)
from bascule.ir.expr_text import print_expression, print_path, print_text
from bascule.ir.nodes import (
    Ask,
    Assignment,
    Audience,
    Case,
    Chosen,
    Delay,
    Edge,
    End,
    Failure,
    Handover,
    HttpRequest,
    Message,
    Node,
    Otherwise,
    ReplyKind,
    RunFlow,
    SetConsent,
    SetVariable,
    Success,
    Timeout,
    Unsupported,
    Validation,
    When,
)
from bascule.ir.project import (
    Entity,
    EntityValue,
    Entry,
    Flow,
    Intent,
    MediaAsset,
    Phrase,
    Project,
    TemplateAsset,
    Variable,
)

__all__ = ["END", "FORMAT_VERSION", "encode_flow", "encode_node", "encode_project", "to_json", "to_yaml"]

FORMAT_VERSION = 1
"""Value of the key ``bascule``, which every scenario file has."""

END = "end"
"""The target that ends the flow; a node of this name is written ``{node: end}``."""


def encode_project(project: Project, provenance: bool = False) -> dict[str, Any]:
    """The whole project. With ``provenance`` every element that knows its place has ``at: "file#pointer"``."""
    encoder = Encoder(provenance)
    tree: dict[str, Any] = {"bascule": FORMAT_VERSION}
    if project.locale:
        tree["locale"] = project.locale
    if project.locales:
        tree["locales"] = list(project.locales)
    facts_tree(tree, "facts", project.facts)
    sections: tuple[tuple[str, Any], ...] = (
        ("variables", keyed(project.variables, "name", lambda item: item.name, encoder.bind(_variable))),
        ("intents", keyed(project.intents, "id", lambda item: item.id, encoder.bind(_intent))),
        ("entities", keyed(project.entities, "id", lambda item: item.id, encoder.bind(_entity))),
        ("media", keyed(project.media, "id", lambda item: item.id, encoder.bind(_media_asset))),
        ("templates", [_template(item, encoder) for item in project.templates]),
        ("flows", keyed(project.flows, "id", lambda item: item.id, encoder.bind(encode_flow))),
    )
    tree.update((key, section) for key, section in sections if section)
    return tree


def _variable(variable: Variable, encoder: Encoder) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    _strings(tree, ("type", variable.type))
    localized_strings(tree, "sample", variable.sample)
    _strings(tree, ("description", variable.description), ("scope", variable.scope))
    if variable.max_length is not None:
        tree["max_length"] = variable.max_length
    return encoder.place(tree, variable.at)


def _strings(tree: dict[str, Any], *members: tuple[str, str]) -> None:
    tree.update((key, value) for key, value in members if value)


def _intent(intent: Intent, encoder: Encoder) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    _strings(tree, ("title", intent.title))
    if intent.phrases:
        tree["phrases"] = localized_tree(intent.phrases, lambda items: [_phrase(item, encoder) for item in items])
    pairs_tree(tree, "parameters", intent.parameters)
    facts_tree(tree, "facts", intent.facts)
    return encoder.place(tree, intent.at)


def _phrase(phrase: Phrase, encoder: Encoder) -> Any:
    tree: dict[str, Any] = {"text": print_text(phrase.text)}
    if phrase.samples:
        tree["samples"] = list(phrase.samples)
    tree = encoder.place(tree, phrase.at)
    return tree if len(tree) > 1 else tree["text"]


def _entity(entity: Entity, encoder: Encoder) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    if entity.kind != "list":
        tree["kind"] = entity.kind
    if entity.values:
        tree["values"] = [_entity_value(value) for value in entity.values]
    if entity.patterns:
        localized_strings(tree, "patterns", entity.patterns)
    facts_tree(tree, "facts", entity.facts)
    return encoder.place(tree, entity.at)


def _entity_value(value: EntityValue) -> Any:
    if not value.synonyms:
        return value.value
    tree: dict[str, Any] = {"value": value.value}
    localized_strings(tree, "synonyms", value.synonyms)
    return tree


def _media_asset(asset: MediaAsset, encoder: Encoder) -> dict[str, Any]:
    return media_tree(asset.media, encoder)


def _template(template: TemplateAsset, encoder: Encoder) -> dict[str, Any]:
    tree: dict[str, Any] = {"name": template.name}
    _strings(
        tree,
        ("language", template.language),
        ("provider", template.provider),
        ("provider_id", template.provider_id),
        ("category", template.category),
        ("status", template.status),
    )
    localized_text(tree, "text", template.text)
    _strings(tree, ("definition", template.definition))
    facts_tree(tree, "facts", template.facts)
    return encoder.place(tree, template.at)


def encode_flow(flow: Flow, encoder: Encoder | None = None) -> dict[str, Any]:
    """One flow without its id."""
    encoder = encoder or Encoder()
    encoder.end_is_a_node = any(node.id == END for node in flow.nodes)
    tree: dict[str, Any] = {}
    _strings(tree, ("title", flow.title), ("locale", flow.locale))
    if flow.expires is not None:
        tree["expires"] = duration_tree(flow.expires)
    facts_tree(tree, "facts", flow.facts)
    if flow.entries:
        tree["entries"] = [_entry(entry, encoder) for entry in flow.entries]
    if flow.nodes:
        tree["nodes"] = keyed(flow.nodes, "id", lambda node: node.id, encoder.bind(encode_node))
    return encoder.place(tree, flow.at)


def _entry(entry: Entry, encoder: Encoder) -> dict[str, Any]:
    tree: dict[str, Any] = {"type": entry.kind.value}
    _strings(tree, ("name", entry.name), ("intent", entry.intent))
    localized_strings(tree, "keywords", entry.keywords)
    if entry.match != "only":
        tree["match"] = entry.match
    if entry.condition is not None:
        tree["when"] = print_expression(entry.condition)
    _strings(tree, ("schedule", entry.schedule))
    if entry.offset is not None:
        tree["offset"] = duration_tree(entry.offset)
    if entry.target is not None:
        tree["then"] = _node_id(entry.target)
    facts_tree(tree, "facts", entry.facts)
    return encoder.place(tree, entry.at)


def _node_id(target: str) -> Any:
    return {"node": target} if target == END else target


def encode_node(node: Node, encoder: Encoder | None = None) -> dict[str, Any]:
    """One node without its id; ``type`` comes first."""
    encoder = encoder or Encoder()
    tree: dict[str, Any] = {"type": node.kind}
    _strings(tree, ("title", node.title))
    _FIELDS[type(node)](tree, node, encoder)
    if node.edges:
        tree["edges"] = [_edge(edge, encoder) for edge in node.edges]
    facts_tree(tree, "facts", node.facts)
    facts_tree(tree, "hints", node.hints)
    if node.position is not None:
        tree["position"] = [number(value) for value in node.position]
    return encoder.place(tree, node.at)


def _edge(edge: Edge, encoder: Encoder) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    guard = edge.guard
    if isinstance(guard, When):
        tree["when"] = print_expression(guard.condition)
    elif isinstance(guard, Chosen):
        tree["chosen"] = list(guard.choices)
    elif isinstance(guard, Timeout):
        tree["timeout"] = duration_tree(guard.after)
    elif isinstance(guard, Otherwise):
        tree["otherwise"] = True
    elif isinstance(guard, Success):
        tree["success"] = True
    elif isinstance(guard, Failure):
        tree["failure"] = guard.reason or True
    if edge.target is not None:
        tree["then"] = _node_id(edge.target)
    elif not encoder.end_is_a_node:
        # Beside a node of that name the word would be doubtful; no `then` ends the flow as well.
        tree["then"] = END
    _strings(tree, ("label", edge.label))
    return encoder.place(tree, edge.at)


def _content(tree: dict[str, Any], node: Message | Ask, encoder: Encoder) -> None:
    content = content_tree(node.content, encoder)
    if content:
        tree["content"] = content


def _message(tree: dict[str, Any], node: Message, encoder: Encoder) -> None:
    _content(tree, node, encoder)
    _audience(tree, node.audience)


def _audience(tree: dict[str, Any], audience: Audience | None) -> None:
    if audience is None:
        return
    inner: dict[str, Any] = {}
    if audience.contacts:
        inner["contacts"] = [print_expression(contact) for contact in audience.contacts]
    if audience.groups:
        inner["groups"] = list(audience.groups)
    _strings(inner, ("query", audience.query))
    tree["audience"] = inner


def _ask(tree: dict[str, Any], node: Ask, encoder: Encoder) -> None:
    _content(tree, node, encoder)
    if node.reply is not ReplyKind.ANY:
        tree["reply"] = node.reply.value
    _path(tree, "into", node.into)
    if node.validation is not None:
        tree["validation"] = _validation(node.validation, encoder)


def _path(tree: dict[str, Any], key: str, path: tuple[str, ...]) -> None:
    if path:
        tree[key] = print_path(path)


def _validation(validation: Validation, encoder: Encoder) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    bounds = (("minimum", validation.minimum), ("maximum", validation.maximum))
    tree.update((key, number(value)) for key, value in bounds if value is not None)
    if validation.max_length is not None:
        tree["max_length"] = validation.max_length
    _strings(tree, ("pattern", validation.pattern), ("entity", validation.entity))
    if validation.error is not None:
        tree["error"] = content_tree(validation.error, encoder)
    if validation.retries is not None:
        tree["retries"] = validation.retries
    return tree


def _case(tree: dict[str, Any], node: Case, encoder: Encoder) -> None:
    if node.subject is not None:
        tree["subject"] = print_expression(node.subject)


def _set(tree: dict[str, Any], node: SetVariable, encoder: Encoder) -> None:
    if node.assignments:
        tree["assignments"] = [_assignment(item, encoder) for item in node.assignments]


def _assignment(assignment: Assignment, encoder: Encoder) -> dict[str, Any]:
    tree: dict[str, Any] = {"target": print_path(assignment.target)}
    if assignment.op != "set":
        tree["op"] = assignment.op
    if assignment.value is not None:
        tree["value"] = print_expression(assignment.value)
    _strings(tree, ("category", assignment.category))
    return encoder.place(tree, assignment.at)


def _http(tree: dict[str, Any], node: HttpRequest, encoder: Encoder) -> None:
    if node.service != "http":
        tree["service"] = node.service
    _strings(tree, ("name", node.name), ("method", node.method), ("url", print_text(node.url)))
    texts_tree(tree, "headers", node.headers)
    texts_tree(tree, "parameters", node.parameters)
    _strings(tree, ("body", print_text(node.body)), ("content_type", node.content_type))
    if node.timeout is not None:
        tree["timeout"] = print_duration(node.timeout)
    _path(tree, "into", node.into)
    pairs_tree(tree, "mapping", tuple((source, print_path(path)) for source, path in node.mapping))


def _delay(tree: dict[str, Any], node: Delay, encoder: Encoder) -> None:
    tree["duration"] = duration_tree(node.duration)


def _run_flow(tree: dict[str, Any], node: RunFlow, encoder: Encoder) -> None:
    tree["flow"] = node.flow
    _strings(tree, ("flow_title", node.flow_title))
    if node.mode != "call":
        tree["mode"] = node.mode
    expressions_tree(tree, "parameters", node.parameters)
    _audience(tree, node.audience)


def _handover(tree: dict[str, Any], node: Handover, encoder: Encoder) -> None:
    _strings(tree, ("to", node.to), ("note", print_text(node.note)))
    texts_tree(tree, "parameters", node.parameters)


def _consent(tree: dict[str, Any], node: SetConsent, encoder: Encoder) -> None:
    tree["state"] = node.state
    _strings(tree, ("channel", node.channel), ("purpose", node.purpose))


def _end(tree: dict[str, Any], node: End, encoder: Encoder) -> None:
    _strings(tree, ("reason", node.reason))


def _unsupported(tree: dict[str, Any], node: Unsupported, encoder: Encoder) -> None:
    tree["construct"] = node.construct
    if node.language != "json":
        tree["language"] = node.language
    _strings(tree, ("reason", node.reason))
    tree["source"] = node.source


_FIELDS: dict[type, Callable[[dict[str, Any], Any, Encoder], None]] = {
    Message: _message,
    Ask: _ask,
    Case: _case,
    SetVariable: _set,
    HttpRequest: _http,
    Delay: _delay,
    RunFlow: _run_flow,
    Handover: _handover,
    SetConsent: _consent,
    End: _end,
    Unsupported: _unsupported,
}
