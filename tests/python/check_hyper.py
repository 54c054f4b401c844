"""Opens a .hyper or .parquet file with the packages their makers publish, and prints what it holds as JSON.

Usage: check_hyper.py FILE. Values are text; numbers and instants keep every digit.
"""

import decimal
import json
import pathlib
import sys

ASSUMED_KEYS = """
    SELECT owner.relname, keys.contype, target.relname
    FROM pg_catalog.pg_constraint AS keys
    JOIN pg_catalog.pg_class AS owner ON owner.oid = keys.conrelid
    LEFT JOIN pg_catalog.pg_class AS target ON target.oid = keys.confrelid
    ORDER BY 1, 2
"""


def text_of(value):
    """Write a value as text that compares exactly, or None."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, decimal.Decimal):
        return f"{value:.2f}"
    if hasattr(value, "year"):
        time = f"{value.hour:02}:{value.minute:02}:{value.second:02}.{value.microsecond:06}"
        return f"{value.year:04}-{value.month:02}-{value.day:02} {time}"
    return str(value)


def column_of(column, nullable):
    """Write the name and the type of a column of a .hyper file."""
    return [column.name.unescaped, str(column.type) + ("" if nullable else " NOT NULL")]


def hyper_tables(path):
    """Read every table of schema Extract, with its columns and rows in stored order."""
    from tableauhyperapi import Connection, HyperProcess, Nullability, Telemetry

    tables = {}
    with (
        HyperProcess(Telemetry.DO_NOT_SEND_USAGE_DATA_TO_TABLEAU, parameters={"log_config": ""}) as process,
        Connection(process.endpoint, path) as connection,
    ):
        for name in connection.catalog.get_table_names("Extract"):
            every_row = f"SELECT * FROM {name}"  # noqa: S608 (the name is the catalog's own, quoted)
            definition = connection.catalog.get_table_definition(name)
            tables[name.name.unescaped] = {
                "columns": [
                    column_of(column, column.nullability != Nullability.NOT_NULLABLE)
                    for column in definition.columns
                ],
                "rows": [
                    [text_of(value) for value in row] for row in connection.execute_list_query(every_row)
                ],
            }
        assumed_keys = connection.execute_list_query(ASSUMED_KEYS)
    with pathlib.Path(path).open("rb") as file:
        version = file.read(11)[10]
    return {"version": version, "assumed_keys": assumed_keys, "tables": tables}


def parquet_table(path):
    """Read the columns and rows of a Parquet file."""
    from pyarrow import parquet

    table = parquet.read_table(path)
    columns = [
        [field.name, str(field.type) + ("" if field.nullable else " not null")] for field in table.schema
    ]
    rows = [[text_of(value) for value in row.values()] for row in table.to_pylist()]
    return {"columns": columns, "rows": rows}


def main():
    """Print what the file holds."""
    path = sys.argv[1]
    found = hyper_tables(path) if path.endswith(".hyper") else parquet_table(path)
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
