"""Databases, tables, tags and settings: every operation of the control plane, lists
longer than a page, defaults that Terraform reads back, and what is refused."""

import time

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

write, query = boto3.client("timestream-write"), boto3.client("timestream-query")


def refused(code, status, call, **arguments):
    try:
        call(**arguments)
    except ClientError as e:
        assert e.response["Error"]["Code"] == code, (arguments, e.response)
        assert e.response["ResponseMetadata"]["HTTPStatusCode"] == status, (arguments, e.response)
        return e.response["Error"]["Message"]
    raise SystemExit(f"{arguments}: {code} was not raised")


# Lists longer than a page of 20.
databases = [f"list{i:02}" for i in range(23)]
for name in databases:
    write.create_database(DatabaseName=name)
first = write.list_databases()
assert len(first["Databases"]) == 20 and first["NextToken"], first
pages, token = [], {}
while True:
    page = write.list_databases(MaxResults=7, **token)
    pages.append([d["DatabaseName"] for d in page["Databases"]])
    if "NextToken" not in page:
        break
    token = {"NextToken": page["NextToken"]}
assert [len(p) for p in pages] == [7, 7, 7, 2] and sum(pages, []) == databases, pages
for i in range(22):
    write.create_table(DatabaseName="list00", TableName=f"table{i:02}")
write.create_table(DatabaseName="list01", TableName="elsewhere")
page = write.list_tables(DatabaseName="list00")
assert len(page["Tables"]) == 20, page
rest = write.list_tables(DatabaseName="list00", NextToken=page["NextToken"])
assert [t["TableName"] for t in page["Tables"] + rest["Tables"]] == [f"table{i:02}" for i in range(22)] and "NextToken" not in rest
every, token = [], {}
while True:
    page = write.list_tables(**token)  # of all databases
    every += [(t["DatabaseName"], t["TableName"]) for t in page["Tables"]]
    if "NextToken" not in page:
        break
    token = {"NextToken": page["NextToken"]}
assert len(every) == 23 and ("list01", "elsewhere") in every, every
refused("ValidationException", 400, write.list_databases, NextToken="nonsense")
refused("ValidationException", 400, write.list_tables, DatabaseName="list00", MaxResults=20, NextToken="nonsense")
refused("ResourceNotFoundException", 404, write.list_tables, DatabaseName="nowhere")
assert write.describe_database(DatabaseName="list00")["Database"]["TableCount"] == 22
shown = [r["Data"][0]["ScalarValue"] for r in query.query(QueryString="SHOW DATABASES")["Rows"]]
assert shown == databases, shown
shown = [r["Data"][0]["ScalarValue"] for r in query.query(QueryString='SHOW TABLES FROM "list00"')["Rows"]]
assert len(shown) == 22, shown

# Defaults, updates that keep what they do not name, and limits.
table = write.describe_table(DatabaseName="list01", TableName="elsewhere")["Table"]
assert table["RetentionProperties"] == {"MemoryStoreRetentionPeriodInHours": 6, "MagneticStoreRetentionPeriodInDays": 73000}, table
assert table["Arn"] == "arn:aws:timestream:us-east-1:000000000000:database/list01/table/elsewhere", table
assert abs(table["CreationTime"].timestamp() - time.time()) < 60, table
table = write.update_table(DatabaseName="list01", TableName="elsewhere",
                           RetentionProperties={"MemoryStoreRetentionPeriodInHours": 12, "MagneticStoreRetentionPeriodInDays": 30})["Table"]
table = write.update_table(DatabaseName="list01", TableName="elsewhere", MagneticStoreWriteProperties={
    "EnableMagneticStoreWrites": True,
    "MagneticStoreRejectedDataLocation": {"S3Configuration": {"BucketName": "rejected", "ObjectKeyPrefix": "p", "EncryptionOption": "SSE_S3"}}})["Table"]
assert table["RetentionProperties"] == {"MemoryStoreRetentionPeriodInHours": 12, "MagneticStoreRetentionPeriodInDays": 30}, table
assert table["MagneticStoreWriteProperties"]["MagneticStoreRejectedDataLocation"]["S3Configuration"]["BucketName"] == "rejected", table
assert table["LastUpdatedTime"] >= table["CreationTime"], table
for memory, magnetic in [(0, 1), (8767, 1), (1, 0), (1, 73001)]:
    properties = {"MemoryStoreRetentionPeriodInHours": memory, "MagneticStoreRetentionPeriodInDays": magnetic}
    body = {"DatabaseName": "list01", "TableName": "elsewhere", "RetentionProperties": properties}
    loose = boto3.client("timestream-write", config=Config(parameter_validation=False))
    message = refused("ValidationException", 400, loose.update_table, **body)
    assert "etentionProperties" in message or "etentionPeriod" in message, message
refused("ResourceNotFoundException", 404, write.update_table, DatabaseName="list01", TableName="none")
key = {"Type": "DIMENSION", "Name": "site", "EnforcementInRecord": "REQUIRED"}
table = write.create_table(DatabaseName="list01", TableName="keyed", Schema={"CompositePartitionKey": [key]})["Table"]
assert table["Schema"] == {"CompositePartitionKey": [key]}, table
record = {"MeasureName": "m", "MeasureValue": "1", "Time": str(int(time.time() * 1000))}
try:
    write.write_records(DatabaseName="list01", TableName="keyed", Records=[{**record, "Dimensions": [{"Name": "other", "Value": "x"}]}])
    raise SystemExit("a record without the required partition dimension was stored")
except write.exceptions.RejectedRecordsException as e:
    assert len(e.response["RejectedRecords"]) == 1, e.response
write.write_records(DatabaseName="list01", TableName="keyed", Records=[{**record, "Dimensions": [{"Name": "site", "Value": "x"}]}])
refused("ValidationException", 400, write.update_table, DatabaseName="list01", TableName="keyed",
        Schema={"CompositePartitionKey": [{**key, "Name": "another"}]})
table = write.update_table(DatabaseName="list01", TableName="keyed", Schema={"CompositePartitionKey": [{**key, "EnforcementInRecord": "OPTIONAL"}]})["Table"]
assert table["Schema"]["CompositePartitionKey"][0]["EnforcementInRecord"] == "OPTIONAL", table
write.write_records(DatabaseName="list01", TableName="keyed", Records=[{**record, "Dimensions": [{"Name": "other", "Value": "x"}]}])
write.update_database(DatabaseName="list01", KmsKeyId="alias/mine")
assert "KmsKeyId" in write.describe_database(DatabaseName="list01")["Database"]

# Tags.
arn = table["Arn"]
assert write.list_tags_for_resource(ResourceARN=arn)["Tags"] == []
write.tag_resource(ResourceARN=arn, Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": ""}])
write.tag_resource(ResourceARN=arn, Tags=[{"Key": "a", "Value": "2"}])
assert sorted((t["Key"], t["Value"]) for t in write.list_tags_for_resource(ResourceARN=arn)["Tags"]) == [("a", "2"), ("b", "")]
write.untag_resource(ResourceARN=arn, TagKeys=["a", "never"])
assert write.list_tags_for_resource(ResourceARN=arn)["Tags"] == [{"Key": "b", "Value": ""}]
refused("ResourceNotFoundException", 404, write.list_tags_for_resource, ResourceARN=arn + "x")
refused("ValidationException", 400, write.tag_resource, ResourceARN="nonsense", Tags=[{"Key": "a", "Value": "1"}])

# Names.
for name in ["ab", "a b", "a/b", "x" * 257]:
    refused("ValidationException", 400, boto3.client("timestream-write", config=Config(parameter_validation=False)).create_database, DatabaseName=name)
write.create_database(DatabaseName="Odd.name-with_all")
write.create_table(DatabaseName="Odd.name-with_all", TableName="Odd.name-with_all")
write.write_records(DatabaseName="Odd.name-with_all", TableName="Odd.name-with_all", Records=[{**record, "Dimensions": []}])
assert query.query(QueryString='SELECT measure_name FROM "Odd.name-with_all"."Odd.name-with_all"')["Rows"] == [{"Data": [{"ScalarValue": "m"}]}]
refused("ResourceNotFoundException", 404, write.describe_database, DatabaseName="odd.name-with_all")  # names are compared as bytes

# Deleting: tables first; what is gone is gone, and the name is free again, empty.
message = refused("ValidationException", 400, write.delete_database, DatabaseName="list01")
write.delete_table(DatabaseName="list01", TableName="keyed")
refused("ResourceNotFoundException", 404, write.delete_table, DatabaseName="list01", TableName="keyed")
refused("ResourceNotFoundException", 404, write.write_records, DatabaseName="list01", TableName="keyed", Records=[{**record, "Dimensions": []}])
message = refused("ValidationException", 400, query.query, QueryString="SELECT * FROM list01.keyed")
assert "'keyed' not found for identifier 'list01.keyed' at line 1:15" in message, message
write.create_table(DatabaseName="list01", TableName="keyed")
assert query.query(QueryString="SELECT count(*) FROM list01.keyed")["Rows"][0]["Data"][0]["ScalarValue"] == "0"

# What this version does not serve says so by name.
for call, arguments, name in [
    (write.list_batch_load_tasks, {}, "ListBatchLoadTasks"),
    (query.list_scheduled_queries, {}, "ListScheduledQueries"),
    (query.describe_account_settings, {}, "DescribeAccountSettings"),
]:
    try:
        call(**arguments)
    except ClientError as e:
        assert name in e.response["Error"]["Message"], e.response

# A query is cancelled between two of its pages, twice; one that has ended cannot be.
text = "SELECT x FROM UNNEST(sequence(1, 5000)) AS t(x)"
page = query.query(QueryString=text, MaxRows=1000)
query.cancel_query(QueryId=page["QueryId"])
assert query.cancel_query(QueryId=page["QueryId"])["CancellationMessage"]
refused("ConflictException", 409, query.query, QueryString=text, NextToken=page["NextToken"])
refused("ValidationException", 400, query.cancel_query, QueryId="A" * 63)
refused("ValidationException", 400, query.cancel_query, QueryId=query.query(QueryString="SELECT 1")["QueryId"])

# A page token belongs to its statement, can be used again, and its successor ends it.
page = query.query(QueryString=text, MaxRows=1000)
second = query.query(QueryString=text, MaxRows=1000, NextToken=page["NextToken"])
assert query.query(QueryString=text, MaxRows=1000, NextToken=page["NextToken"])["Rows"] == second["Rows"]
assert refused("ValidationException", 400, query.query, QueryString=text + " ", NextToken=second["NextToken"]) == "Invalid pagination token"
query.query(QueryString=text, MaxRows=500, NextToken=second["NextToken"])
assert refused("ValidationException", 400, query.query, QueryString=text, NextToken=page["NextToken"]) == "Invalid pagination token"
print("ok")
