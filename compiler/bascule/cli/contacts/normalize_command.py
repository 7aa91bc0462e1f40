"""``bascule contacts normalize``: a contact file with E.164 numbers added."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from bascule.cli.contacts.errors import Unreadable, contact_errors, findings_of
from bascule.cli.options import COLOUR, FAIL_ON, exit_code, use_colour
from bascule.diagnostics import Finding

if TYPE_CHECKING:
    from bascule.contacts.normalize import Summary

_DELIMITERS = {"tab": "\t", "comma": ",", "semicolon": ";", "pipe": "|", "\\t": "\t"}


@click.command("normalize")
@click.argument("file", type=click.Path())
@click.option("-o", "--output", required=True, type=click.Path(), metavar="OUT", help="Where to write; `-` is stdout.")
@click.option("--phone-column", default="", metavar="C", help="Name or number of the column of phone numbers.")
@click.option("--region-column", default="", metavar="C", help="Name or number of the column of countries.")
@click.option("--default-region", default="", metavar="FR", help="Country of rows that name none, e.g. FR or +33.")
@click.option(
    "--engine",
    type=click.Choice(["auto", "exact", "numpy", "numba"]),
    default="auto",
    show_default=True,
    help="How numbers are read; all give the same answers. `exact` asks libphonenumber for every row.",
)
@click.option("--threads", type=click.IntRange(0, 256), default=0, metavar="N", help="0: one per processor.")
@click.option("--encoding", default="", metavar="NAME", help="Encoding of FILE, e.g. cp1252, where a guess is wrong.")
@click.option("--delimiter", default="", metavar="D", help="Delimiter of FILE: `;`, `,`, `|`, tab.")
@click.option("--no-header", is_flag=True, help="The first row is data; columns have numbers.")
@click.option("--sheet", default="", metavar="NAME", help="Sheet of a workbook.  [default: the first]")
@click.option("--prefix", default="phone_", show_default=True, metavar="P", help="In front of the new columns' names.")
@click.option(
    "--to",
    "output_format",
    type=click.Choice(["csv", "tsv", "jsonl", "parquet"]),
    default=None,
    help="Format of OUT.  [default: by its suffix; csv for stdout]",
)
@click.option(
    "--format",
    "shown",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How the summary is printed.",
)
@FAIL_ON
@COLOUR
def command(
    file: str,
    output: str,
    delimiter: str,
    no_header: bool,
    output_format: str | None,
    shown: str,
    fail_on: str,
    colour: str,
    **options: Any,
) -> int:
    """Add E.164 numbers to a contact file, and say why where there is none.

    FILE is CSV, TSV, XLSX, JSON or JSON lines; `-` is standard input. OUT gets every row, in the same order and with
    all its cells as they were, and the columns phone_e164, phone_region, phone_type, phone_status, phone_reason and
    phone_how. Guide: docs/contacts/normalize.md.

    No phone number is ever printed. Exit codes: 0 done; 1 a remark reaches --fail-on; 2 nothing was written.
    """
    try:
        with contact_errors(file):
            from bascule.contacts.normalize import Request, normalize

            request = Request(
                file,
                output,
                delimiter=_DELIMITERS.get(delimiter, delimiter),
                header=not no_header,
                output_format=output_format or "",
                **options,
            )
            summary = normalize(request)
    except Unreadable as error:
        _print([error.finding], None, shown, colour, file, output)
        return 2
    findings = findings_of(summary.remarks, file)
    _print(findings, summary, shown, colour, file, output)
    return exit_code(findings, fail_on, False)


def _print(findings: list[Finding], summary: Summary | None, shown: str, colour: str, file: str, output: str) -> None:
    """The summary, on standard error where the rows go to standard output."""
    err = output == "-" or summary is None
    if shown == "json":
        from bascule.diagnostics.render_json import render_json

        click.echo(render_json(_data(findings, summary, file, output)), nl=False, err=err)
        return
    import sys

    from bascule.diagnostics.render_text import render_text

    text = "" if summary is None else _text(summary, file, output)
    if findings:
        coloured = use_colour(colour, sys.stderr if err else sys.stdout)
        text += ("\n" if text else "") + render_text(findings, {}, colour=coloured)
    click.echo(text.rstrip("\n"), err=err)


def _data(findings: list[Finding], summary: Summary | None, file: str, output: str) -> dict[str, Any]:
    remarks = [
        {"code": found.code, "severity": str(found.severity), "message": found.message, "help": found.help}
        for found in findings
    ]
    if summary is None:
        return {"file": file, "remarks": remarks, "written": False}
    return {
        "columns": {"phone": summary.phone_column, "region": summary.region_column},
        "file": file,
        "how": dict(sorted(summary.hows.items())),
        "output": output,
        "read": {
            "container": summary.container,
            "delimiter": summary.delimiter,
            "encoding": summary.encoding,
            "engine": summary.engine,
        },
        "reasons": [
            {"reason": reason, "rows": rows, "status": status}
            for (status, reason), rows in sorted(summary.reasons.items())
        ],
        "remarks": remarks,
        "rows": {"blank": summary.blank, "in": summary.rows, "out": sum(summary.statuses.values())},
        "status": dict(sorted(summary.statuses.items())),
        "written": True,
    }


def _text(summary: Summary, file: str, output: str) -> str:
    rows = summary.rows
    total = sum(summary.statuses.values())
    lines = [f"{file}: {rows} rows in, {total} rows out ({output})"]
    if summary.blank:
        lines.append(f"  {summary.blank} blank line(s) kept where they were")
    for status in ("valid", "invalid", "not_a_number", "empty"):
        number = summary.statuses.get(status, 0)
        lines.append(f"  {status:<24} {number:>10}  {100 * number / max(rows, 1):5.1f} %")
        reasons = [(count, reason) for (of, reason), count in summary.reasons.items() if of == status]
        lines.extend(
            f"    {reason:<22} {count:>10}" for count, reason in sorted(reasons, key=lambda item: (-item[0], item[1]))
        )
    if summary.hows:
        lines.append("  how the country was decided")
        lines.extend(f"    {how:<22} {count:>10}" for how, count in sorted(summary.hows.items()))
    columns = f"phone column {summary.phone_column}"
    if summary.region_column:
        columns += f", region column {summary.region_column}"
    lines.append(f"  {columns}; {_read(summary)}")
    return "\n".join(lines) + "\n"


def _read(summary: Summary) -> str:
    said = [summary.container]
    if summary.container != "xlsx":
        said.append(summary.encoding)
    if summary.delimiter:
        said.append("delimiter " + {"\t": "tab"}.get(summary.delimiter, f"`{summary.delimiter}`"))
    return ", ".join([*said, f"engine {summary.engine}"])
