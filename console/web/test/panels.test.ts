import { expect, test } from "vitest";

import { maxLines, panels } from "../src/panels";
import type { Column } from "../src/wire";

const column = (name: string, kind: string): Column => ({ name, kind, type: kind });
const at = (second: number) => `1970-01-01 00:00:0${second}.000000000`;

test("no time or no number, no panel", () => {
  expect(panels([column("a", "varchar"), column("n", "double")], [["x", "1.0"]])).toEqual([]);
  expect(panels([column("t", "timestamp"), column("a", "varchar")], [[at(1), "x"]])).toEqual([]);
  expect(panels([column("t", "timestamp"), column("n", "double")], [])).toEqual([]);
});

test("one instant is no line", () => {
  expect(panels([column("t", "timestamp"), column("n", "double")], [[at(1), "1.0"]])).toEqual([]);
});

test("lines by the varchar columns that vary, on one ascending axis", () => {
  const columns = [column("room", "varchar"), column("site", "varchar"), column("t", "timestamp"), column("mean", "double")];
  const rows = [
    ["b", "home", at(3), "3.5"],
    ["a", "home", at(1), "1.0"],
    ["b", "home", at(1), "2.0"],
    ["a", "home", at(2), null],
  ];
  expect(panels(columns, rows)).toEqual([
    {
      title: "mean",
      x: [1, 3],
      lines: [
        { label: "a", values: [1, null] },
        { label: "b", values: [2, 3.5] },
      ],
      hidden: 0,
    },
  ]);
});

test("a panel for each measure, and for each numeric column", () => {
  const single = [column("measure_name", "varchar"), column("time", "timestamp"), column("measure_value::double", "double"), column("measure_value::bigint", "bigint")];
  const rows = [
    ["temperature", at(1), "20.5", null],
    ["pressure", at(1), null, "101000"],
    ["temperature", at(2), "20.6", null],
    ["pressure", at(2), null, "101001"],
  ];
  expect(panels(single, rows).map((p) => [p.title, p.lines.map((l) => l.label), p.lines[0]?.values])).toEqual([
    ["temperature", ["temperature"], [20.5, 20.6]],
    ["pressure", ["pressure"], [101000, 101001]],
  ]);
  const wide = [column("t", "timestamp"), column("low", "double"), column("high", "double")];
  expect(panels(wide, [[at(1), "1.0", "2.0"], [at(2), "1.5", "NaN"], [at(3), "1.6", "2.2"]]).map((p) => [p.title, p.x])).toEqual([
    ["low", [1, 2, 3]],
    ["high", [1, 3]],
  ]);
});

test("too many lines are left out and counted, in the order people expect", () => {
  const columns = [column("d", "varchar"), column("t", "timestamp"), column("n", "bigint")];
  const rows = Array.from({ length: 12 }, (_, i) => [1, 2].map((s) => [`d${i}`, at(s), "1"])).flat();
  const [panel] = panels(columns, rows);
  expect(panel?.hidden).toBe(12 - maxLines);
  expect(panel?.lines.map((l) => l.label)).toEqual(["d0", "d1", "d2", "d3", "d4", "d5", "d6", "d7"]);
});
