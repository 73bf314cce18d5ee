"""The control and data planes of IoT through boto3 over HTTPS: publishing at QoS 1 with
every MQTT 5 property, retained messages, the life of a rule, chains of rules, Basic
Ingest."""

import base64
import json
import os
import queue
import time

import boto3
import paho.mqtt.client as mqtt
from botocore.exceptions import ClientError

iot, write, query = boto3.client("iot"), boto3.client("timestream-write"), boto3.client("timestream-query")
address = iot.describe_endpoint(endpointType="iot:Data-ATS")["endpointAddress"]
data = boto3.client("iot-data", endpoint_url="https://" + address)


def refused(code, status, call, **arguments):
    try:
        call(**arguments)
    except ClientError as e:
        assert (e.response["Error"]["Code"], e.response["ResponseMetadata"]["HTTPStatusCode"]) == (code, status), e.response
        return e.response["Error"]["Message"]
    raise SystemExit(f"{arguments}: {code} was not raised")


def client(name):
    c = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id=name, protocol=mqtt.MQTTv5)
    c.inbox, c.subscribed = queue.Queue(), queue.Queue()
    c.on_message = lambda c, u, m: c.inbox.put(m)
    c.on_subscribe = lambda c, u, mid, codes, p: c.subscribed.put(codes)
    host, port = os.environ["TIDEMARK_TEST_MQTT"].rsplit(":", 1)
    c.connect(host, int(port))
    c.loop_start()
    return c


def subscribe(c, *topics):
    c.subscribe([(t, mqtt.SubscribeOptions(qos=1)) for t in topics])
    codes = c.subscribed.get(timeout=60)
    assert all(not r.is_failure for r in codes), codes


def nothing(c):
    """What was published before a marker has arrived or never will."""
    data.publish(topic="marker", qos=1, payload=b"")
    m = c.inbox.get(timeout=60)
    assert m.topic == "marker", (m.topic, m.payload)


listener = client("listener")
subscribe(listener, "door/#", "out/#", "marker")

# Publish with every property; the topic arrives percent-encoded, slashes and all.
data.publish(topic="door/a b//é", qos=1, payload=b"\x00\xff", contentType="application/cbor", responseTopic="door/answers",
             correlationData=base64.b64encode(b"c1").decode(), messageExpiry=300, payloadFormatIndicator="UNSPECIFIED_BYTES",
             userProperties=[{"k": "v"}, {"k": "w"}])
m = listener.inbox.get(timeout=60)
assert (m.topic, m.payload, m.qos, m.retain) == ("door/a b//é", b"\x00\xff", 1, False), m
p = m.properties
assert (p.ContentType, p.ResponseTopic, p.CorrelationData) == ("application/cbor", "door/answers", b"c1"), p
assert p.UserProperty == [("k", "v"), ("k", "w")] and 200 <= p.MessageExpiryInterval <= 300, p
for topic in ["a/#", "a/+"]:
    refused("InvalidRequestException", 400, data.publish, topic=topic, qos=1, payload=b"x")
refused("ForbiddenException", 403, data.publish, topic="$SYS/x", qos=1, payload=b"x")
for topic in ["x" * 257, "/".join("abcdefghi")]:
    refused("RequestEntityTooLargeException", 413, data.publish, topic=topic, qos=1, payload=b"x")
refused("RequestEntityTooLargeException", 413, data.publish, topic="big", qos=1, payload=b"x" * (128 * 1024 + 1))
data.publish(topic="big", qos=0, payload=b"x" * 100_000)

# Retained messages.
for i in range(25):
    data.publish(topic=f"state/{i:02}", qos=i % 2, retain=True, payload=json.dumps({"i": i}))
data.publish(topic="state/00", qos=1, retain=True, payload=b"newer", userProperties=[{"a": "b"}])
got = data.get_retained_message(topic="state/00")
assert got["payload"] == b"newer" and got["qos"] == 1 and got["topic"] == "state/00", got
assert abs(got["lastModifiedTime"] / 1000 - time.time()) < 60 and json.loads(got["userProperties"]) == [{"a": "b"}], got
first = data.list_retained_messages(maxResults=20)
second = data.list_retained_messages(maxResults=20, nextToken=first["nextToken"])
topics = [t["topic"] for t in first["retainedTopics"] + second["retainedTopics"]]
assert sorted(topics) == [f"state/{i:02}" for i in range(25)] and "nextToken" not in second, topics
assert {t["payloadSize"] for t in second["retainedTopics"] + first["retainedTopics"] if t["topic"] == "state/00"} == {5}
late = client("late")
subscribe(late, "state/07")
m = late.inbox.get(timeout=60)
assert m.retain and json.loads(m.payload) == {"i": 7}, m.payload
data.publish(topic="state/07", qos=1, retain=True, payload=b"")
assert late.inbox.get(timeout=60).payload == b""
refused("ResourceNotFoundException", 404, data.get_retained_message, topic="state/07")

# The life of a rule: its version, replacement, disabling, listing, tags, deletion.
write.create_database(DatabaseName="plant")
write.create_table(DatabaseName="plant", TableName="lines", RetentionProperties={"MemoryStoreRetentionPeriodInHours": 24, "MagneticStoreRetentionPeriodInDays": 7})
role = "arn:aws:iam::000000000000:role/rule"


def republish(topic, **more):
    return {"republish": {"roleArn": role, "topic": topic, "qos": 1, **more}}


def payload(sql, *actions, **more):
    return {"sql": sql, "actions": list(actions), "awsIotSqlVersion": "2016-03-23", **more}


def send(topic, **body):
    data.publish(topic=topic, qos=1, payload=json.dumps(body))


def receive():
    m = listener.inbox.get(timeout=60)
    return m.topic, json.loads(m.payload)


iot.create_topic_rule(ruleName="life", topicRulePayload=payload("SELECT v FROM 'life/in'", republish("out/one"), description="first"), tags="team=a&line=1")
send("life/in", v=1, w=2)
assert receive() == ("out/one", {"v": 1})
rule = iot.get_topic_rule(ruleName="life")
assert rule["ruleArn"] == "arn:aws:iot:us-east-1:000000000000:rule/life" and rule["rule"]["awsIotSqlVersion"] == "2016-03-23", rule
assert rule["rule"]["ruleDisabled"] is False and rule["rule"]["description"] == "first", rule
created = rule["rule"]["createdAt"]
assert {t["Key"]: t["Value"] for t in iot.list_tags_for_resource(resourceArn=rule["ruleArn"])["tags"]} == {"team": "a", "line": "1"}
iot.disable_topic_rule(ruleName="life")
assert iot.get_topic_rule(ruleName="life")["rule"]["ruleDisabled"] is True
send("life/in", v=2)
nothing(listener)
assert [r["ruleName"] for r in iot.list_topic_rules(ruleDisabled=True)["rules"]] == ["life"]
iot.enable_topic_rule(ruleName="life")
send("life/in", v=3)
assert receive() == ("out/one", {"v": 3})
iot.replace_topic_rule(ruleName="life", topicRulePayload=payload("SELECT v + 1 AS n FROM 'life/other'", republish("out/two")))
rule = iot.get_topic_rule(ruleName="life")["rule"]
assert rule["createdAt"] == created and not rule.get("description"), rule
send("life/in", v=4)
nothing(listener)
send("life/other", v=4)
assert receive() == ("out/two", {"n": 5})
assert [r["topicPattern"] for r in iot.list_topic_rules()["rules"]] == ["life/other"]
for i in range(5):
    iot.create_topic_rule(ruleName=f"more{i}", topicRulePayload=payload("SELECT * FROM 'never'"))
page = iot.list_topic_rules(maxResults=4)
rest = iot.list_topic_rules(maxResults=4, nextToken=page["nextToken"])
assert len(page["rules"]) == 4 and len(rest["rules"]) == 2 and "nextToken" not in rest, (page, rest)
iot.delete_topic_rule(ruleName="life")
send("life/other", v=5)
nothing(listener)
message = refused("UnauthorizedException", 401, iot.get_topic_rule, ruleName="life")
assert message == "Access to topic rule 'life' was denied", message
refused("SqlParseException", 400, iot.create_topic_rule, ruleName="bad", topicRulePayload=payload("SELECT FROM WHERE"))
refused("SqlParseException", 400, iot.create_topic_rule, ruleName="bad", topicRulePayload=payload("SELECT fly(v) FROM 'x'"))
refused("SqlParseException", 400, iot.create_topic_rule, ruleName="bad", topicRulePayload=payload("SELECT * FROM 'x'", republish("out/${")))
refused("InvalidRequestException", 400, iot.create_topic_rule, ruleName="bad", topicRulePayload=payload("SELECT * FROM 'x'", awsIotSqlVersion="1999-01-01"))
refused("InvalidRequestException", 400, iot.create_topic_rule, ruleName="bad", topicRulePayload=payload("SELECT * FROM 'x'", {"kinesis": {"roleArn": role, "streamName": ""}}))

# An action that is known and not run fails by its name; the others run, and the error action tells.
iot.create_topic_rule(ruleName="foreign", topicRulePayload=payload(
    "SELECT * FROM 'foreign'", {"kinesis": {"roleArn": role, "streamName": "s"}}, republish("out/foreign"), errorAction=republish("out/failed")))
send("foreign", v=1)
got = dict([receive(), receive()])
assert got["out/foreign"] == {"v": 1}, got
assert got["out/failed"]["ruleName"] == "foreign" and got["out/failed"]["failures"][0]["failedAction"] == "KinesisAction", got
assert json.loads(base64.b64decode(got["out/failed"]["base64OriginalPayload"])) == {"v": 1}, got

# A chain of rules ends in a table; a loop ends after ten rounds.
iot.create_topic_rule(ruleName="chain1", topicRulePayload=payload("SELECT v * 2 AS v, topic(2) AS line FROM 'chain/+'", republish("door/${topic(2)}/2")))
iot.create_topic_rule(ruleName="chain2", topicRulePayload=payload(
    "SELECT v + 1 AS v FROM 'door/+/2' WHERE v < 100",
    {"timestream": {"roleArn": role, "databaseName": "plant", "tableName": "lines", "dimensions": [{"name": "line", "value": "${line}"}, {"name": "via", "value": "${topic(3)}"}]}}))
send("chain/l7", v=10)
send("chain/l8", v=60)
assert [receive(), receive()] == [("door/l7/2", {"v": 20, "line": "l7"}), ("door/l8/2", {"v": 120, "line": "l8"})]
table = query.query(QueryString='SELECT line, via, measure_name, "measure_value::bigint" FROM plant.lines')["Rows"]  # Publish waited for it
assert [[d["ScalarValue"] for d in r["Data"]] for r in table] == [["l7", "2", "v", "21"]], table
iot.create_topic_rule(ruleName="loop", topicRulePayload=payload("SELECT n + 1 AS n FROM 'out/loop'", republish("out/loop")))
send("out/loop", n=0)
seen = [receive()[1]["n"] for _ in range(11)]
assert seen == list(range(11)), seen
try:
    raise SystemExit(f"an eleventh round: {listener.inbox.get(timeout=1).payload}")
except queue.Empty:
    pass

# Basic Ingest reaches its rule alone: no subscriber, no other rule, FROM is ignored.
iot.create_topic_rule(ruleName="ingest", topicRulePayload=payload("SELECT v, topic() AS t, topic(1) AS first FROM 'elsewhere'", republish("out/ingested")))
iot.create_topic_rule(ruleName="all", topicRulePayload=payload("SELECT * FROM '#' WHERE spy = true", republish("out/all")))
send("$aws/rules/ingest/line/5", v=7, spy=True)
assert receive() == ("out/ingested", {"v": 7, "t": "line/5", "first": "line"})
listener.publish("$aws/rules/ingest/line/6", json.dumps({"v": 8}), qos=1).wait_for_publish(60)
assert receive() == ("out/ingested", {"v": 8, "t": "line/6", "first": "line"})
send("$aws/rules/nobody/x", v=9)
iot.disable_topic_rule(ruleName="ingest")
send("$aws/rules/ingest/line/7", v=10)
nothing(listener)
refused("ForbiddenException", 403, data.publish, topic="$aws/rules/ingest", qos=1, retain=True, payload=b"{}")
print("ok")
