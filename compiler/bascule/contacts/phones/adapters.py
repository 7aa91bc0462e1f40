"""The normaliser inside other engines: DuckDB and Spark. Each wraps
:func:`~bascule.contacts.phones.arrow.normalise_batch`.

A table of pyarrow needs no adapter: call the function for each of its batches, or :func:`normalise_table`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

from bascule.contacts.extra import require
from bascule.contacts.phones.vocabulary import COLUMNS

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

    from bascule.contacts.phones.normaliser import Normaliser

__all__ = ["normalise_table", "register_duckdb", "spark_mapper", "spark_schema"]


@cache
def _shared(engine: str) -> Normaliser:
    """One normaliser per process and engine: a Spark worker keeps it from task to task."""
    from bascule.contacts.phones.normaliser import Engine, Normaliser

    return Normaliser(Engine(engine))


def normalise_table(
    table: pa.Table,
    phone_column: str,
    region_column: str | None = None,
    default_region: str = "",
    prefix: str = "phone_",
    engine: str = "auto",
) -> pa.Table:
    """A pyarrow table with six further columns."""
    import pyarrow as pa

    from bascule.contacts.phones.arrow import normalise_batch, output_schema

    normaliser = _shared(engine)
    batches = [
        normalise_batch(batch, normaliser, phone_column, region_column, default_region, prefix)
        for batch in table.to_batches()
    ]
    schema = table.schema
    for field in output_schema(prefix):
        schema = schema.append(field)
    return pa.Table.from_batches(batches, schema)


def register_duckdb(
    connection: duckdb.DuckDBPyConnection, name: str = "normalize_phone", engine: str = "auto", default_region: str = ""
) -> None:
    """Add the scalar function ``name(phone, region)`` to a connection.

    It returns a struct with the fields ``e164``, ``region``, ``type``, ``status``, ``reason`` and ``how``::

        SELECT normalize_phone(phone, country).e164 FROM contacts
    """
    require("duckdb")
    import duckdb
    import pyarrow as pa

    from bascule.contacts.phones.arrow import answer_arrays, columns

    normaliser = _shared(engine)

    def call(phones: Any, regions: Any) -> Any:
        found = columns(normaliser, answer_arrays(normaliser, phones, regions, default_region))
        return pa.StructArray.from_arrays(list(found.values()), list(COLUMNS))

    text = duckdb.sqltype("VARCHAR")
    create: Any = connection.create_function
    create(
        name,
        call,
        [text, text],
        duckdb.struct_type(dict.fromkeys(COLUMNS, text)),
        type="arrow",
        null_handling="special",
    )


def spark_schema(schema: Any, prefix: str = "phone_") -> Any:
    """The schema of a Spark data frame after :func:`spark_mapper`."""
    require("pyspark", extra="spark")
    from pyspark.sql.types import StringType, StructField, StructType

    return StructType([*schema.fields, *(StructField(f"{prefix}{name}", StringType()) for name in COLUMNS)])


def spark_mapper(
    phone_column: str,
    region_column: str | None = None,
    default_region: str = "",
    prefix: str = "phone_",
    engine: str = "auto",
) -> Callable[[Iterable[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    """A function for ``DataFrame.mapInArrow``::

        frame.mapInArrow(spark_mapper("phone", "country"), spark_schema(frame.schema))

    Ship the tables to the workers first (``bascule contacts warm-up`` and ``BASCULE_CACHE_DIR``), or each of them
    compiles its own.
    """

    def run(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        from bascule.contacts.phones.arrow import normalise_batch

        normaliser = _shared(engine)
        for batch in batches:
            yield normalise_batch(batch, normaliser, phone_column, region_column, default_region, prefix)

    return run
