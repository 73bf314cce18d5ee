"""Another engine reads the tables in place: pyiceberg, which nobody here wrote, gives row for
row and column for column what SELECT gives (iceberg.py DIR, the directory of the tables, or
iceberg.py http://host:port, a service with the bucket tables; iceberg.py … again, to compare
once more)."""

import datetime
import glob
import math
import sys
import time

import boto3
import pyarrow
from pyiceberg.table import StaticTable

write, query = boto3.client("timestream-write"), boto3.client("timestream-query")
root = sys.argv[1]
if root.startswith("http"):
    s3 = boto3.client("s3", endpoint_url=root, aws_access_key_id="AKIDEXAMPLE", aws_secret_access_key="secret", region_name="us-east-1")
NANOS = 1_000_000_000
DAY = 86_400 * NANOS
today = int(time.time()) * NANOS // DAY * DAY


def send(records):
    for i in range(0, len(records), 100):
        write.write_records(DatabaseName="plant", TableName="sensors.A-1", Records=records[i:i + 100])


def record(at, dimensions, version=1, **measures):
    kinds = {float: "DOUBLE", int: "BIGINT", str: "VARCHAR", bool: "BOOLEAN", datetime.datetime: "TIMESTAMP"}

    def text(v):
        if isinstance(v, bool):
            return str(v).lower()
        if isinstance(v, datetime.datetime):
            return str(int(v.timestamp()) * NANOS + 123_456_789)  # in the record's unit
        return repr(v) if isinstance(v, float) else str(v)

    return {"Dimensions": [{"Name": n, "Value": v} for n, v in dimensions.items()], "Time": str(at), "TimeUnit": "NANOSECONDS", "Version": version,
            "MeasureName": "state", "MeasureValueType": "MULTI",
            "MeasureValues": [{"Name": n, "Value": text(v), "Type": kinds[type(v)]} for n, v in measures.items()]}


def selected():
    """The rows as SELECT gives them: sorted, as dictionaries without NULLs."""
    out = []
    for page in query.get_paginator("query").paginate(QueryString='SELECT * FROM plant."sensors.A-1"'):
        names = [(c["Name"], c["Type"]["ScalarType"]) for c in page["ColumnInfo"]]
        for r in page["Rows"]:
            out.append({n: value(k, d["ScalarValue"]) for (n, k), d in zip(names, r["Data"]) if "ScalarValue" in d})
    return sorted(out, key=order)


def value(kind, text):
    if kind == "DOUBLE":
        return float(text)
    if kind == "BIGINT":
        return int(text)
    if kind == "BOOLEAN":
        return text == "true"
    if kind == "TIMESTAMP":
        day, clock = text.split(" ")
        seconds, _, fraction = clock.partition(".")
        at = datetime.datetime.fromisoformat(f"{day}T{seconds}+00:00")
        return int(at.timestamp()) * NANOS + int(fraction.ljust(9, "0") or 0)
    return text


def order(row):
    return (row["time"], row["measure_name"], sorted((k, str(v)) for k, v in row.items()))


def table():
    if not root.startswith("http"):
        [folder] = glob.glob(root + "/plant/sensors.A-1-*")
        return StaticTable.from_metadata(folder)
    found = s3.list_objects_v2(Bucket="tables", Prefix="older/rows/plant/", Delimiter="/")
    if "CommonPrefixes" not in found:
        raise FileNotFoundError
    [folder] = found["CommonPrefixes"]
    return StaticTable.from_metadata("s3://tables/" + folder["Prefix"].rstrip("/"), {
        "s3.endpoint": root, "s3.region": "us-east-1", "s3.access-key-id": "AKIDEXAMPLE", "s3.secret-access-key": "secret"})


def plain(arrow):
    """Rows of arrow as selected() has them; the columns of the store's own are left out."""
    fields = [pyarrow.field(f.name, pyarrow.int64() if pyarrow.types.is_timestamp(f.type) else f.type) for f in arrow.schema]
    rows = arrow.cast(pyarrow.schema(fields)).to_pylist()
    return sorted(({k: v for k, v in r.items() if v is not None and not k.startswith("ts_")} for r in rows), key=order)


def await_files(want):
    """Waits until the files have as many rows as want, and returns the table."""
    for _ in range(1200):
        try:
            t = table()
            if t.current_snapshot() and plain(t.scan().to_arrow()) == want:
                return t
        except (ValueError, FileNotFoundError):  # not there yet; or the metadata file was replaced and deleted
            pass
        time.sleep(0.1)
    have = plain(table().scan().to_arrow())
    raise SystemExit(f"the files have {len(have)} rows, SELECT has {len(want)}\nfirst that differ:\n"
                     + "\n".join(f"{a}\n{b}" for a, b in zip(have, want) if a != b)[:2000])


if sys.argv[2:] == ["again"]:
    await_files(selected())
    print("ok")
    raise SystemExit

write.create_database(DatabaseName="plant")
write.create_table(DatabaseName="plant", TableName="sensors.A-1",
                   RetentionProperties={"MemoryStoreRetentionPeriodInHours": 24, "MagneticStoreRetentionPeriodInDays": 3650},
                   MagneticStoreWriteProperties={"EnableMagneticStoreWrites": True})

# All types, extremes, gaps, texts of all kinds, names that differ in case alone, five days.
hall, attic = {"room": "hall", "Room": "Ü 'quoted' \"text\""}, {"room": "attic", "floor": "3"}
records = []
for day in range(5):
    for i in range(200):
        at = today - day * DAY - i * 1_000_000_007 - 1
        records.append(record(at, hall, temperature=20 + i / 7, count=i - 100, open=i % 2 == 0, label=f"n {i} 温度"))
        records.append(record(at + 1, attic, **({"temperature": float(-i)} if i % 3 else {"Temperature": i, "seen": datetime.datetime.fromtimestamp(1_700_000_000 + i, datetime.UTC)})))
records += [record(today - 1, {"room": "edge"}, temperature=math.ldexp(1, -1074), count=-2**63, label=" "),
            record(today - 2, {"room": "edge"}, temperature=1.7976931348623157e308, count=2**63 - 1, label="a\nb\t\\"),
            record(today - 3, {"room": "edge"}, temperature=-1e-300, count=0)]
send(records)
want = selected()
assert len(want) == len(records), (len(want), len(records))
first = await_files(want)
assert {str(f.field_type) for f in first.schema().fields} == {"int", "long", "string", "double", "boolean", "timestamp_ns"}, first.schema()
assert len(list(first.scan().plan_files())) >= 5, "a file has rows of several days"

# Pruning by another engine: a series has few files, and its filter finds the same rows.
series = first.scan(row_filter="room = 'edge'", selected_fields=("ts_series",)).to_arrow().column(0).to_pylist()
edge = first.scan(row_filter=f"ts_series = {series[0]}")
assert plain(edge.to_arrow()) == [r for r in want if r.get("room") == "edge"]

# Rows replaced and rows late by years, a new measure and a new dimension: the next snapshot
# has them, and a reader that began before reads on what it began with.
planned = [task.file.file_path for task in first.scan().plan_files()]
send([record(today - 1, {"room": "edge"}, version=2, temperature=7.0),
      record(today - 1500 * DAY, hall, temperature=3.5),
      record(today - DAY - 12345, {"room": "cellar", "wall": "north"}, humidity=55.5)])
later = selected()
assert len(later) == len(want) + 2 and later != want
second = await_files(later)
assert {"humidity", "wall"} <= {f.name for f in second.schema().fields}
assert plain(first.scan().to_arrow()) == want, "a reader of the first snapshot reads something else now"
assert [task.file.file_path for task in first.scan().plan_files()] == planned
print("ok")
