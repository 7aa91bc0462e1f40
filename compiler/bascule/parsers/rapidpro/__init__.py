"""RapidPro and TextIt flows (versions 13 and 14): exports, bare flows, engine assets, and exports of Glific.

Format: https://docs.nyaruka.com/goflow/flows.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bascule.diagnostics import Finding
from bascule.diagnostics.parse_rules import findings_of
from bascule.ir.project import Entry, EntryKind, Flow, Project
from bascule.parsers.base import CERTAIN, LIKELY, Match, Parsed, ParseOptions
from bascule.parsers.rapidpro import losses, rules
from bascule.parsers.rapidpro.catalogue import FIELD_TYPES
from bascule.parsers.rapidpro.entries import Starts, read_campaigns, read_keywords, read_triggers
from bascule.parsers.rapidpro.flows import FlowSource, read_flow
from bascule.parsers.rapidpro.glific import is_glific
from bascule.parsers.rapidpro.inventory import open_export, open_flow, open_wrapper
from bascule.parsers.rapidpro.located import Arr, Obj, locate
from bascule.parsers.rapidpro.losses import ChannelChoice, LeftOut, LostInUpgrade
from bascule.parsers.rapidpro.migrations import Step, migrate
from bascule.parsers.rapidpro.reading import Reading, clip, json_text, slug, unique
from bascule.parsers.rapidpro.rules import LegacyFlow, MissingAsset, NoFlows, NoTrigger
from bascule.parsers.rapidpro.scene import Assets, name_of
from bascule.parsers.rapidpro.shapes import Found, Located, find_flows, is_flow, legacy_version
from bascule.parsers.rapidpro.uses import uses_of
from bascule.source import Place, SourceFile, TextDocument
from bascule.source.json import JsonDocument, read_json

__all__ = ["losses", "parse", "rules", "sniff"]

_NEAR = 20
_SEEN = 50
_UPGRADE = "import the file into a current workspace and export it again, or run the engine's `flowmigrate`"
_EXPORT_LISTS = ("campaigns", "triggers", "fields", "groups")


def sniff(file: SourceFile) -> Match | None:
    """Say whether a file holds RapidPro flows, and why (not)."""
    document = file.json
    if document is None:
        return None
    return _sniff(document.value)


def _sniff(value: Any) -> Match | None:
    if isinstance(value, list):
        answers = [
            match for item in value[:_SEEN] if isinstance(item, dict) and (match := _sniff_flow(item)) is not None
        ]
        return Match(LIKELY, f"a list of flows: {answers[0].reason}") if answers else None
    if not isinstance(value, dict) or "states" in value:
        return None
    if "specification_version" in value:
        return Match(_NEAR, "it has a `specification_version`: a FLOIP container") if "flows" in value else None
    flows = value.get("flows")
    if isinstance(flows, list):
        return _sniff_export(value, flows)
    if isinstance(value.get("outputs"), list) and "contact" in value and "trigger" in value:
        return Match(_NEAR, "it is a recorded run of the engine, not a flow")
    results = value.get("results")
    if isinstance(results, list):
        inner = [item.get("definition") for item in results[:_SEEN] if isinstance(item, dict)]
        if any(is_flow(item) for item in inner):
            return Match(CERTAIN, "its `results` hold flow definitions with `nodes`")
        return None
    return _sniff_flow(value)


def _sniff_export(value: Mapping[str, Any], flows: list[Any]) -> Match | None:
    for item in flows[:_SEEN]:
        match = _sniff_flow(item, value) if isinstance(item, dict) else None
        if match is not None:
            return Match(max(match.confidence, LIKELY), f"its `flows` are RapidPro's: {match.reason}")
    if any(isinstance(value.get(key), list) for key in ("campaigns", "triggers")) and "version" in value:
        return Match(CERTAIN, "it has the lists of a RapidPro export (`flows`, `campaigns`, `triggers`)")
    if "nodes" in value or not flows:
        return Match(_NEAR, "it has `flows`, but none with `nodes` that have exits")
    return None


def _sniff_flow(item: Mapping[str, Any], envelope: Mapping[str, Any] | None = None) -> Match | None:
    legacy = legacy_version(item, envelope)
    if legacy is not None:
        return Match(CERTAIN, f"it is a RapidPro flow of version {legacy}, with `action_sets` and `rule_sets`")
    inner = item.get("definition")
    if isinstance(inner, dict) and is_flow(inner):
        return Match(CERTAIN, "its `definition` has `nodes` with actions, routers and exits")
    if not is_flow(item):
        return None
    if "spec_version" in item:
        return Match(CERTAIN, "it has `nodes` and a `spec_version`")
    return Match(LIKELY, "its `nodes` have actions, routers and exits, though it has no `spec_version`")


def parse(file: SourceFile, options: ParseOptions) -> Parsed:
    """Read the flows of a file. Never raises on content."""
    document = file.json
    if document is None:
        return _unreadable(file)
    return _Export(file, document, options).read()


class _Export:
    """One file being read."""

    def __init__(self, file: SourceFile, document: JsonDocument, options: ParseOptions) -> None:
        self.file = file
        self.document = document
        self.options = options
        self.root = locate(document.value)
        self.located: Located = find_flows(self.root)
        glific = is_glific(file.text, self.root)
        self.reading = Reading(file.path, document.source_of, glific)
        self.reading.findings.extend(findings_of((*file.encoding_problems, *document.problems), document))
        self.assets = Assets()
        self.facts: list[tuple[str, str]] = []
        self.taken: dict[str, int] = {}

    def read(self) -> Parsed:
        reading = self.reading
        self._open()
        sources = self._sources()
        self._assets()
        uses = uses_of(
            [
                *(source.migrated.flow for source in sources),
                *({**export, "flows": None} for export in self.located.exports),
            ]
        )
        starts = Starts(reading, self.assets, self.taken)
        for export in self.located.exports:
            read_triggers(starts, export)
            read_campaigns(starts, export)
        flows: list[Flow] = []
        for source in sources:
            if source.wrapper is not None:
                read_keywords(starts, source.wrapper, source.id)
            flows.append(read_flow(reading, source, self.assets, uses))
        flows = [self._entered(flow, starts) for flow in flows]
        flows.extend(starts.flows)
        self.facts.extend(starts.facts)
        self._missing()
        self._lost(sources)
        self._rest(bool(flows))
        locales = dict.fromkeys(locale for flow in flows for locale in (flow.locale, *_locales(flow)) if locale)
        project = Project(
            flows=tuple(flows),
            locale=self.options.locale,
            locales=tuple(dict.fromkeys((*((self.options.locale,) if self.options.locale else ()), *locales))),
            variables=tuple(reading.variables.values()),
            templates=tuple(self.assets.templates.values()),
            facts=tuple(self.facts),
        )
        facts = (
            ("format", "rapidpro"),
            ("shape", self.located.shape),
            ("dialect", "glific" if reading.glific else "rapidpro"),
        )
        return Parsed(project, reading.finish(), reading.book.close(), self.document, not flows, facts)

    # Putting down

    def _open(self) -> None:
        """Every construct of the file, in its order."""
        reading, located = self.reading, self.located
        for export in located.exports:
            key = "flows" if isinstance(export.get("flows"), Arr) else "results"
            open_export(reading, export, key)
        for found in located.flows:
            if found.wrapper is not None:
                open_wrapper(reading, found.wrapper)
            if found.legacy is not None:
                self._refuse(found)
            else:
                open_flow(reading, found.value, found.pointer)
        for value, pointer in located.strays:
            place = reading.place(pointer)
            reading.book.open("flow", place)
            what = "has no `nodes`" if isinstance(value, dict) else "is not an object"
            code = reading.find(NoFlows, place, f"an item of the list of flows {what}", help="export the flow itself")
            reading.book.dropped(place, "nothing to read; kept as a fact", "export the flow itself", code)
            self.facts.append((pointer.lstrip("/"), json_text(value)))

    def _refuse(self, found: Found) -> None:
        """A flow of a version that is not read here."""
        place = self.reading.place(found.pointer)
        self.reading.book.open("legacy flow", place)
        name = found.value.get("name") if isinstance(found.value, dict) else None
        metadata = found.value.get("metadata") if isinstance(found.value, dict) else None
        if not isinstance(name, str) and isinstance(metadata, dict):
            name = metadata.get("name")
        shown = f"the flow `{clip(name)}`" if isinstance(name, str) else "the flow"
        code = self.reading.find(
            LegacyFlow,
            place,
            f"{shown} has version {found.legacy}; versions before 13 are not read",
            help=_UPGRADE,
        )
        self.reading.book.dropped(place, f"a flow of version {found.legacy}", _UPGRADE, code)

    # Reading

    def _sources(self) -> list[FlowSource]:
        """The flows in the newest shape, with their ids."""
        result: list[FlowSource] = []
        for found in self.located.flows:
            if found.legacy is not None:
                continue
            migrated = migrate(found.value)
            name, uuid = found.value.get("name"), found.value.get("uuid")
            title = name if isinstance(name, str) else ""
            id_ = unique(slug(title) or slug(self.file.stem) or "flow", self.taken)
            if isinstance(uuid, str) and uuid:
                self.assets.flows.setdefault(uuid, id_)
            if title:
                self.assets.titles.setdefault(title, id_)
            result.append(FlowSource(id_, migrated, self.reading.place(found.pointer), found.wrapper))
        return result

    def _assets(self) -> None:
        """The members of the export itself: fields and groups are declared, everything else is kept."""
        reading = self.reading
        for export in self.located.exports:
            for key, value in export.items():
                if key in ("flows", "results", "triggers", "campaigns") and isinstance(value, Arr):
                    continue
                if not isinstance(value, Arr):
                    reading.book.exact(reading.at(export, key))
                    self.facts.append((key, json_text(value)))
                    continue
                for index, item in enumerate(value):
                    self._asset(key, item, reading.at(value, index))
                if value:
                    self.facts.append((key, json_text(value)))
        for found in self.located.flows:
            for key, value in (found.wrapper or {}).items():
                if found.wrapper is not None and key not in ("definition", "keywords"):
                    reading.book.exact(reading.at(found.wrapper, key))
                    self.facts.append((f"{found.pointer.lstrip('/')}/{key}", json_text(value)))

    def _asset(self, key: str, item: Any, place: Place) -> None:
        reading = self.reading
        if not isinstance(item, Obj):
            if isinstance(item, str):
                reading.book.exact(place, "kept as a fact")
            return
        name = name_of(item)
        uuid = item.get("uuid")
        if key == "groups":
            if isinstance(uuid, str) and name:
                self.assets.groups[uuid] = name
            reading.book.exact(place, "known by its name; kept as a fact")
        elif key == "fields":
            self._field(item, place)
        else:
            reading.book.exact(place, "kept as a fact")

    def _field(self, item: Obj, place: Place) -> None:
        key = item.get("key")
        if not isinstance(key, str) or not key:
            code = self.reading.wrong_shape(place, "the key of a contact field", key, "a text")
            self.reading.book.degraded(place, "it has no key; kept as a fact", "write its `key`", code)
            return
        self.assets.fields.add(key)
        kind = item.get("type") or item.get("value_type")
        title = item.get("name") or item.get("label")
        type_ = FIELD_TYPES.get(kind, "") if isinstance(kind, str) else ""
        self.reading.declare(("fields", key.lower()), place, type_, title if isinstance(title, str) else "")
        self.reading.book.exact(place)

    def _entered(self, flow: Flow, starts: Starts) -> Flow:
        """The flow with its ways in. What nothing starts is taken to be started by the business."""
        entries = list(starts.entries.get(flow.id, ()))
        if flow.id in self.assets.entered:
            entries.append(Entry(EntryKind.SUBFLOW, name="enter_flow", at=flow.at))
        if not entries:
            self.reading.find(
                NoTrigger,
                flow.at or self.reading.place(""),
                f"nothing in the file starts `{clip(flow.title or flow.id)}`; the business is taken to start it",
                help="export its trigger with it, or add an entry in the scenario file",
            )
            entries.append(Entry(EntryKind.API, name="started by hand or by the API", at=flow.at))
        return replace(flow, entries=tuple(entries))

    # What is left

    def _missing(self) -> None:
        """Things that flows name and the export does not list."""
        export = next((item for item in self.located.exports if "flows" in item), None)
        if export is None:
            return
        listed = {"group": set(self.assets.groups.values()), "field": self.assets.fields}
        templates = export.get("templates")
        listed["template"] = (
            {name_of(item) for item in templates if isinstance(item, Obj)} if isinstance(templates, Arr) else set()
        )
        missing: dict[str, list[str]] = {}
        first: Place | None = None
        for (kind, name), place in self.assets.used.items():
            if kind in listed and name not in listed[kind]:
                missing.setdefault(kind, []).append(name)
                first = first or place
        if first is None:
            return
        told = [
            f"{kind}{'s' if len(names) > 1 else ''} "
            + ", ".join(f"`{clip(name, 30)}`" for name in names[:5])
            + (f" and {len(names) - 5} more" if len(names) > 5 else "")
            for kind, names in sorted(missing.items())
        ]
        self.reading.find(
            MissingAsset,
            first,
            f"the flows name what the file does not list: {'; '.join(told)}",
            help="export again with everything the flows depend on",
        )

    def _lost(self, sources: list[FlowSource]) -> None:
        """What the steps to the newest version took out."""
        reading = self.reading
        lost = {pointer: step for source in sources for pointer, step in source.migrated.lost.items()}
        for entry in reading.book.undecided():
            step = lost.get(entry.place.pointer)
            if step is None:
                continue
            reason = f"the platform's own upgrade to {step.name} takes it out: {step.title}"
            if entry.place.pointer.endswith("/all_urns") and self._true(entry.place):
                code = reading.find_once(
                    ChannelChoice,
                    "all_urns",
                    entry.place,
                    lambda count: f"{count} message(s) go to all addresses of a contact; on WhatsApp there is one",
                )
                reading.book.degraded(entry.place, reason, "", code)
            elif entry.construct.startswith("translation"):

                def message(count: int, step: Step = step) -> str:
                    return f"the upgrade to {step.name} takes out {count} translation(s): {step.title}"

                code = reading.find_once(LostInUpgrade, step.name, entry.place, message)
                reading.book.degraded(entry.place, reason, "", code)
            else:
                reading.book.emulated(entry.place, reason)

    def _true(self, place: Place) -> bool:
        return self.document.source_of(place.pointer) == "true"

    def _rest(self, some: bool) -> None:
        """What nobody read: never silently."""
        reading = self.reading
        if not some and not any(finding.code in (LegacyFlow.code, NoFlows.code) for finding in reading.findings):
            reading.find(
                NoFlows,
                reading.place(""),
                "the file holds no flow that can be read",
                help="export the flows themselves",
            )
        for entry in reading.book.undecided():
            construct = entry.construct

            def message(count: int, construct: str = construct) -> str:
                return f"`{construct}` was not read" + (f" ({count} places)" if count > 1 else "")

            code = reading.find_once(LeftOut, construct, entry.place, message, help="see the other findings there")
            reading.book.dropped(entry.place, "not read; kept as a fact", "see the finding", code)
            if len(self.facts) < 10_000:
                self.facts.append((entry.place.pointer.lstrip("/"), reading.source_of(entry.place.pointer)))


def _locales(flow: Flow) -> tuple[str, ...]:
    """The languages a flow speaks, in order of first use."""
    found: dict[str, None] = {}
    for node in flow.nodes:
        content = getattr(node, "content", None)
        if content is not None:
            found.update(dict.fromkeys(content.text.locales))
    return tuple(locale for locale in found if locale)


def _unreadable(file: SourceFile) -> Parsed:
    text = "" if file.encoding == "binary" or file.is_zip else file.text
    document = TextDocument(file.path, text)
    problems = list(file.encoding_problems)
    if text.lstrip("\ufeff \t\r\n").startswith(("{", "[", "//", "/*")):
        problems.extend(read_json(file.path, text).problems)
    findings: list[Finding] = [
        *findings_of(problems, document),
        NoFlows.at(Place(file.path), "the file is no JSON, so no flow can be read", help="export the flows as JSON"),
    ]
    reading = Reading(file.path, lambda pointer: "")
    return Parsed(Project(), tuple(findings), reading.book.close(), document, True, (("format", "rapidpro"),))
