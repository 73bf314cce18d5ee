import { expect, test } from "vitest";

import { rangeOf } from "../src/place";

const part = (text: string, line: number, column: number, length: number) => {
  const { start, end } = rangeOf(text, { line, column, length });
  return text.slice(start, end);
};

test("a word on the first line", () => {
  expect(part("SELECT hostnam FROM t", 1, 8, 7)).toBe("hostnam");
});

test("lines count from 1 and columns in code points", () => {
  expect(part("SELECT '🌊',\n  hostnäm FROM t", 2, 3, 7)).toBe("hostnäm");
  expect(part("SELECT '🌊', b", 1, 13, 1)).toBe("b");
});

test("the end of the text shows the character before it", () => {
  expect(part("SELECT", 1, 7, 1)).toBe("T");
  expect(part("SELECT\n", 9, 1, 4)).toBe("\n");
  expect(part("", 1, 1, 1)).toBe("");
});
