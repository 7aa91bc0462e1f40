"""RapidPro and TextIt flows (versions 2 to 14): exports, bare flows, engine assets, and exports of Glific.

Format: https://docs.nyaruka.com/goflow/flows.html
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bascule.diagnostics import Finding
from bascule.diagnostics.parse_rules import findings_of
from bascule.ir.project import Entry, EntryKind, Flow, Project
from bascule.language.cover import covered
from bascule.language.secrets import MaskedDocument
from bascule.parsers.base import Parsed, ParseOptions
from bascule.parsers.rapidpro import losses, rules
from bascule.parsers.rapidpro.catalogue import FIELD_TYPES
from bascule.parsers.rapidpro.entries import Starts, read_campaigns, read_keywords, read_triggers
from bascule.parsers.rapidpro.flows import FlowSource, read_flow
from bascule.parsers.rapidpro.glific import is_glific
from bascule.parsers.rapidpro.inventory import open_export, open_flow, open_wrapper
from bascule.parsers.rapidpro.legacy.envelope import upgraded_export
from bascule.parsers.rapidpro.legacy.flow import keys_of, with_keys
from bascule.parsers.rapidpro.legacy.inventory import open_legacy_flow
from bascule.parsers.rapidpro.legacy.remarks import remark
from bascule.parsers.rapidpro.located import Arr, Obj, locate
from bascule.parsers.rapidpro.losses import ChannelChoice, LeftOut, LostInUpgrade
from bascule.parsers.rapidpro.migrations import Step, migrate
from bascule.parsers.rapidpro.reading import Reading, clip, json_text, slug, unique
from bascule.parsers.rapidpro.rules import FlowsInProgram, MissingAsset, NoFlows, NoTrigger
from bascule.parsers.rapidpro.scene import Assets, name_of
from bascule.parsers.rapidpro.shapes import Located, find_flows, find_written
from bascule.parsers.rapidpro.sniffing import RECORDED_RUN, is_recorded_run, program_of, sniff
from bascule.parsers.rapidpro.uses import uses_of
from bascule.source import Place, SourceFile, TextDocument
from bascule.source.json import JsonDocument, read_json
from bascule.source.script import ScriptDocument

__all__ = ["losses", "parse", "rules", "sniff"]


def parse(file: SourceFile, options: ParseOptions) -> Parsed:
    """Read the flows of a file. Never raises on content."""
    document = file.json or program_of(file)
    if document is None:
        return _unreadable(file)
    return _Export(file, document, options).read()


_MOST_FACTS = 10_000
_OWN_FIELDS = frozenset({"created_on", "id", "language", "last_seen_on", "name"})
"""Fields of every contact, which no export lists (https://docs.rapidpro.io/docs/contacts/)."""


class _Export:
    """One file being read."""

    def __init__(self, file: SourceFile, document: JsonDocument, options: ParseOptions) -> None:
        self.file = file
        self.document = document
        self.options = options
        self.root = locate(document.value)
        written = isinstance(document, ScriptDocument)
        self.located: Located = find_written(self.root) if written else find_flows(self.root)
        glific = is_glific(file.text, self.root)
        self.reading = Reading(file.path, document.source_of, glific)
        self.reading.findings.extend(findings_of((*file.encoding_problems, *document.problems), document))
        if written and self.located.flows:
            self.reading.find(
                FlowsInProgram,
                self.reading.place(self.located.flows[0].pointer),
                "the flows are read from literals of this program; the program is not run",
                help="if the program changes them before it uses them, export the flows from the workspace",
            )
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
        for export in map(upgraded_export, self.located.exports):
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
        shown = MaskedDocument(self.document, reading.secrets) if reading.secrets else self.document
        return Parsed(covered(project), reading.finish(), reading.book.close(), shown, not flows, facts)

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
                open_legacy_flow(reading, found.value, found.pointer)
            else:
                open_flow(reading, found.value, found.pointer)
        for value, pointer in located.strays:
            place = reading.place(pointer)
            reading.book.open("flow", place)
            what = "has no `nodes`" if isinstance(value, dict) else "is not an object"
            code = reading.find(NoFlows, place, f"an item of the list of flows {what}", help="export the flow itself")
            reading.book.dropped(place, "nothing to read; kept as a fact", "export the flow itself", code)
            self.facts.append((pointer.lstrip("/"), json_text(value)))

    # Reading

    def _sources(self) -> list[FlowSource]:
        """The flows in the newest shape, with their ids."""
        result: list[FlowSource] = []
        keys = keys_of([found.value for found in self.located.flows if found.legacy is not None])
        for found in self.located.flows:
            flow = with_keys(found.value, keys) if found.legacy is not None else found.value
            migrated = migrate(flow, found.start)
            name, uuid = migrated.flow.get("name"), migrated.flow.get("uuid")
            title = name if isinstance(name, str) else ""
            id_ = unique(slug(title) or slug(self.file.stem) or "flow", self.taken)
            if isinstance(uuid, str) and uuid:
                self.assets.flows.setdefault(uuid, id_)
            if title:
                self.assets.titles.setdefault(title, id_)
            if found.legacy is not None:
                remark(self.reading, found.value, found.legacy, title)
            place = self.reading.place(found.pointer)
            result.append(FlowSource(id_, migrated, place, found.wrapper, found.legacy or ""))
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
        listed = {"group": set(self.assets.groups.values()), "field": self.assets.fields | _OWN_FIELDS}
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
            if entry.place.pointer.endswith(("/all_urns", "/send_all")) and self._true(entry.place):
                code = reading.find_once(
                    ChannelChoice,
                    "all_urns",
                    entry.place,
                    lambda count: f"{count} message(s) go to all addresses of a contact; on WhatsApp there is one",
                )
                reading.book.degraded(entry.place, reason, "", code)
            elif _is_content(entry.construct):
                what = entry.construct.split(" ")[0]

                def message(count: int, step: Step = step, what: str = what) -> str:
                    return f"the upgrade to {step.name} takes out {count} {what}(s): {step.title}"

                code = reading.find_once(LostInUpgrade, f"{step.name} {what}", entry.place, message)
                reading.book.degraded(entry.place, reason, "", code)
            else:
                reading.book.emulated(entry.place, reason)
            if step.version <= (13, 0, 0):
                self._keep(entry.place)

    def _true(self, place: Place) -> bool:
        return self.document.source_of(place.pointer) == "true"

    def _rest(self, some: bool) -> None:
        """What nobody read: never silently."""
        reading = self.reading
        if not some and not any(finding.code == NoFlows.code for finding in reading.findings):
            run = is_recorded_run(self.document.value)
            reading.find(
                NoFlows,
                reading.place(""),
                f"the file holds no flow: {RECORDED_RUN}" if run else "the file holds no flow that can be read",
                help="compile the file of the flows it ran" if run else "export the flows themselves",
            )
        for entry in reading.book.undecided():
            construct = entry.construct

            def message(count: int, construct: str = construct) -> str:
                return f"`{construct}` was not read" + (f" ({count} places)" if count > 1 else "")

            code = reading.find_once(LeftOut, construct, entry.place, message, help="see the other findings there")
            reading.book.dropped(entry.place, "not read; kept as a fact", "see the finding", code)
            self._keep(entry.place)

    def _keep(self, place: Place) -> None:
        """Keep what stands at a place as a fact of the project."""
        if len(self.facts) < _MOST_FACTS:
            self.facts.append((place.pointer.lstrip("/"), self.reading.source_of(place.pointer)))


def _is_content(construct: str) -> bool:
    """Whether people would notice that a construct is gone: translations, actions, rules."""
    return construct.startswith(("translation", "action ", "rule ")) and not construct.startswith(
        ("action set", "rule set")
    )


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
