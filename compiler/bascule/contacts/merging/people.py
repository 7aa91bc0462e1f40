"""From linked rows to persons with ids: the first row gives the id, and the store's older persons keep theirs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bascule.contacts.merging.links import ROW_BITS, label_rows

if TYPE_CHECKING:
    import duckdb

    from bascule.contacts.counts import Counts

__all__ = ["Shard", "assign", "count_rows", "shards"]


@dataclass(frozen=True, slots=True)
class Shard:
    """A range of persons, by number, and how many rows speak of them."""

    first: int
    last: int
    rows: int


def assign(connection: duckdb.DuckDBPyConnection, new: Sequence[int]) -> None:
    """Give rows their person. ``new`` are ordinals of imports that were not merged before.

    Makes ``people (pno, person, id)``: the persons that a new row speaks of or that have to be joined, numbered in
    order of their ids, where ``person`` is the node of the id; ``held (pno, node, id, other)``, the persons of the
    store among them, and ``joined (pno, id)``, those that are to be merged into another; ``member (rid, pno)``; and
    ``work``, their rows, sorted by person and row.

    A person's id is that of the first row, unless the store has persons of these rows already: then the oldest of
    them, before those that were merged away.
    """
    run = connection.execute
    label_rows(connection)
    run(
        """CREATE TABLE grouped AS SELECT x.rid, x.mine, coalesce(r.root, x.l) AS comp FROM (
          SELECT a.rid, a.mine, coalesce(label.l, a.rid) AS l FROM (
            SELECT rid, bool_or(mine) AS mine FROM (
              SELECT DISTINCT rid, TRUE AS mine FROM snap UNION ALL SELECT node, FALSE FROM known) GROUP BY rid) a
          LEFT JOIN label ON label.rid = a.rid) x
        LEFT JOIN root_of r ON r.node = x.l"""
    )
    run("DROP TABLE label")
    run("DROP TABLE root_of")
    run(
        """CREATE TABLE chosen AS
        SELECT comp, arg_min(node, (gone, node)) AS person, count(*) FILTER (NOT gone) AS alive
        FROM known JOIN grouped ON grouped.rid = known.node GROUP BY comp"""
    )
    ordinals = ", ".join(str(number) for number in new) or "NULL"
    run(
        f"""CREATE TABLE touched AS SELECT g.comp, coalesce(any_value(c.person), g.comp) AS person
        FROM grouped g LEFT JOIN chosen c ON c.comp = g.comp GROUP BY g.comp
        HAVING bool_or(g.mine AND (g.rid >> {ROW_BITS}) IN ({ordinals}))
        OR (bool_or(g.mine) AND coalesce(any_value(c.alive), 0) > 1)"""
    )
    run(
        f"""CREATE TABLE people AS
        SELECT row_number() OVER (ORDER BY id) - 1 AS pno, person, comp, id FROM (
          SELECT t.person, t.comp, coalesce(k.id, 'p' || (t.person >> {ROW_BITS}) || '-'
          || (t.person & {(1 << ROW_BITS) - 1})) AS id FROM touched t LEFT JOIN known k ON k.node = t.person)"""
    )
    run(
        """CREATE TABLE held AS SELECT p.pno, k.node, k.id, k.node <> p.person AS other FROM known k
        JOIN grouped g ON g.rid = k.node JOIN people p ON p.comp = g.comp"""
    )
    run("CREATE VIEW joined AS SELECT pno, id FROM held WHERE other")
    run("CREATE TABLE member AS SELECT g.rid, p.pno FROM grouped g JOIN people p ON p.comp = g.comp")
    run("DROP TABLE grouped")
    run("DROP TABLE chosen")
    run("DROP TABLE touched")
    run(
        "CREATE TABLE work AS SELECT m.pno, s.* FROM snap s JOIN member m ON m.rid = s.rid"
        " ORDER BY m.pno, s.rid, s.part"
    )


def count_rows(connection: duckdb.DuckDBPyConnection, new: Sequence[int], counts: Counts) -> None:
    """Count the rows of the new imports: the first row of a person is kept, others are merged into one."""
    ordinals = ", ".join(str(number) for number in new) or "NULL"
    for reason, rows in connection.execute(
        f"""SELECT refused.reason, count(*) FROM all_rows r JOIN refused ON refused.rid = r.rid
        WHERE r.ordinal IN ({ordinals}) GROUP BY ALL ORDER BY ALL"""
    ).fetchall():
        counts.taken += rows
        counts.reject(reason, rows)
    found = connection.execute(
        f"""SELECT count(*), count(DISTINCT w.rid) FILTER (w.rid = p.person) FROM work w
        JOIN people p ON p.pno = w.pno WHERE w.ordinal IN ({ordinals})"""
    ).fetchone()
    assert found is not None
    counts.taken += found[0]
    counts.kept += found[1]
    counts.merged += found[0] - found[1]
    # Counted from the snapshots again, so that a row lost in linking fails the run.
    total = connection.execute(f"SELECT count(*) FROM all_rows WHERE ordinal IN ({ordinals})").fetchone()
    assert total is not None
    counts.taken = total[0]


def shards(connection: duckdb.DuckDBPyConnection, rows: int) -> list[Shard]:
    """Ranges of persons with about so many rows, in order of the persons."""
    return [
        Shard(*found)
        for found in connection.execute(
            f"""SELECT min(pno), max(pno), sum(n)::BIGINT FROM (
              SELECT pno, n, (sum(n) OVER (ORDER BY pno) - n) // {int(rows)} AS shard FROM (
                SELECT pno, count(*) AS n FROM work GROUP BY pno)) GROUP BY shard ORDER BY shard"""
        ).fetchall()
    ]
