// The AWS SDK for JavaScript v3 as it stands: endpoint and keys from the environment,
// endpoint discovery on.
import { createRequire } from "node:module";
import assert from "node:assert/strict";

const load = createRequire(process.env.TIDEMARK_TEST_MODULES + "/");
const { TimestreamWriteClient, CreateDatabaseCommand, CreateTableCommand, WriteRecordsCommand, RejectedRecordsException } = load("@aws-sdk/client-timestream-write");
const { TimestreamQueryClient, QueryCommand, paginateQuery } = load("@aws-sdk/client-timestream-query");
const { IoTClient, DescribeEndpointCommand, ListTopicRulesCommand } = load("@aws-sdk/client-iot");
const { IoTDataPlaneClient, PublishCommand } = load("@aws-sdk/client-iot-data-plane");

const write = new TimestreamWriteClient({});
const query = new TimestreamQueryClient({});
await write.send(new CreateDatabaseCommand({ DatabaseName: "jslab" }));
await write.send(new CreateTableCommand({ DatabaseName: "jslab", TableName: "things" }));
const now = Date.now();
const record = (i) => ({ Dimensions: [{ Name: "thing", Value: `t${i % 3}` }], MeasureName: "load", MeasureValue: String(i / 4), MeasureValueType: "DOUBLE", Time: String(now - i) });
const answer = await write.send(new WriteRecordsCommand({ DatabaseName: "jslab", TableName: "things", Records: Array.from({ length: 100 }, (_, i) => record(i)) }));
assert.equal(answer.RecordsIngested.Total, 100);

const { Rows, ColumnInfo } = await query.send(new QueryCommand({ QueryString: "SELECT thing, count(*) AS n, avg(measure_value::double) FROM jslab.things GROUP BY thing ORDER BY thing" }));
assert.deepEqual(ColumnInfo.map((c) => [c.Name, c.Type.ScalarType]), [["thing", "VARCHAR"], ["n", "BIGINT"], ["_col2", "DOUBLE"]]);
assert.deepEqual(Rows.map((r) => r.Data.map((d) => d.ScalarValue).slice(0, 2)), [["t0", "34"], ["t1", "33"], ["t2", "33"]]);

let pages = 0, rows = 0;
for await (const page of paginateQuery({ client: query, pageSize: 30 }, { QueryString: "SELECT * FROM jslab.things" })) {
  pages++;
  rows += page.Rows.length;
}
assert.equal(rows, 100);
assert.equal(pages, 4);

await assert.rejects(
  write.send(new WriteRecordsCommand({ DatabaseName: "jslab", TableName: "things", Records: [{ ...record(0), MeasureValue: "7" }] })),
  (e) => e instanceof RejectedRecordsException && e.RejectedRecords[0].ExistingVersion === 1 && e.$metadata.httpStatusCode === 419,
);

// Every type in every time unit.
await write.send(new CreateTableCommand({ DatabaseName: "jslab", TableName: "kinds" }));
const second = BigInt(Math.floor(now / 1000)) - 60n;
const values = { DOUBLE: ["1e-05", "1.0E-5"], BIGINT: ["9223372036854775807", "9223372036854775807"], VARCHAR: ["🌊 é", "🌊 é"], BOOLEAN: ["TRUE", "true"] };
for (const [unit, factor] of Object.entries({ SECONDS: 1n, MILLISECONDS: 1000n, MICROSECONDS: 1000000n, NANOSECONDS: 1000000000n })) {
  const at = { Dimensions: [{ Name: "unit", Value: unit }], Time: String(second * factor), TimeUnit: unit };
  const measures = Object.entries(values).map(([Type, [Value]]) => ({ Name: `as${Type}`, Value, Type }));
  await write.send(new WriteRecordsCommand({ DatabaseName: "jslab", TableName: "kinds", Records: [
    ...Object.entries(values).map(([type, [value]]) => ({ ...at, MeasureName: type, MeasureValue: value, MeasureValueType: type })),
    { ...at, MeasureName: "multi", MeasureValueType: "MULTI", MeasureValues: [...measures, { Name: "seen", Type: "TIMESTAMP", Value: at.Time }] },
  ] }));
  const want = new Date(Number(second) * 1000).toISOString().slice(0, 19).replace("T", " ") + ".000000000";
  for (const [type, [, text]] of Object.entries(values)) {
    for (const QueryString of [
      `SELECT "measure_value::${type.toLowerCase()}", time FROM jslab.kinds WHERE unit = '${unit}' AND measure_name = '${type}'`,
      `SELECT as${type}, seen FROM jslab.kinds WHERE unit = '${unit}' AND measure_name = 'multi'`,
    ]) {
      const got = (await query.send(new QueryCommand({ QueryString }))).Rows;
      assert.deepEqual(got.map((r) => r.Data.map((d) => d.ScalarValue)), [[text, want]], QueryString);
    }
  }
}

const { endpointAddress } = await new IoTClient({}).send(new DescribeEndpointCommand({ endpointType: "iot:Data-ATS" }));
assert.match(endpointAddress, /:\d+$/);
await new IoTDataPlaneClient({}).send(new PublishCommand({ topic: "any/topic", qos: 1, payload: Buffer.from("{}") }));
assert.ok(Array.isArray((await new IoTClient({}).send(new ListTopicRulesCommand({}))).rules));
console.log("ok");
