"""Identity of records: first writer, equal retries, versions, upserts, multi-measure
sets, units and the order of dimensions, each as Timestream's guide says."""

import time

import boto3

write, query = boto3.client("timestream-write"), boto3.client("timestream-query")
write.create_database(DatabaseName="lab")
write.create_table(DatabaseName="lab", TableName="rows",
                   RetentionProperties={"MemoryStoreRetentionPeriodInHours": 24, "MagneticStoreRetentionPeriodInDays": 7})
now = int(time.time() * 1000)


def put(*records, **common):
    """Returns {} when all were stored, and the rejected ones by index otherwise."""
    try:
        answer = write.write_records(DatabaseName="lab", TableName="rows", Records=list(records), CommonAttributes=common)
        assert answer["RecordsIngested"]["Total"] == len(records), answer
        return {}
    except write.exceptions.RejectedRecordsException as e:
        assert e.response["Message"] == "One or more records have been rejected. See RejectedRecords for details.", e.response
        assert e.response["ResponseMetadata"]["HTTPStatusCode"] == 419, e.response
        return {r["RecordIndex"]: (r["Reason"], r.get("ExistingVersion")) for r in e.response["RejectedRecords"]}


def record(name, value, version=None, **more):
    r = {"Dimensions": [{"Name": "d", "Value": name}], "MeasureName": "m", "Time": str(now), **more}
    if "MeasureValues" not in r:
        r["MeasureValue"] = value
    if version is not None:
        r["Version"] = version
    return r


def value(name, column='"measure_value::double"'):
    return [[d.get("ScalarValue") for d in r["Data"]] for r in
            query.query(QueryString=f"SELECT {column} FROM lab.rows WHERE d = '{name}' ORDER BY time")["Rows"]]


SAME = ("A record already exists with the same time, dimensions, measure name, and record version. A higher record version "
        "must be specified in order to update the measure value. Specifying record version is supported by the latest SDKs.")


def lower(version, existing):
    return f"The record version {version} is lower than the existing version {existing}. A higher version is required to update the measure value."


# What is stored, what comes, the rejection, and the value afterwards (spec 2.5).
for name, stored, incoming, rejection, after in [
    ("nothing stored", None, ("1", 5), None, "1.0"),
    ("higher, different", ("1", 5), ("2", 6), None, "2.0"),
    ("higher, same", ("1", 5), ("1", 6), None, "1.0"),
    ("equal, same", ("1", 5), ("1", 5), None, "1.0"),
    ("equal, same number in other words", ("1", 5), ("1.00e0", 5), None, "1.0"),
    ("equal, different", ("1", 5), ("2", 5), (SAME, 5), "1.0"),
    ("lower, different", ("1", 200), ("2", 2), (lower(2, 200), 200), "1.0"),
    ("lower, same", ("1", 200), ("1", 2), None, "1.0"),
    ("no versions, same", ("1", None), ("1", None), None, "1.0"),
    ("no versions, different", ("1", None), ("2", None), (SAME, 1), "1.0"),
    ("no version is 1", ("1", None), ("2", 2), None, "2.0"),
    ("epoch milliseconds", ("1", now), ("2", now + 1), None, "2.0"),
    ("the largest version", ("1", 2**63 - 2), ("2", 2**63 - 1), None, "2.0"),
]:
    if stored:
        assert put(record(name, *stored)) == {}, name
    got = put(record(name, *incoming))
    want = {0: rejection} if rejection else {}
    assert got == want, (name, got, want)
    assert value(name) == [[after]], (name, value(name))

# The version rises even when the value stays: a lower one is refused afterwards.
assert put(record("higher, same", "3", 5)) == {0: (lower(5, 6), 6)}
# A lower version with the same value leaves the version as it is.
assert put(record("lower, same", "9", 199)) == {0: (lower(199, 200), 200)}

# In one request: later records see earlier ones; the good ones are stored.
got = put(record("one request", "1"), record("one request", "2"), record("one request", "1"), record("one request", "3", 2), record("other", "7"))
assert got == {1: (SAME, 1)}, got
assert value("one request") == [["3.0"]] and value("other") == [["7.0"]]

# The same instant in other units, dimensions in another order: the same record.
first = {"Dimensions": [{"Name": "d", "Value": "units"}, {"Name": "e", "Value": "x"}], "MeasureName": "m", "MeasureValue": "1"}
assert put({**first, "Time": str(now)}) == {}
for unit, factor in [("MICROSECONDS", 1000), ("NANOSECONDS", 1000000)]:
    turned = {**first, "Dimensions": first["Dimensions"][::-1], "Time": str(now * factor), "TimeUnit": unit}
    assert put(turned) == {}, unit
    assert put({**turned, "MeasureValue": "2"}) == {0: (SAME, 1)}, unit
assert put({**first, "Time": str(now * 1000000 + 1), "TimeUnit": "NANOSECONDS", "MeasureValue": "2"}) == {}  # one nanosecond later
assert len(value("units")) == 2
second = now // 1000 * 1000
assert put({**first, "Time": str(second // 1000), "TimeUnit": "SECONDS", "MeasureValue": "5"}, ) == {}
assert put({**first, "Time": str(second), "MeasureValue": "6"}) == {0: (SAME, 1)}

# Another measure name, another dimension value, one dimension more: other records.
for other in [{"MeasureName": "n"}, {"Dimensions": [{"Name": "d", "Value": "units"}]},
              {"Dimensions": first["Dimensions"] + [{"Name": "f", "Value": "y"}]}]:
    assert put({**first, "Time": str(now), "MeasureValue": "8", **other}) == {}, other

# The type belongs to the value: the same digits of another type differ.
assert put(record("typed", "1")) == {}
assert put(record("typed", "1", MeasureValueType="BIGINT")) == {0: (SAME, 1)}
assert put(record("typed", "1", 2, MeasureValueType="BIGINT")) == {}
assert value("typed", '"measure_value::double", "measure_value::bigint"') == [[None, "1"]]


def multi(name, version, **values):
    kinds = {str: "VARCHAR", float: "DOUBLE", int: "BIGINT", bool: "BOOLEAN"}
    return record(name, None, version, MeasureValueType="MULTI",
                  MeasureValues=[{"Name": k, "Value": str(v), "Type": kinds[type(v)]} for k, v in values.items()])


# Multi-measure: the whole set counts, and a higher version replaces the whole set.
assert put(multi("multi", 1, a=1.5, b=2, c="x", g=True)) == {}
assert put(multi("multi", 1, g=True, c="x", b=2, a=1.5)) == {}  # the order does not count
assert put(multi("multi", 1, a=1.5, b=3, c="x", g=True)) == {0: (SAME, 1)}
assert put(multi("multi", 1, a=1.5)) == {0: (SAME, 1)}  # a part is another value
assert value("multi", "a, b, c, g") == [["1.5", "2", "x", "true"]]
assert put(multi("multi", 2, a=2.5, c="y")) == {}
assert value("multi", "a, b, c, g") == [["2.5", None, "y", None]]
# An attribute has one type for ever.
got = put(multi("multi", 3, a="text"))
assert list(got) == [0] and "a" in got[0][0], got
assert value("multi", "a, c") == [["2.5", "y"]]

# Both edges of the window, which is open at the future end.
got = put({**record("late", "1"), "Time": str(now - 26 * 3600_000)}, {**record("soon", "1"), "Time": str(now + 14 * 60_000)},
          {**record("future", "1"), "Time": str(now + 17 * 60_000)})
assert sorted(got) == [0, 2], got
assert all(r.startswith("The record timestamp is outside the time range [") and r.endswith(") of the memory store.") for r, _ in got.values()), got
write.update_table(DatabaseName="lab", TableName="rows", MagneticStoreWriteProperties={"EnableMagneticStoreWrites": True})
answer = write.write_records(DatabaseName="lab", TableName="rows", Records=[
    {**record("late", "1"), "Time": str(now - 26 * 3600_000)}, {**record("fresh", "1")}])
assert answer["RecordsIngested"] == {"Total": 2, "MemoryStore": 1, "MagneticStore": 1}, answer
got = put({**record("too late", "1"), "Time": str(now - 9 * 24 * 3600_000)})
assert got[0][0].endswith(") of the data ingestion window."), got
assert put({**record("late", "1"), "Time": str(now - 26 * 3600_000)}) == {}  # an equal retry, in the magnetic store
assert put({**record("late", "2"), "Time": str(now - 26 * 3600_000)}) == {0: (SAME, 1)}
print("ok")
