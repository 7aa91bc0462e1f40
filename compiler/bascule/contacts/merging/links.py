"""Which rows speak of one person: the connected components of rows and the identifiers they hold.

A row is named by one number, ``rid``: the ordinal of its import and the source row; the numbers of a cell with
several share it. Two rows belong together when they share an identifier that links, directly or by way of others.
An identifier stands for itself as the first row that holds it, so that the graph is one of whole numbers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

__all__ = ["KINDS", "LINKING", "MENTION", "ROW_BITS", "connect", "label_rows", "node", "person_id"]

KINDS = ("phone", "wa_id", "bsuid", "parent_bsuid", "viber", "crm", "email")
"""Kinds of identifiers, as numbered in the engine."""

LINKING = ("phone", "wa_id", "bsuid", "viber", "crm")
"""Kinds that say that two rows speak of one person. An address is shared by families and offices, and a parent id by
all users of a business."""

ROW_BITS = 40
"""A rid is ``ordinal << ROW_BITS | row``: rows sort as they were imported."""

MENTION: dict[str, tuple[str, str]] = {
    "phone": ("phone_e164", "''"),
    "wa_id": ("wa_id", "''"),
    "bsuid": ("bsuid", "coalesce(nullif(trim(bsuid_scope), ''), '')"),
    "parent_bsuid": ("parent_bsuid", "coalesce(nullif(trim(bsuid_scope), ''), '')"),
    "viber": ("viber_id", "coalesce(nullif(trim(viber_scope), ''), '')"),
    # Record ids are counted up: where nobody says which CRM they belong to they mean something within one file only.
    "crm": ("crm_id", "coalesce(nullif(trim(crm_scope), ''), 'import:' || import_id)"),
    "email": ("lower(email)", "''"),
}
"""Column and scope of each kind, as SQL over a snapshot."""


def node(person: str) -> int | None:
    """The rid in a person's id, None where the id was not made by merging."""
    ordinal, dash, row = person.removeprefix("p").partition("-")
    digits = ordinal.isascii() and ordinal.isdecimal() and row.isascii() and row.isdecimal()
    if not person.startswith("p") or not dash or not digits or len(ordinal) > 6 or len(row) > 13:
        return None
    found = int(ordinal) << ROW_BITS | int(row)
    return found if person_id(found) == person and int(row) < 1 << ROW_BITS else None


def person_id(rid: int) -> str:
    """The inverse: ``p<ordinal>-<row>``."""
    return f"p{rid >> ROW_BITS}-{rid & ((1 << ROW_BITS) - 1)}"


def label_rows(connection: duckdb.DuckDBPyConnection) -> int:
    """Make ``label (rid, l)``: ``l`` is equal for all rows of a person that share an identifier directly, and
    ``root_of (node, root)``: where further rows join such groups. Gives the number of rounds that took.

    Reads ``mentions (rid, kind, scope, value)``, in which ``scope`` is never null, and ``bonds (a, b)``: rows that
    belong together for other reasons.
    """
    run = connection.execute
    run("CREATE TABLE tokens AS SELECT kind, scope, value, min(rid) AS first FROM mentions GROUP BY kind, scope, value")
    run(
        "CREATE TABLE linked AS SELECT m.rid, t.first FROM mentions m JOIN tokens t"
        " ON m.kind = t.kind AND m.scope = t.scope AND m.value = t.value"
    )
    run("DROP TABLE tokens")
    run("CREATE TABLE label AS SELECT rid, min(first) AS l FROM linked GROUP BY rid")
    run(
        """CREATE TABLE edges AS
        SELECT DISTINCT k.first AS a, l.l AS b FROM linked k JOIN label l ON k.rid = l.rid WHERE k.first <> l.l
        UNION
        SELECT coalesce(x.l, bonds.a), coalesce(y.l, bonds.b) FROM bonds
        LEFT JOIN label x ON x.rid = bonds.a LEFT JOIN label y ON y.rid = bonds.b
        WHERE coalesce(x.l, bonds.a) <> coalesce(y.l, bonds.b)"""
    )
    run("DROP TABLE linked")
    return connect(connection)


def connect(connection: duckdb.DuckDBPyConnection) -> int:
    """Turn the table ``edges (a, b)`` into ``root_of (node, root)``: every node but the smallest of its component, and
    that smallest. Gives the number of rounds, which grows with the logarithm of the longest chain.

    Large stars and small stars in turns: Kiveris et al., Connected Components in MapReduce and Beyond, SoCC 2014,
    https://doi.org/10.1145/2670979.2670997
    """
    run = connection.execute
    rounds = 0
    while True:
        found = run(
            """SELECT count(*) = count(DISTINCT a) AND NOT bool_or(a < b)
            AND (SELECT count(*) FROM edges e SEMI JOIN edges f ON e.b = f.a) = 0 FROM edges"""
        ).fetchone()
        if found is None or found[0] is None or found[0]:
            break
        rounds += 1
        run(
            """CREATE TABLE large AS
            WITH ways AS (SELECT a AS u, b AS v FROM edges UNION ALL SELECT b, a FROM edges),
            least_of AS (SELECT u, least(u, min(v)) AS m FROM ways GROUP BY u)
            SELECT DISTINCT ways.v AS a, m AS b FROM ways JOIN least_of USING (u) WHERE ways.v > ways.u"""
        )
        run(
            """CREATE OR REPLACE TABLE edges AS
            WITH least_of AS (SELECT a AS u, min(b) AS m FROM large GROUP BY a)
            SELECT DISTINCT a, b FROM (
              SELECT large.b AS a, m AS b FROM large JOIN least_of ON large.a = u WHERE large.b <> m
              UNION ALL SELECT u, m FROM least_of)"""
        )
        run("DROP TABLE large")
    run("CREATE TABLE root_of AS SELECT a AS node, b AS root FROM edges")
    run("DROP TABLE edges")
    return rounds
