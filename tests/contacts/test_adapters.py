"""The normaliser inside pyarrow, DuckDB and Spark."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pyarrow as pa
import pytest
from tests.contacts.support import normaliser_of

from bascule.contacts.extra import installed
from bascule.contacts.phones.adapters import normalise_table, register_duckdb, spark_mapper, spark_schema
from bascule.contacts.phones.arrow import normalise_batch
from bascule.contacts.phones.normaliser import Engine

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks"))
import contacts_data

PHONES = ["06 12 34 56 78", None, "+221 77 123 45 67", "n/a"]
E164 = ["+33612345678", None, "+221771234567", None]


@pytest.mark.parametrize(
    "column",
    [
        pa.array(PHONES),
        pa.array(PHONES, pa.large_string()),
        pa.array(PHONES, pa.string_view()),
        pa.array(PHONES).dictionary_encode(),
        pa.array(["x", *PHONES])[1:],
        pa.chunked_array([PHONES[:1], PHONES[1:]]),
    ],
    ids=["string", "large", "view", "dictionary", "sliced", "chunked"],
)
def test_any_kind_of_text_column_is_read(column: pa.Array) -> None:
    table = pa.table({"phone": column, "country": pa.array(["FR", "FR", None, "US"])})
    found = normalise_table(table, "phone", "country")
    assert found["phone_e164"].to_pylist() == E164
    assert found["phone_status"].to_pylist() == ["valid", "empty", "valid", "not_a_number"]
    assert found.column_names[:2] == ["phone", "country"]


@pytest.mark.parametrize(
    "column", [pa.array([33612345678, None]), pa.array([33612345678.0, None]), pa.array([612345678, None], pa.int32())]
)
def test_numbers_lose_no_digit(column: pa.Array) -> None:
    found = normalise_table(pa.table({"p": column}), "p", default_region="FR")
    assert found["phone_e164"].to_pylist() == ["+33612345678", None]


def test_an_empty_table_has_the_columns() -> None:
    found = normalise_table(pa.table({"p": pa.array([], pa.string())}), "p", prefix="x_")
    assert found.column_names == ["p", "x_e164", "x_region", "x_type", "x_status", "x_reason", "x_how"]
    batch = pa.record_batch({"p": pa.array([], pa.string())})
    assert normalise_batch(batch, normaliser_of(Engine.NUMPY), "p").num_rows == 0


def test_a_column_that_is_not_there_is_an_error() -> None:
    with pytest.raises(KeyError):
        normalise_table(pa.table({"p": ["1"]}), "phone")


def test_duckdb_has_the_function() -> None:
    duckdb = pytest.importorskip("duckdb")
    connection = duckdb.connect()
    register_duckdb(connection, default_region="FR")
    connection.register("contacts", pa.table({"phone": PHONES, "country": [None, "FR", None, "US"]}))
    rows = connection.sql("SELECT unnest(normalize_phone(phone, country)) FROM contacts").fetchall()
    assert [row[0] for row in rows] == E164
    assert rows[0] == ("+33612345678", "FR", "mobile", "valid", None, "national_with_default")


@pytest.mark.spark
@pytest.mark.skipif(not installed("pyspark"), reason="pyspark is not installed (extra `spark`)")
@pytest.mark.skipif(not (shutil.which("java") or os.environ.get("JAVA_HOME")), reason="Spark needs a Java runtime")
def test_spark_gives_what_the_batch_function_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    """Spark in local mode, on messy cells in several partitions: all six columns of every row."""
    from pyspark.sql import SparkSession

    monkeypatch.setenv("PYSPARK_PYTHON", sys.executable)
    cells = [*((phone or "", "FR") for phone in PHONES), *contacts_data.messy(2_000, 11)]
    phones, countries = map(list, zip(*cells, strict=True))
    wanted = normalise_table(
        pa.table({"phone": phones, "country": countries}), "phone", "country", default_region="SN", engine="exact"
    )
    session = (
        SparkSession.builder.master("local[2]")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.sql.execution.arrow.maxRecordsPerBatch", "300")
        .getOrCreate()
    )
    try:
        frame = (
            session.createDataFrame(cells, "phone string, country string").repartition(4).sortWithinPartitions("phone")
        )
        mapper = spark_mapper("phone", "country", default_region="SN", engine="numpy")
        mapped = frame.mapInArrow(mapper, spark_schema(frame.schema))
        assert frame.rdd.getNumPartitions() == 4
        assert mapped.columns == wanted.column_names
        found = [tuple(row) for row in mapped.collect()]
    finally:
        session.stop()
    rows = [tuple(row.values()) for row in wanted.to_pylist()]

    def order(row: tuple[str | None, ...]) -> tuple[str, ...]:
        return tuple(value or "" for value in row)

    assert sorted(found, key=order) == sorted(rows, key=order)
