import { expect, test } from "vitest";

import { brief, seconds } from "../src/time";

test("timestamps are UTC", () => {
  expect(seconds("1970-01-02 00:00:01.500000000")).toBe(86401.5);
  expect(seconds("2026-01-01 00:00:00.000000000")).toBe(1767225600);
  expect(seconds("yesterday")).toBeNaN();
});

test("zeros that say nothing are left out", () => {
  expect(brief("2026-01-01 10:20:30.000000000")).toBe("2026-01-01 10:20:30");
  expect(brief("2026-01-01 10:20:30.120000000")).toBe("2026-01-01 10:20:30.12");
  expect(brief("2026-01-01 10:20:30.000000001")).toBe("2026-01-01 10:20:30.000000001");
});
