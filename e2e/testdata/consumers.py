"""The statements that Grafana's data source, the JDBC and ODBC drivers, awswrangler,
Telegraf and the Prometheus connector send, and what they take from the answers."""

import time
from datetime import datetime

import boto3
from botocore.config import Config

write = boto3.client("timestream-write")
query = boto3.client("timestream-query")


def ask(sql, **more):
    answer = query.query(QueryString=sql, **more)
    assert answer["QueryId"] and all("Name" in c for c in answer["ColumnInfo"]), answer
    return answer


def rows(sql, **more):
    return [[d.get("ScalarValue") for d in r["Data"]] for r in ask(sql, **more)["Rows"]]


# Telegraf: a write to a missing table makes it with both retentions, then comes again;
# an empty CommonAttributes, numbers without exponent, the coarsest unit.
write.create_database(DatabaseName="metrics")
now = int(time.time())
records = [{"Dimensions": [{"Name": "host", "Value": "h1"}], "MeasureName": "usage_idle", "MeasureValue": "97.5", "MeasureValueType": "DOUBLE",
            "Time": str(now), "TimeUnit": "SECONDS"},
           {"Dimensions": [], "MeasureName": "uptime", "MeasureValue": "9223372036854775807", "MeasureValueType": "BIGINT", "Time": str(now), "TimeUnit": "SECONDS"}]
try:
    write.write_records(DatabaseName="metrics", TableName="cpu", CommonAttributes={}, Records=records)
    raise SystemExit("a missing table was written to")
except write.exceptions.ResourceNotFoundException:
    pass
write.create_table(DatabaseName="metrics", TableName="cpu", Tags=[{"Key": "by", "Value": "telegraf"}],
                   RetentionProperties={"MemoryStoreRetentionPeriodInHours": 24, "MagneticStoreRetentionPeriodInDays": 30})
write.write_records(DatabaseName="metrics", TableName="cpu", CommonAttributes={}, Records=records)

# awswrangler: everything in common but dimensions, time and value; Python's True and exponents.
answer = write.write_records(
    DatabaseName="metrics", TableName="cpu",
    CommonAttributes={"Version": 1, "TimeUnit": "MILLISECONDS", "MeasureName": "frame", "MeasureValueType": "MULTI"},
    Records=[{"Time": str(now * 1000 + i), "Dimensions": [{"Name": "host", "Value": f"h{i}", "DimensionValueType": "VARCHAR"}],
              "MeasureValues": [{"Name": "load", "Value": str(1e-05 * i), "Type": "DOUBLE"}, {"Name": "up", "Value": str(i == 1), "Type": "BOOLEAN"},
                                {"Name": "seen", "Value": str(now * 1000 + i), "Type": "TIMESTAMP"}]} for i in range(3)])
assert answer["RecordsIngested"]["Total"] == 3, answer
assert rows('SELECT load, up, seen FROM metrics.cpu WHERE measure_name = \'frame\' ORDER BY host')[1][:2] == ["1.0E-5", "true"]
for text, in rows("SELECT time FROM metrics.cpu UNION ALL SELECT seen FROM metrics.cpu WHERE seen IS NOT NULL"):
    datetime.strptime(text[:-3], "%Y-%m-%d %H:%M:%S.%f")  # its nine-digit rule
assert len(rows('SELECT * FROM "metrics"."cpu" DESC LIMIT 10')) == 5  # DESC reads as an alias

# Grafana. The first page alone is read.
assert rows("SELECT 1") == [["1"]]
assert rows("SHOW DATABASES") == [["metrics"]] and ask("SHOW DATABASES")["ColumnInfo"][0]["Name"] == "Database"
assert rows('SHOW TABLES FROM "metrics"') == [["cpu"]] and ask('SHOW TABLES FROM "metrics"')["ColumnInfo"][0]["Name"] == "Table"
answer = ask('SHOW MEASURES FROM "metrics"."cpu"')
assert [c["Name"] for c in answer["ColumnInfo"]] == ["measure_name", "data_type", "dimensions"], answer
assert answer["ColumnInfo"][2]["Type"] == {"ArrayColumnInfo": {"Type": {"RowColumnInfo": [
    {"Name": "dimension_name", "Type": {"ScalarType": "VARCHAR"}}, {"Name": "data_type", "Type": {"ScalarType": "VARCHAR"}}]}}}, answer
measures = {r["Data"][0]["ScalarValue"]: (r["Data"][1]["ScalarValue"], [d["RowValue"]["Data"][0]["ScalarValue"] for d in r["Data"][2]["ArrayValue"]])
            for r in answer["Rows"]}
assert measures == {"usage_idle": ("double", ["host"]), "uptime": ("bigint", []), "frame": ("multi", ["host"])}, measures
start, end = now * 1000 - 3600_000, now * 1000 + 60_000
panel = (f'SELECT host, CREATE_TIME_SERIES(t, v) AS s FROM (SELECT host, bin(time, 60000ms) AS t, avg(measure_value::double) AS v FROM "metrics"."cpu" '
         f"WHERE time BETWEEN from_milliseconds({start}) AND from_milliseconds({end}) AND measure_name = 'usage_idle' GROUP BY host, bin(time, 60000ms)) GROUP BY host")
answer = ask(panel)
assert answer["Rows"][0]["Data"][1]["TimeSeriesValue"][0]["Value"] == {"ScalarValue": "97.5"}, answer
assert rows(f'SELECT count(*) FROM "metrics"."cpu" WHERE time BETWEEN from_milliseconds({start}) AND from_milliseconds({end}) AND host IN (\'h1\',\'h2\')') == [["3"]]

# JDBC.
assert rows("SHOW DATABASES LIKE 'met%'") == [["metrics"]] and rows("SHOW DATABASES LIKE 'x%'") == []
assert rows("SHOW TABLES FROM \"metrics\" LIKE 'c_u'") == [["cpu"]] and rows("SHOW TABLES FROM \"metrics\" LIKE '%z'") == []
described = ask('DESCRIBE "metrics"."cpu"')
assert [c["Name"] for c in described["ColumnInfo"]] == ["Column", "Type", "Timestream attribute type"], described
assert sorted(map(tuple, rows('DESCRIBE "metrics"."cpu"'))) == sorted([
    ("host", "varchar", "DIMENSION"), ("measure_name", "varchar", "MEASURE_NAME"), ("time", "timestamp", "TIMESTAMP"),
    ("measure_value::double", "double", "MEASURE_VALUE"), ("measure_value::bigint", "bigint", "MEASURE_VALUE"),
    ("load", "double", "MULTI"), ("up", "boolean", "MULTI"), ("seen", "timestamp", "MULTI")])
empty = ask("SELECT * FROM (SELECT host, load FROM metrics.cpu) LIMIT 0")
assert empty["Rows"] == [] and [c["Name"] for c in empty["ColumnInfo"]] == ["host", "load"], empty
assert len(rows("SELECT * FROM metrics.cpu", MaxRows=1000)) == 5

# ODBC: keywords in lower case.
assert rows('describe "metrics"."cpu"') == rows('DESCRIBE "metrics"."cpu"')
assert rows("show databases like '%'") == [["metrics"]]

# The Prometheus connector.
assert rows(f'SELECT * FROM "metrics"."cpu" WHERE measure_name = \'usage_idle\' AND REGEXP_LIKE("host", \'^h.$\') '
            f"AND time BETWEEN FROM_UNIXTIME({now - 60}) AND FROM_UNIXTIME({now + 60})")[0][0] == "h1"

# An endpoint in code, without discovery, and an explicit one with it.
direct = boto3.client("timestream-query", endpoint_url=query.meta.endpoint_url, config=Config(endpoint_discovery_enabled=False))
assert direct.query(QueryString="SELECT 1")["Rows"] == [{"Data": [{"ScalarValue": "1"}]}]
endpoint, = direct.describe_endpoints()["Endpoints"]
assert endpoint["Address"] == query.meta.endpoint_url and endpoint["CachePeriodInMinutes"] == 1440, endpoint
print("ok")
