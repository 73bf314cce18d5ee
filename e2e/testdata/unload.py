"""UNLOAD as a client sees it: boto3 runs it, pandas reads what it wrote, from a directory
(unload.py DIR) or from an S3 service (unload.py http://host:port BUCKET)."""

import gzip
import io
import json
import os
import sys
import time

import boto3
import pandas
import pyarrow.parquet
from botocore.exceptions import ClientError

write, query = boto3.client("timestream-write"), boto3.client("timestream-query")

if sys.argv[1].startswith("http"):
    bucket = sys.argv[2]
    s3 = boto3.client("s3", endpoint_url=sys.argv[1], aws_access_key_id="AKIDEXAMPLE", aws_secret_access_key="secret", region_name="us-east-1")
    s3.create_bucket(Bucket=bucket)

    def names(prefix):
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
        return sorted(o["Key"] for p in pages for o in p.get("Contents", []))

    def read(key):
        return s3.get_object(Bucket=bucket, Key=key)["Body"].read()
else:
    bucket, root = "exports", sys.argv[1]

    def names(prefix):
        found = [os.path.relpath(os.path.join(d, f), os.path.join(root, bucket)) for d, _, fs in os.walk(os.path.join(root, bucket)) for f in fs]
        return sorted(n for n in found if n.startswith(prefix))

    def read(key):
        with open(os.path.join(root, bucket, key), "rb") as f:
            return f.read()


def key(url):
    assert url.startswith(f"s3://{bucket}/"), url
    return url.removeprefix(f"s3://{bucket}/")


def unload(select, folder, **options):
    """Runs an UNLOAD and returns its manifest, its metadata and the bytes of its files."""
    text = ", ".join(f"{k} = {v if v.startswith('ARRAY') else repr(v)}" for k, v in options.items())
    statement = f"UNLOAD ({select}) TO 's3://{bucket}/{folder}'" + (f" WITH ({text})" if text else "")
    pages = list(query.get_paginator("query").paginate(QueryString=statement))
    rows = [r for p in pages for r in p["Rows"]]
    assert len(rows) == 1 and not any(p["Rows"] for p in pages[:-1]), pages
    assert [(c["Name"], c["Type"]["ScalarType"]) for c in pages[-1]["ColumnInfo"]] == [
        ("rows", "BIGINT"), ("metadataFile", "VARCHAR"), ("manifestFile", "VARCHAR")], pages
    status = pages[-1]["QueryStatus"]
    assert status["ProgressPercentage"] == 100 and status["CumulativeBytesMetered"] >= 10_000_000, status
    count, metadata, manifest = (d["ScalarValue"] for d in rows[0]["Data"])
    manifest, metadata = json.loads(read(key(manifest))), json.loads(read(key(metadata)))
    files = {key(f["url"]): read(key(f["url"])) for f in manifest["result_files"]}
    for f in manifest["result_files"]:
        assert len(files[key(f["url"])]) == f["file_metadata"]["content_length_in_bytes"], f
        assert key(f["url"]).split("/")[-1].startswith(pages[0]["QueryId"] + "_"), f
    assert sorted(files) == names(f"{folder}/results/"), (sorted(files), names(folder))
    assert sum(f["file_metadata"]["row_count"] for f in manifest["result_files"]) == int(count) == manifest["query_metadata"]["total_row_count"]
    assert manifest["author"] == {"name": "Amazon Timestream", "manifest_file_version": "1.0"}, manifest
    return manifest, metadata, files


def frame(data):
    return pyarrow.parquet.read_table(io.BytesIO(data)).to_pandas()


write.create_database(DatabaseName="plant")
write.create_table(DatabaseName="plant", TableName="sensors")
start = int(time.time()) - 3600
texts = ["plain", 'say "hi", twice', "back\\slash", "two\nlines", "é😀", "", "a,b", "'"]
for i in range(8):
    write.write_records(DatabaseName="plant", TableName="sensors", Records=[
        {"Dimensions": [{"Name": "room", "Value": f"r{i % 3}"}], "MeasureName": "m", "MeasureValueType": "MULTI", "Time": str(start + i), "TimeUnit": "SECONDS",
         "MeasureValues": [{"Name": "x", "Value": str(i * 1.5), "Type": "DOUBLE"}, {"Name": "n", "Value": str(i), "Type": "BIGINT"}] +
         ([{"Name": "note", "Value": texts[i], "Type": "VARCHAR"}] if texts[i] else [])}])

select = "SELECT n, x, note, time, room FROM plant.sensors ORDER BY n"
times = pandas.to_datetime([start + i for i in range(8)], unit="s")

# Lines, compressed and with a header.
manifest, metadata, files = unload(select, "csv", include_header="true")
(name, data), = files.items()
assert name.endswith(".gz") and manifest["query_metadata"]["result_format"] == "CSV", manifest
got = pandas.read_csv(io.BytesIO(gzip.decompress(data)), escapechar="\\", doublequote=False, keep_default_na=False, na_values={"note": []})
assert list(got["n"]) == list(range(8)) and list(got["x"]) == [i * 1.5 for i in range(8)], got
assert list(got["note"]) == texts, list(got["note"])
assert list(pandas.to_datetime(got["time"])) == list(times), got["time"]
assert [c["Name"] for c in metadata["ColumnInfo"]] == ["n", "x", "note", "time", "room"], metadata
assert metadata["ColumnInfo"][3] == {"Name": "time", "Type": {"ScalarType": "TIMESTAMP"}}, metadata

# Parquet by partitions: their column is in the metadata and in the folders only.
manifest, metadata, files = unload(select, "parquet/by room", format="PARQUET", partitioned_by="ARRAY['room']")
assert sorted(n.split("/")[-2] for n in files) == ["room=r0", "room=r1", "room=r2"] and [c["Name"] for c in metadata["ColumnInfo"]][-1] == "room", files
for name, data in files.items():
    rest = int(name.split("/room=r")[1][0])
    got = frame(data)
    assert list(got.columns) == ["n", "x", "note", "time"] and list(got["n"]) == list(range(rest, 8, 3)), got
    assert list(got["time"]) == [times[i] for i in range(rest, 8, 3)], got["time"]
    assert [n if isinstance(n, str) else "" for n in got["note"]] == [texts[i] for i in range(rest, 8, 3)], got["note"]
    schema = pyarrow.parquet.ParquetFile(io.BytesIO(data)).schema
    assert schema.column(3).physical_type == "INT96", schema

# Series, arrays, rows, and times before 1970 and at the end of a day, to the nanosecond.
_, _, files = unload(
    "SELECT CREATE_TIME_SERIES(time, x) AS s, ARRAY[1, NULL] AS a, CAST(ROW(1, 'x') AS ROW(k bigint, v varchar)) AS r, "
    "timestamp '1969-12-31 23:59:59.999999999' AS old, timestamp '2023-12-31 23:59:59.999999999' AS late, 36h AS span, date '2020-02-29' AS day "
    "FROM plant.sensors", "nested", format="PARQUET", compression="NONE")
(name, data), = files.items()
row = pyarrow.parquet.read_table(io.BytesIO(data))
assert str(row.schema.field("s").type) == "list<element: struct<time: timestamp[ns], value: double>>", row.schema
got = row.to_pandas().iloc[0]
assert [p["value"] for p in got["s"]] == [i * 1.5 for i in range(8)] and [pandas.Timestamp(p["time"]) for p in got["s"]] == list(times), got["s"]
assert got["r"] == {"k": 1, "v": "x"} and got["span"] == "1 12:00:00.000000000" and str(got["day"]) == "2020-02-29", got
assert got["old"].value == -1 and got["late"].value == 1704067199999999999, (got["old"], got["late"])

# Many rows in several files of Parquet.
count = 2_000_000
_, _, files = unload(
    "SELECT a.x * 1000 + b.x AS n, random() AS r FROM UNNEST(sequence(0, 1999)) AS a (x) CROSS JOIN UNNEST(sequence(0, 999)) AS b (x)",
    "many", format="PARQUET", max_file_size="16MB")
assert len(files) > 1 and all(len(d) <= 16 << 20 for d in files.values()), {n: len(d) for n, d in files.items()}
got = pandas.concat(frame(d) for d in files.values())
assert len(got) == count and got["n"].sum() == count * (count - 1) // 2 and got["r"].between(0, 1).all(), got

# A failure leaves no manifest, and says why.
for statement, code, text in [
    ("SELECT n / (n - 7) AS q FROM plant.sensors", "QueryExecutionException", "ivision by zero"),
    ("SELECT a.x AS n, a.x AS p FROM UNNEST(sequence(1, 200)) AS a (x)", "QueryExecutionException", "more than 100 partitions"),
]:
    try:
        options = " WITH (partitioned_by = ARRAY['p'])" if "AS p" in statement else ""
        query.query(QueryString=f"UNLOAD ({statement}) TO 's3://{bucket}/failed'{options}")
        raise SystemExit(f"{statement} did not fail")
    except ClientError as e:
        assert e.response["Error"]["Code"] == code and text in e.response["Error"]["Message"], e.response
assert names("failed/") == [], names("failed/")
if not sys.argv[1].startswith("http"):
    target = "UNLOAD (SELECT 1 AS n) TO 's3://exports/../../etc'"
else:
    target = "UNLOAD (SELECT 1 AS n) TO 's3://not-made-yet/x'"
try:
    query.query(QueryString=target)
    raise SystemExit(f"{target} did not fail")
except ClientError as e:
    assert e.response["Error"]["Code"] == "ValidationException", e.response

prepared = query.prepare_query(QueryString=f"UNLOAD ({select}) TO 's3://{bucket}/prepared'", ValidateOnly=True)
assert [c["Name"] for c in prepared["Columns"]] == ["rows", "metadataFile", "manifestFile"] and names("prepared") == [], prepared
print("ok")
