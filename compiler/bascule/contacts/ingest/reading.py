"""From a file to its records: which container, which profile, which columns. The :class:`Plan` that comes out is what
the import's id is made of; :class:`Source` gives the chunks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from bascule.contacts.ingest.mapping import Mapping_
from bascule.contacts.ingest.moments import Order, evidence
from bascule.contacts.ingest.names import plain
from bascule.contacts.ingest.plan import PART, Plan
from bascule.contacts.ingest.profile import PHONES, READ, Field, Log, Match, Profile, Read, profile_named, recognise
from bascule.contacts.ingest.read_delimited import Delimited
from bascule.contacts.ingest.read_json import Objects, flat
from bascule.contacts.ingest.read_sheet import Sheet
from bascule.contacts.ingest.records import Chunk
from bascule.contacts.rows import IDENTIFIERS, Kind
from bascule.contacts.tabular.detect import Container, Shape, detect
from bascule.contacts.tabular.headers import guess_phone, looks_like_data, unique_names
from bascule.contacts.tabular.problems import ContactsError, Remark, shown_name

__all__ = ["Options", "Source", "open_source"]

_PERSONAL = frozenset((*IDENTIFIERS, PHONES)) - {"phone_e164"}
_ZONE = re.compile(r"(?:Z|UTC|GMT|[+-]\d\d:?\d\d)\)?$|^\d{9,16}$", re.IGNORECASE)
_CLOCK = re.compile(r"\d[:hH.]\d\d")


@dataclass(frozen=True, slots=True)
class Options:
    """What a user says about how to read. Empty = find out."""

    profile: str = ""
    mapping: Mapping_ | None = None
    default_region: str = ""
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    header: bool = True
    kind: str = ""
    scope: str = ""
    zone: str = ""
    order: Order = Order.UNKNOWN
    part: int = PART


@dataclass(slots=True)
class Source:
    """A file that is understood. ``matches``: the chosen profile first, then near misses; ``reason`` says why it was
    chosen."""

    path: Path
    plan: Plan
    reader: Delimited | Objects | Sheet
    reason: str
    matches: list[Match]
    remarks: list[Remark] = field(default_factory=list)

    def chunks(self, wanted: frozenset[str] | None = None) -> Iterator[Chunk]:
        """The records, with the columns that the plan (or the caller) wants."""
        names = self.plan.wanted if wanted is None else wanted
        if isinstance(self.reader, Objects):
            return self.reader.chunks(names, self.plan.kept, self.plan.profile.prepare, self.plan.chunk)
        return self.reader.chunks(names, self.plan.kept, self.plan.chunk)

    def closing_remarks(self) -> list[Remark]:
        """What is known after the last record."""
        reader = self.reader
        found = []
        if isinstance(reader, Delimited):
            if reader.odd:
                found.append(
                    Remark(
                        "contacts-broken-quotes",
                        f"{reader.odd} record(s) have quotes that do not close; they were read as characters",
                        "look at these rows; a wrong delimiter shows like this too",
                    )
                )
            if reader.replaced:
                found.append(
                    Remark(
                        "contacts-bytes-replaced",
                        f"{reader.replaced} character(s) are not {self.plan.encoding} and became U+FFFD",
                        "name the encoding with --encoding, or save the file as UTF-8",
                    )
                )
        if isinstance(reader, Objects) and reader.unread:
            found.append(
                Remark(
                    "contacts-rest-unread",
                    "the file is broken JSON; what stands behind the first broken record was not read",
                    "export it again; the records in front of it were taken",
                )
            )
        return found


def open_source(path: Path, options: Options) -> Source:
    """Find out how a file is read. Raises ContactsError for one that cannot be, or that says nothing about people."""
    shape = _shape(path, options)
    reader: Delimited | Objects | Sheet
    header: list[str] = []
    sample: list[list[str]] = []
    if shape.container is Container.WORKBOOK:
        reader = Sheet(path, options.sheet, options.header)
        header, sample = reader.header, reader.sample
    elif shape.container is Container.DELIMITED:
        reader = Delimited(path, shape, options.header)
        header, sample = reader.header, reader.sample
    else:
        reader = Objects(path, shape)
        header, sample = _table_of(reader)
    remarks = [*shape.remarks, *(reader.remarks if isinstance(reader, Sheet) else [])]
    if not isinstance(reader, Objects) and options.header and looks_like_data(header):
        raise ContactsError(
            "contacts-no-header", "the first row holds a phone number: it is no header", "add --no-header"
        )
    names = header if isinstance(reader, Objects) else unique_names(header)
    keys = [plain(name) or f"column{number}" for number, name in enumerate(names, 1)]
    profile, reason, matches = _profile(keys, options)
    plan = _plan(profile, shape, options, keys)
    _check(plan, keys)
    if isinstance(reader, Objects) and profile.prepare is not None:
        names, keys = _prepared(reader, profile)
    else:
        plan = _by_content(plan, names, keys, sample)
    plan = _shown(plan, names, keys)
    if not {column for column, _ in plan.columns} & (_PERSONAL | {"from", "to"}) and not plan.profile.prepare:
        raise ContactsError(
            "contacts-nobody",
            "no column says who the records are about",
            "look at --preview, and name the column of phone numbers in a --mapping file"
            f"{_near(matches, ', nearest profile: ')}",
        )
    source = Source(path, plan, reader, reason, matches, remarks)
    _dates(source, options)
    return source


def _shape(path: Path, options: Options) -> Shape:
    try:
        shape = detect(path, encoding=options.encoding, delimiter=options.delimiter)
    except OSError as error:
        raise ContactsError("contacts-unreadable", f"the file cannot be read: {error.strerror}", "check it") from error
    if shape.container is Container.PARQUET:
        raise ContactsError("contacts-usage", "Parquet is not imported", "give CSV, TSV, XLSX, JSON or JSON lines")
    return shape


def _table_of(reader: Objects) -> tuple[list[str], list[list[str]]]:
    """The sample's members as a table."""
    records = []
    for record in reader.sample():
        try:
            records.append(flat(record))
        except RecursionError:
            continue
    names: dict[str, None] = {}
    for record in records:
        names.update(dict.fromkeys(name for name, value in record.items() if value is not None))
    listed = list(names)[:2_000]
    return listed, [[_cell(record.get(name)) for name in listed] for record in records[:200]]


def _cell(value: Any) -> str:
    return value if isinstance(value, str) else "" if value is None else str(value)


def _prepared(reader: Objects, profile: Profile) -> tuple[list[str], list[str]]:
    names: dict[str, None] = {}
    for record in reader.sample():
        assert profile.prepare is not None
        names.update(
            dict.fromkeys(
                name for name, value in flat(profile.prepare(record)).items() if value not in (None, "", [], {})
            )
        )
    return list(names), [plain(name) for name in names]


def _profile(keys: Sequence[str], options: Options) -> tuple[Profile, str, list[Match]]:
    """The profile, why, and all that were looked at."""
    matches = recognise(keys)
    named = options.profile or (options.mapping.profile if options.mapping else "")
    if named:
        return profile_named(named), "named by --profile" if options.profile else "named by the mapping file", matches
    if options.mapping is not None:
        return profile_named("generic"), "the mapping file says everything", matches
    fitting = [match for match in matches if match.fits]
    # What platforms are known by is surer than what a table may be called.
    fitting.sort(key=lambda match: match.profile.platform == "generic")
    if fitting:
        return fitting[0].profile, fitting[0].reason, matches
    return profile_named("generic"), f"no platform's columns{_near(matches, '; nearest: ')}", matches


def _near(matches: Sequence[Match], lead: str) -> str:
    near = [match for match in matches if not match.fits and match.profile.platform != "generic"]
    return f"{lead}{near[0].profile.name} ({near[0].reason})" if near else ""


def _plan(profile: Profile, shape: Shape, options: Options, keys: Sequence[str]) -> Plan:
    mapping = options.mapping
    fields: dict[str, Field] = dict(profile.fields)
    log = profile.log
    constants = dict(profile.constants)
    if mapping is not None:
        base = mapping.profile or options.profile
        taken = {name for item in mapping.fields.values() for name in item.names}
        if base:
            fields = {
                column: Field(tuple(name for name in item.names if name not in taken), item.values)
                for column, item in fields.items()
            }
        else:
            fields = {}
        fields |= mapping.fields
        constants |= mapping.constants
        log = _mapped_log(log, mapping)
    kind = options.kind or (mapping.kind if mapping else "") or constants.get("kind", "") or profile.kind.value
    if profile.platform == "generic" and log is None and mapping is None:
        fields = _named_apart(fields, frozenset(keys))
    return Plan(
        profile,
        shape.container.value,
        shape.encoding.name,
        shape.delimiter,
        options.sheet,
        options.header,
        fields,
        log,
        {name: value for name, value in constants.items() if name != "kind"},
        Kind(kind).value,
        options.order if options.order is not Order.UNKNOWN else mapping.order if mapping else Order.UNKNOWN,
        options.zone or (mapping.zone if mapping else "") or "UTC",
        mapping.form if mapping else "",
        options.default_region,
        options.scope,
        part=options.part,
    )


def _mapped_log(log: Log | None, mapping: Mapping_) -> Log | None:
    if not mapping.log:
        return log

    def names(key: str) -> tuple[str, ...]:
        value = mapping.log.get(key, [])
        return tuple(plain(str(item)) for item in ([value] if isinstance(value, str) else value))

    base = log or Log(sender=(), recipient=())
    codes = mapping.log.get("blocked", list(base.blocked))
    return Log(
        names("sender") or base.sender,
        names("recipient") or base.recipient,
        str(mapping.log.get("direction", base.direction)),
        names("body") or base.body,
        tuple(str(code) for code in (codes if isinstance(codes, list) else [codes])),
    )


_FAMILY = (
    (("prenom", "vorname"), ("nom", "name"), "last_name"),
    (("sobrenome", "apelido", "cognome"), ("nome",), "first_name"),
)
"""Where a column for one half of a name is there, the bare word means the other half."""


def _named_apart(fields: dict[str, Field], keys: frozenset[str]) -> dict[str, Field]:
    for seen, bare, column in _FAMILY:
        if keys & set(seen):
            names = tuple(name for name in bare if name in keys)
            fields["name"] = Field(tuple(name for name in fields["name"].names if name not in names))
            fields[column] = Field((*fields[column].names, *names))
    return fields


def _check(plan: Plan, keys: Sequence[str]) -> None:
    present = set(keys)
    if "subscriberscount" in present and any(key.startswith("members") or key == "eventtypes" for key in present):
        raise ContactsError(
            "contacts-nobody",
            "this is Viber's account information: its members are the bot's administrators, not its subscribers",
            "Viber has no list of subscribers; import the callbacks that the bot's webhook received",
        )
    if plan.profile.required and not present & plan.wanted and plan.profile.prepare is None:
        raise ContactsError(
            "contacts-profile-unfit",
            f"the file has none of the columns of {plan.profile.name}",
            "leave --profile away, and look at --preview",
        )


def _by_content(plan: Plan, names: Sequence[str], keys: Sequence[str], sample: list[list[str]]) -> Plan:
    """For tables without a known phone column: the one whose cells look like phone numbers."""
    item = plan.fields.get(PHONES)
    if plan.profile.platform != "generic" or plan.log is not None or (item and set(item.names) & set(keys)):
        return plan
    if item is not None and set(plan.fields) - {PHONES} and plan.fields.get(PHONES) and not plan.profile.fields:
        return plan
    try:
        found = guess_phone(list(names), sample)
    except ContactsError:
        return plan
    taken = {name for column, other in plan.fields.items() for name in other.names}
    if keys[found] in taken or PHONES not in plan.fields:
        return plan
    return replace(plan, fields={**plan.fields, PHONES: Field((keys[found],))})


def _shown(plan: Plan, names: Sequence[str], keys: Sequence[str]) -> Plan:
    """The plan with what people see of it. Names that look like data are shown as numbers."""
    label: dict[str, str] = {}
    for number, (name, key) in enumerate(zip(names, keys, strict=True), 1):
        label.setdefault(key, shown_name(name.removeprefix("bascule."), number))
    columns = [(column, label[name]) for column, item in plan.fields.items() for name in item.names if name in label]
    if plan.log is not None:
        for column, group in (("from", plan.log.sender), ("to", plan.log.recipient), ("keywords", plan.log.body)):
            columns.extend((column, label[name]) for name in group if name in label)
    used = plan.wanted
    unmapped = tuple(label[key] for key in dict.fromkeys(keys) if key not in used)
    return replace(plan, columns=tuple(columns), unmapped=unmapped)


def _dates(source: Source, options: Options) -> None:
    """Decide the order of day and month by the file's own dates, and say where they do not tell."""
    plan = source.plan
    names = [
        name for column, item in plan.fields.items() if READ.get(column) is Read.MOMENT or column == "consent_action"
        for name in item.names
    ]  # fmt: skip
    if not names:
        return
    naive = False
    order, needed = Order.UNKNOWN, False
    days = months = False
    for number, chunk in enumerate(source.chunks(frozenset(names))):
        for column, cells in chunk.cells.items():
            texts = [cell for cell in cells if isinstance(cell, str) and cell]
            if number == 0 and column in names:
                naive = naive or any(_CLOCK.search(text) and not _ZONE.search(text) for text in texts[:200])
            found, asked = evidence(texts)
            needed = needed or asked
            days, months = days or found is Order.DAY, months or found is Order.MONTH
        if not needed or plan.order is not Order.UNKNOWN or (days and months):
            break
        if days or months:
            break
    order = plan.order
    if needed and order is Order.UNKNOWN:
        order = Order.UNKNOWN if days == months else Order.DAY if days else Order.MONTH
        if order is Order.UNKNOWN:
            source.remarks.append(
                Remark(
                    "contacts-date-undecided",
                    "dates such as 03/04/2026 can be read in two ways, and no date of the file says which",
                    "give --date-order day-first or month-first; such dates are unknown now, and kept as they are",
                )
            )
        else:
            source.remarks.append(
                Remark("contacts-date-order", f"dates were read {order.value}, as others in the file must be", "")
            )
    if naive and not options.zone and plan.zone == "UTC":
        source.remarks.append(
            Remark(
                "contacts-zone-assumed",
                "times that name no zone were read as UTC",
                "give --time-zone, e.g. Europe/Paris",
            )
        )
    source.plan = replace(plan, order=order)
