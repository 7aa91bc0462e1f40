"""Connected components: the engine's answer is that of a union of sets, and long chains take few rounds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bascule.contacts.merging.links import ROW_BITS, connect, label_rows, node, person_id

Mention = tuple[int, int, str, str]


def _engine(mentions: Sequence[Mention], bonds: Sequence[tuple[int, int]] = ()) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("CREATE TABLE mentions (rid BIGINT, kind TINYINT, scope VARCHAR, value VARCHAR)")
    connection.execute("CREATE TABLE bonds (a BIGINT, b BIGINT)")
    if mentions:
        connection.executemany("INSERT INTO mentions VALUES (?, ?, ?, ?)", mentions)
    if bonds:
        connection.executemany("INSERT INTO bonds VALUES (?, ?)", bonds)
    return connection


def _components(connection: duckdb.DuckDBPyConnection) -> dict[int, int]:
    label_rows(connection)
    return dict(
        connection.execute(
            "SELECT rid, coalesce(root, l) FROM label LEFT JOIN root_of ON node = l ORDER BY rid"
        ).fetchall()
    )


def _reference(mentions: Sequence[Mention], bonds: Sequence[tuple[int, int]]) -> dict[int, int]:
    """Sets united one by one; a row's component is named by its smallest row."""
    parent: dict[int, int] = {}

    def find(item: int) -> int:
        while parent.setdefault(item, item) != item:
            item = parent[item]
        return item

    def unite(left: int, right: int) -> None:
        one, other = sorted((find(left), find(right)))
        parent[other] = one

    holders = defaultdict(list)
    for rid, *token in mentions:
        holders[tuple(token)].append(rid)
    for rids in holders.values():
        for rid in rids:
            unite(rids[0], rid)
    for left, right in bonds:
        unite(left, right)
    return {rid: find(rid) for rid, *_ in mentions}


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(1, 30), st.integers(0, 2), st.sampled_from(["", "crm"]), st.sampled_from("abcdefghij")),
        max_size=60,
    ),
    st.lists(st.tuples(st.integers(1, 30), st.integers(1, 30)), max_size=6),
)
def test_components_are_those_of_a_union_of_sets(mentions: list[Mention], bonds: list[tuple[int, int]]) -> None:
    assert _components(_engine(mentions, bonds)) == _reference(mentions, bonds)


def test_a_chain_of_thousands_takes_a_few_rounds() -> None:
    connection = duckdb.connect()
    length = 20_000
    # In an order that is not the chain's: every third step, wrapped round.
    connection.execute(
        f"CREATE TABLE edges AS SELECT (i * 7919) % {length} + 1 AS a, ((i + 1) * 7919) % {length} + 1 AS b"
        f" FROM range({length - 1}) t(i)"
    )
    assert connect(connection) <= 20
    found = connection.execute("SELECT count(*), count(DISTINCT root), min(root) FROM root_of").fetchone()
    assert found == (length - 1, 1, 1)


@pytest.mark.parametrize("row", [1, 2, 1 << 20, (1 << ROW_BITS) - 1])
@pytest.mark.parametrize("ordinal", [1, 17, 9999])
def test_ids_of_persons_name_their_first_row(ordinal: int, row: int) -> None:
    rid = ordinal << ROW_BITS | row
    assert person_id(rid) == f"p{ordinal}-{row}"
    assert node(person_id(rid)) == rid


@pytest.mark.parametrize("text", ["", "p", "p1", "p1-", "p-1", "x1-2", "p01-2", "p1-02", "p١-2", "p1-2-3", "p1--2"])
def test_other_ids_name_no_row(text: str) -> None:
    assert node(text) is None
