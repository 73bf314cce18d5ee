"""Every type of a result as boto3 sees it: scalars in their exact text, arrays, rows,
time series, NULL of each; column information where consumers look for it."""

import time
from datetime import datetime, timezone

import boto3

write, query = boto3.client("timestream-write"), boto3.client("timestream-query")


def ask(sql):
    return query.query(QueryString=sql)


def scalar(sql):
    """Type and text of the only value."""
    answer = ask("SELECT " + sql)
    (column,), (row,) = answer["ColumnInfo"], answer["Rows"]
    assert column["Name"] == "_col0", column
    datum = row["Data"][0]
    assert len(datum) == 1, datum
    return column["Type"]["ScalarType"], datum.get("ScalarValue", datum.get("NullValue"))


for sql, want in {
    "1": ("INTEGER", "1"),
    "2147483648": ("BIGINT", "2147483648"),
    "1.5": ("DOUBLE", "1.5"),
    "1e10": ("DOUBLE", "1.0E10"),
    "1e-5": ("DOUBLE", "1.0E-5"),
    "9999999e0": ("DOUBLE", "9999999.0"),
    "12345678e0": ("DOUBLE", "1.2345678E7"),
    "1e-3": ("DOUBLE", "0.001"),
    "cast(4 as double)": ("DOUBLE", "4.0"),
    "nan()": ("DOUBLE", "NaN"),
    "infinity()": ("DOUBLE", "Infinity"),
    "-infinity()": ("DOUBLE", "-Infinity"),
    "0.1 + 0.2": ("DOUBLE", "0.30000000000000004"),
    "true": ("BOOLEAN", "true"),
    "1 > 2": ("BOOLEAN", "false"),
    "'two'": ("VARCHAR", "two"),
    "''": ("VARCHAR", ""),
    "'it''s é 日本 🌊'": ("VARCHAR", "it's é 日本 🌊"),
    "timestamp '2020-08-08 01:00:00'": ("TIMESTAMP", "2020-08-08 01:00:00.000000000"),
    "timestamp '2020-08-08 01:00:00.123456789'": ("TIMESTAMP", "2020-08-08 01:00:00.123456789"),
    "from_milliseconds(1596848400123)": ("TIMESTAMP", "2020-08-08 01:00:00.123000000"),
    "from_nanoseconds(1596848400123456789)": ("TIMESTAMP", "2020-08-08 01:00:00.123456789"),
    "date '2020-08-08'": ("DATE", "2020-08-08"),
    "time '01:00'": ("TIME", "01:00:00.000000000"),
    "2d - 3h": ("INTERVAL_DAY_TO_SECOND", "1 21:00:00.000000000"),
    "interval '3' year - interval '5' month": ("INTERVAL_YEAR_TO_MONTH", "2-7"),
    "null": ("UNKNOWN", True),
    "cast(null as bigint)": ("BIGINT", True),
    "cast('7' as bigint)": ("BIGINT", "7"),
    "try_cast('x' as bigint)": ("BIGINT", True),
    "count(*) from (values 1, 2, 3) t(x)": ("BIGINT", "3"),
}.items():
    got = scalar(sql)
    assert got == want, f"SELECT {sql}: {got}, want {want}"

# Arrays, rows and their nesting: inner column information has no name, that of row fields has one.
answer = ask("SELECT ARRAY[1, NULL, 3] AS a, cast(ARRAY[] AS array(bigint)) AS b, ARRAY[ARRAY['x'], NULL] AS c, ROW(1, 'two', NULL) AS d, "
             "CAST(ROW(1, 2.5) AS ROW(p INTEGER, q DOUBLE)) AS e, cast(NULL AS array(varchar)) AS f")
assert [c["Name"] for c in answer["ColumnInfo"]] == list("abcdef"), answer["ColumnInfo"]
a, b, c, d, e, f = (c["Type"] for c in answer["ColumnInfo"])
assert a == {"ArrayColumnInfo": {"Type": {"ScalarType": "INTEGER"}}}, a
assert b == {"ArrayColumnInfo": {"Type": {"ScalarType": "BIGINT"}}}, b
assert c == {"ArrayColumnInfo": {"Type": {"ArrayColumnInfo": {"Type": {"ScalarType": "VARCHAR"}}}}}, c
assert [t["Type"]["ScalarType"] for t in d["RowColumnInfo"]] == ["INTEGER", "VARCHAR", "UNKNOWN"] and all("Name" in t for t in d["RowColumnInfo"]), d
assert e == {"RowColumnInfo": [{"Name": "p", "Type": {"ScalarType": "INTEGER"}}, {"Name": "q", "Type": {"ScalarType": "DOUBLE"}}]}, e
a, b, c, d, e, f = answer["Rows"][0]["Data"]
assert a == {"ArrayValue": [{"ScalarValue": "1"}, {"NullValue": True}, {"ScalarValue": "3"}]}, a
assert b == {"ArrayValue": []}, b
assert c == {"ArrayValue": [{"ArrayValue": [{"ScalarValue": "x"}]}, {"NullValue": True}]}, c
assert d == {"RowValue": {"Data": [{"ScalarValue": "1"}, {"ScalarValue": "two"}, {"NullValue": True}]}}, d
assert e == {"RowValue": {"Data": [{"ScalarValue": "1"}, {"ScalarValue": "2.5"}]}}, e
assert f == {"NullValue": True}, f

# Every type and unit through WriteRecords and back.
write.create_database(DatabaseName="types")
write.create_table(DatabaseName="types", TableName="kinds",
                   RetentionProperties={"MemoryStoreRetentionPeriodInHours": 24, "MagneticStoreRetentionPeriodInDays": 7})
base = int(time.time()) - 600
units = {"SECONDS": 1, "MILLISECONDS": 10**3, "MICROSECONDS": 10**6, "NANOSECONDS": 10**9}
for kind, value in [("DOUBLE", "-1.25e-3"), ("BIGINT", "-9223372036854775808"), ("VARCHAR", "日本"), ("BOOLEAN", "True")]:
    for i, (unit, factor) in enumerate(units.items()):
        write.write_records(DatabaseName="types", TableName="kinds", Records=[{
            "Dimensions": [{"Name": "unit", "Value": unit}], "MeasureName": kind.lower(), "MeasureValue": value, "MeasureValueType": kind,
            "Time": str((base + i) * factor + (factor > 1)), "TimeUnit": unit}])
for unit, fraction in {"SECONDS": "000000000", "MILLISECONDS": "001000000", "MICROSECONDS": "000001000", "NANOSECONDS": "000000001"}.items():
    i = list(units).index(unit)
    want = datetime.fromtimestamp(base + i, timezone.utc).strftime("%Y-%m-%d %H:%M:%S.") + fraction
    rows = ask('SELECT measure_name, time, "measure_value::double", "measure_value::bigint", "measure_value::varchar", "measure_value::boolean" '
               f"FROM types.kinds WHERE unit = '{unit}' ORDER BY measure_name")["Rows"]
    got = [[d.get("ScalarValue") for d in r["Data"]] for r in rows]
    assert got == [["bigint", want, None, "-9223372036854775808", None, None], ["boolean", want, None, None, None, "true"],
                   ["double", want, "-0.00125", None, None, None], ["varchar", want, None, None, "日本", None]], got
    # awswrangler's reading of nine digits
    assert datetime.strptime(got[0][1][:-3], "%Y-%m-%d %H:%M:%S.%f").replace(tzinfo=timezone.utc).timestamp() - base - i < 1
    write.write_records(DatabaseName="types", TableName="kinds", Records=[{
        "Dimensions": [{"Name": "unit", "Value": unit}], "MeasureName": "multi", "MeasureValueType": "MULTI",
        "Time": str((base + i) * units[unit]), "TimeUnit": unit,
        "MeasureValues": [{"Name": "at", "Type": "TIMESTAMP", "Value": str((base + i) * units[unit])}, {"Name": "on", "Type": "BOOLEAN", "Value": "false"}]}])
    seen = ask(f"SELECT at = time, \"on\" FROM types.kinds WHERE unit = '{unit}' AND measure_name = 'multi'")["Rows"]
    assert [d["ScalarValue"] for d in seen[0]["Data"]] == ["true", "false"], seen

# A time series: points ascending in time, each with its datum; NULL where a series is NULL.
answer = ask('SELECT unit, create_time_series(time, "measure_value::double") AS s FROM types.kinds WHERE measure_name = \'double\' GROUP BY unit ORDER BY unit')
info = answer["ColumnInfo"][1]
assert info["Name"] == "s" and info["Type"] == {"TimeSeriesMeasureValueColumnInfo": {"Type": {"ScalarType": "DOUBLE"}}}, info
for row in answer["Rows"]:
    (point,) = row["Data"][1]["TimeSeriesValue"]
    assert len(point["Time"]) == 29 and point["Value"] == {"ScalarValue": "-0.00125"}, point

# Many rows: column information on every page, each row once, in order.
pages = list(query.get_paginator("query").paginate(
    QueryString="SELECT x FROM UNNEST(sequence(1, 2500)) AS t(x) ORDER BY x", PaginationConfig={"PageSize": 1000}))
assert [len(p["Rows"]) for p in pages] == [1000, 1000, 500], [len(p["Rows"]) for p in pages]
assert all(p["ColumnInfo"][0]["Name"] == "x" for p in pages)
assert [int(r["Data"][0]["ScalarValue"]) for p in pages for r in p["Rows"]] == list(range(1, 2501))
wide = list(query.get_paginator("query").paginate(QueryString="SELECT x, lpad('', 1000, 'y') FROM UNNEST(sequence(1, 3000)) AS t(x)"))
assert len(wide) > 2 and sum(len(p["Rows"]) for p in wide) == 3000, len(wide)  # pages hold 1 MB
print("ok")
