"""``bascule contacts import``: files of any platform into the store's snapshots."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bascule.cli.contacts.errors import Unreadable, contact_errors, findings_of
from bascule.cli.contacts.options import DRY_RUN, opened, report, shown_failure, store_options
from bascule.diagnostics import Finding

if TYPE_CHECKING:
    from bascule.contacts.counts import Counts
    from bascule.contacts.ingest.importer import Imported
    from bascule.contacts.ingest.preview import Preview
    from bascule.contacts.ingest.reading import Options

_DELIMITERS = {"tab": "\t", "comma": ",", "semicolon": ";", "pipe": "|", "\\t": "\t"}
_KINDS = ("contact", "message", "consent", "suppression", "event")


def _list_profiles(ctx: click.Context, _parameter: click.Parameter, value: bool) -> None:
    if not value or ctx.resilient_parsing:
        return
    with contact_errors(""):
        from bascule.contacts.extra import require

        require("pyarrow", "phonenumbers")
        from bascule.contacts.ingest.profile import profiles

        for profile in profiles():
            click.echo(f"{profile.name:<22} {profile.title}")
    ctx.exit()


@click.command("import")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option("--profile", default="", metavar="NAME", help="Read as this export.  [default: by its columns]")
@click.option(
    "--list-profiles",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_list_profiles,
    help="Show them and exit.",
)
@click.option("--mapping", default="", metavar="FILE", help="TOML or YAML: which column is which.")
@click.option(
    "--kind", type=click.Choice(_KINDS), default=None, help="What the records are.  [default: by the profile]"
)
@click.option("--scope", default="", metavar="NAME", help="Which CRM or bot the ids in the file belong to.")
@click.option("--default-region", default="", metavar="FR", help="Country of rows that name none, e.g. FR or +33.")
@click.option(
    "--time-zone", default="", metavar="ZONE", help="Of times that name none, e.g. Europe/Paris.  [default: UTC]"
)
@click.option(
    "--date-order", type=click.Choice(["day-first", "month-first"]), default=None, help="Of dates like 03/04/2026."
)
@click.option(
    "--encoding", default="", metavar="NAME", help="Encoding of the files, e.g. cp1252, where a guess is wrong."
)
@click.option("--delimiter", default="", metavar="D", help="Delimiter of the files: `;`, `,`, `|`, tab.")
@click.option("--no-header", is_flag=True, help="The first row is data; columns have numbers.")
@click.option("--sheet", default="", metavar="NAME", help="Sheet of workbooks.  [default: the first]")
@click.option(
    "--part-rows",
    type=click.IntRange(1_000, 1_000_000),
    default=50_000,
    show_default=True,
    metavar="N",
    help="Records per part of the snapshot; a run that is killed repeats at most one part.",
)
@click.option(
    "--preview", "only_preview", is_flag=True, help="Show columns and five masked rows of each file; write nothing."
)
@DRY_RUN
@store_options
def command(
    paths: tuple[str, ...],
    mapping: str,
    kind: str | None,
    time_zone: str,
    date_order: str | None,
    delimiter: str,
    no_header: bool,
    part_rows: int,
    only_preview: bool,
    dry_run: bool,
    store: str,
    data: str,
    shown: str,
    fail_on: str,
    colour: str,
    **rest: Any,
) -> int:
    """Read exports of messaging platforms, CRMs and spreadsheets into the store.

    PATH is a file, a folder, an archive, or s3://bucket/prefix. CSV, TSV, XLSX, JSON and JSON lines are read, also
    compressed (gz, zip). The same file read in the same way is imported once; a run that was killed goes on where it
    was. Records that identify nobody go to a rejects file with their reason. Guide: docs/contacts/import.md.

    Nothing of a record is ever printed. Exit codes: 0 done; 1 a remark reaches --fail-on; 2 a file could not be read.
    """
    try:
        with contact_errors(mapping):
            options = _options(mapping, kind, time_zone, date_order, delimiter, no_header, {**rest, "part": part_rows})
        if only_preview:
            return _previews(paths, options, shown, fail_on, colour)
        if dry_run:
            return _finish(_run(None, paths, options), shown, fail_on, colour, "dry run: nothing was written")
        with opened(store, data, create=True) as open_:
            return _finish(_run(open_, paths, options), shown, fail_on, colour, "")
    except Unreadable as error:
        return shown_failure(error, shown, colour)


def _options(
    mapping: str,
    kind: str | None,
    time_zone: str,
    date_order: str | None,
    delimiter: str,
    no_header: bool,
    rest: dict[str, Any],
) -> Options:
    from bascule.contacts.extra import require

    require("phonenumbers", "numpy", "pyarrow")
    from bascule.contacts.ingest.mapping import known_zone, read_mapping
    from bascule.contacts.ingest.moments import Order
    from bascule.contacts.ingest.reading import Options
    from bascule.contacts.tabular.problems import ContactsError

    mark = _DELIMITERS.get(delimiter, delimiter)
    if mark and (len(mark) != 1 or mark not in ",;\t|:^~"):
        raise ContactsError("contacts-usage", f"--delimiter {mark!r}: one of , ; | : ^ ~ or tab")
    if time_zone and not known_zone(time_zone):
        raise ContactsError("contacts-usage", f"there is no time zone {time_zone!r}", "write one such as Europe/Paris")
    return Options(
        mapping=read_mapping(Path(mapping)) if mapping else None,
        kind=kind or "",
        zone=time_zone,
        order=Order(date_order) if date_order else Order.UNKNOWN,
        delimiter=mark,
        header=not no_header,
        **rest,
    )


def _run(store: Any, paths: Sequence[str], options: Options) -> list[Imported]:
    from bascule.contacts.ingest.importer import import_paths

    with contact_errors(paths[0]):
        return list(import_paths(store, paths, options))


def _finish(done: Sequence[Imported], shown: str, fail_on: str, colour: str, note: str) -> int:
    """Print what became of each file. A file that cannot be read is a finding, and the others were imported."""
    from bascule.contacts.ingest.importer import data_of

    findings = [found for one in done for found in _findings(one)]
    counts = _total(one for one in done if one.plan is not None and one.state in ("done", "planned"))
    lines = [line for one in done for line in _lines(one)]
    more = {"dry_run": bool(note), "files": [data_of(one) for one in done]}
    code = report(
        counts, findings, shown=shown, fail_on=fail_on, colour=colour, more=more, text="\n".join([*lines, note])
    )
    return 2 if any(one.error is not None for one in done) else code


def _total(done: Iterable[Imported]) -> list[Counts]:
    """The reconciliation of all files; none where nothing was read."""
    from bascule.contacts.counts import Counts

    total = Counts("import")
    for one in done:
        total.add(one.counts)
    return [total] if total.taken else []


def _findings(one: Imported) -> Iterable[Finding]:
    from bascule.contacts.tabular.problems import Remark

    remarks = list(one.remarks)
    if one.error is not None:
        remarks.append(Remark(one.error.kind, one.error.message, one.error.help))
    return findings_of(remarks, one.name)


def _lines(one: Imported) -> list[str]:
    if one.plan is None:
        return []
    what = {
        "done": f"imported as {one.import_id}",
        "again": f"is in the store already ({one.import_id}): nothing to do",
        "planned": f"would be imported as {one.import_id}",
        "failed": "was not imported",
    }[one.state]
    lines = [f"{one.name}: {one.plan.profile.name}, {what}"]
    if one.counts.taken:
        lines.append(f"  {one.counts.taken} in = {one.counts.kept} kept + {one.counts.rejected} rejected")
    if one.resumed:
        lines.append(f"  {one.resumed} part(s) were there from an earlier run")
    if one.rejects:
        lines.append(f"  rejected records: {one.rejects}")
    return lines


def _previews(paths: Sequence[str], options: Options, shown: str, fail_on: str, colour: str) -> int:
    from bascule.contacts.ingest.importer import USAGE
    from bascule.contacts.ingest.preview import preview
    from bascule.contacts.ingest.sources import leaves, private_folder
    from bascule.contacts.phones.normaliser import Engine, Normaliser
    from bascule.contacts.tabular.problems import ContactsError, Remark

    found: list[Preview] = []
    findings: list[Finding] = []
    failed = False
    with contact_errors(paths[0]), private_folder(None) as folder:
        normaliser = Normaliser(Engine.NUMPY)
        for path in paths:
            remarks: list[Remark] = []
            for leaf in leaves(path, folder, remarks):
                try:
                    found.append(preview(leaf, options, normaliser))
                    findings.extend(findings_of(found[-1].source.remarks, leaf.name))
                except ContactsError as error:
                    if error.kind in USAGE:
                        raise
                    failed = True
                    findings.extend(findings_of([Remark(error.kind, error.message, error.help)], leaf.name))
            findings.extend(findings_of(remarks, path))
    more = {"files": [_preview_data(one) for one in found]}
    text = "\n\n".join(_preview_text(one) for one in found)
    code = report([], findings, shown=shown, fail_on=fail_on, colour=colour, more=more, text=text)
    return 2 if failed else code


def _preview_data(one: Preview) -> dict[str, Any]:
    return {
        "columns": [list(pair) for pair in one.columns],
        "container": one.container,
        "delimiter": one.delimiter,
        "encoding": one.encoding,
        "file": one.name,
        "nearest": [list(pair) for pair in one.near],
        "profile": one.profile,
        "reason": one.reason,
        "rows": [dict(row) for row in one.rows],
        "unmapped": list(one.unmapped),
    }


def _preview_text(one: Preview) -> str:
    mark = f", delimiter {one.delimiter!r}" if one.delimiter else ""
    lines = [
        f"{one.name}: {one.profile} ({one.title})",
        f"  because {one.reason}",
        f"  {one.container}, {one.encoding}{mark}",
    ]
    lines += [f"  not {name}: {reason}" for name, reason in one.near[:3]]
    lines += ["  columns"] + [f"    {column:<20} <- {source}" for column, source in one.columns]
    if one.unmapped:
        lines.append(f"  kept in `custom`: {', '.join(one.unmapped)}")
    for row in one.rows:
        cells = ", ".join(f"{name} {value}" for name, value in row.items() if name != "row")
        lines.append(f"  row {row['row']}: {cells}")
    return "\n".join(lines)
