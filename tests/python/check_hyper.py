"""Opens a .hyper or .parquet file with the packages their makers publish, and prints what it holds as JSON.

Usage: check_hyper.py FILE. Values are text; numbers and instants keep every digit.
"""

import decimal
import json
import sys

ASSUMED_KEYS = """
    SELECT owner.relname, keys.contype, target.relname
    FROM pg_catalog.pg_constraint AS keys
    JOIN pg_catalog.pg_class AS owner ON owner.oid = keys.conrelid
    LEFT JOIN pg_catalog.pg_class AS target ON target.oid = keys.confrelid
    ORDER BY 1, 2
"""


def text_of(value):
    """The value as text that compares exactly, or None."""
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


def hyper_tables(path):
    """Every table of schema Extract, with its columns and rows in stored order."""
    from tableauhyperapi import Connection, HyperProcess, Nullability, Telemetry

    tables = {}
    with (
        HyperProcess(Telemetry.DO_NOT_SEND_USAGE_DATA_TO_TABLEAU, parameters={"log_config": ""}) as process,
        Connection(process.endpoint, path) as connection,
    ):
        for name in connection.catalog.get_table_names("Extract"):
            definition = connection.catalog.get_table_definition(name)
            tables[name.name.unescaped] = {
                "columns": [
                    [
                        column.name.unescaped,
                        str(column.type) + (" NOT NULL" if column.nullability == Nullability.NOT_NULLABLE else ""),
                    ]
                    for column in definition.columns
                ],
                "rows": [
                    [text_of(value) for value in row] for row in connection.execute_list_query(f"SELECT * FROM {name}")
                ],
            }
        assumed_keys = connection.execute_list_query(ASSUMED_KEYS)
    with open(path, "rb") as file:
        version = file.read(11)[10]
    return {"version": version, "assumed_keys": assumed_keys, "tables": tables}


def parquet_table(path):
    """The columns and rows of a Parquet file."""
    from pyarrow import parquet

    table = parquet.read_table(path)
    columns = [[field.name, str(field.type) + ("" if field.nullable else " not null")] for field in table.schema]
    rows = [[text_of(value) for value in row.values()] for row in table.to_pylist()]
    return {"columns": columns, "rows": rows}


def main():
    path = sys.argv[1]
    found = hyper_tables(path) if path.endswith(".hyper") else parquet_table(path)
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
