"""boto3 as it stands: endpoint and keys come from the environment, discovery is on."""

import time

import boto3
from botocore.exceptions import ClientError

write, query = boto3.client("timestream-write"), boto3.client("timestream-query")
write.create_database(DatabaseName="lab", Tags=[{"Key": "site", "Value": "north"}])
table = write.create_table(DatabaseName="lab", TableName="bench",
                           RetentionProperties={"MemoryStoreRetentionPeriodInHours": 24, "MagneticStoreRetentionPeriodInDays": 7})["Table"]
assert table["TableStatus"] == "ACTIVE", table
assert table["Schema"] == {"CompositePartitionKey": [{"Type": "MEASURE"}]}, table
assert table["MagneticStoreWriteProperties"] == {"EnableMagneticStoreWrites": False}, table
tags = write.list_tags_for_resource(ResourceARN=write.describe_database(DatabaseName="lab")["Database"]["Arn"])["Tags"]
assert tags == [{"Key": "site", "Value": "north"}], tags

now = int(time.time() * 1000)
answer = write.write_records(
    DatabaseName="lab", TableName="bench",
    CommonAttributes={"Dimensions": [{"Name": "rig", "Value": "a"}], "MeasureName": "m", "MeasureValueType": "MULTI"},
    Records=[{"Time": str(now + i), "MeasureValues": [
        {"Name": "volts", "Value": str(i / 2), "Type": "DOUBLE"},
        {"Name": "count", "Value": str(i), "Type": "BIGINT"},
        {"Name": "label", "Value": f"é{i}", "Type": "VARCHAR"},
        {"Name": "good", "Value": str(i % 2 == 0), "Type": "BOOLEAN"},
        {"Name": "seen", "Value": str(now), "Type": "TIMESTAMP"},
    ]} for i in range(10)])
assert answer["RecordsIngested"] == {"Total": 10, "MemoryStore": 10, "MagneticStore": 0}, answer

page = query.query(QueryString='SELECT rig, volts, "count", label, good, seen, time FROM lab.bench ORDER BY time DESC LIMIT 1')
names = [c["Name"] for c in page["ColumnInfo"]]
types = [c["Type"]["ScalarType"] for c in page["ColumnInfo"]]
assert names == ["rig", "volts", "count", "label", "good", "seen", "time"], names
assert types == ["VARCHAR", "DOUBLE", "BIGINT", "VARCHAR", "BOOLEAN", "TIMESTAMP", "TIMESTAMP"], types
row = [d["ScalarValue"] for d in page["Rows"][0]["Data"]]
assert row[:5] == ["a", "4.5", "9", "é9", "false"], row
assert len(row[5]) == 29 and row[5][-6:] == "000000", row

again = query.query(QueryString="SELECT 1")
assert again["Rows"] == [{"Data": [{"ScalarValue": "1"}]}] and again["ColumnInfo"][0]["Name"] == "_col0", again
for call, code, status in [
    (lambda: write.create_database(DatabaseName="lab"), "ConflictException", 409),
    (lambda: write.describe_table(DatabaseName="lab", TableName="none"), "ResourceNotFoundException", 404),
    (lambda: write.write_records(DatabaseName="lab", TableName="none", Records=[{"MeasureName": "m", "MeasureValue": "1", "Time": str(now), "Dimensions": [{"Name": "a", "Value": "b"}]}]), "ResourceNotFoundException", 404),
    (lambda: write.delete_database(DatabaseName="lab"), "ValidationException", 400),
    (lambda: query.query(QueryString="SELECT FROM"), "ValidationException", 400),
    (lambda: query.query(QueryString="SELECT 1 FROM no.where"), "ValidationException", 400),
]:
    try:
        call()
        raise SystemExit(f"{code} was not raised")
    except ClientError as e:
        assert e.response["Error"]["Code"] == code, e.response
        assert e.response["ResponseMetadata"]["HTTPStatusCode"] == status, e.response
        assert e.response["ResponseMetadata"]["RequestId"], e.response
try:
    write.write_records(DatabaseName="lab", TableName="bench", Records=[{
        "Dimensions": [{"Name": "rig", "Value": "a"}], "MeasureName": "single", "MeasureValue": "1", "Time": "1000"}])
    raise SystemExit("an old record was accepted")
except write.exceptions.RejectedRecordsException as e:
    assert e.response["ResponseMetadata"]["HTTPStatusCode"] == 419, e.response
    assert "outside the time range" in e.response["RejectedRecords"][0]["Reason"], e.response
write.delete_table(DatabaseName="lab", TableName="bench")
write.delete_database(DatabaseName="lab")
print("ok")
