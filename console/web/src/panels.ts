// From a result to charts. A result with a timestamp column and a numeric column gets
// one panel per measure (a value of measure_name, or a numeric column), because
// measures differ in unit and size. Inside a panel there is one line for each
// combination of the other varchar columns' values.

import { seconds } from "./time";
import type { Column } from "./wire";

export interface Line {
  label: string;
  values: (number | null)[]; // one per x, null where the line has no point
}

export interface Panel {
  title: string;
  x: number[]; // seconds, ascending
  lines: Line[];
  hidden: number; // lines left out because there are too many
}

export const maxLines = 8;
export const maxPanels = 6;

const numeric = new Set(["double", "bigint", "integer"]);

type Rows = readonly (readonly (string | null)[])[];

interface Draft {
  title: string;
  lines: Map<string, Map<number, number>>; // by label, then by second
}

export function panels(columns: readonly Column[], rows: Rows): Panel[] {
  const time = columns.findIndex((c) => c.kind === "timestamp");
  const values = indexes(columns, (c) => numeric.has(c.kind));
  if (time < 0 || values.length === 0) return [];
  const drafts = collect(columns, rows, time, values);
  return drafts.map(finish).filter((p) => p.x.length > 1).slice(0, maxPanels);
}

function collect(columns: readonly Column[], rows: Rows, time: number, values: number[]): Draft[] {
  const measure = columns.findIndex((c) => c.kind === "varchar" && c.name === "measure_name");
  const keys = indexes(columns, (c, i) => c.kind === "varchar" && i !== measure).filter((i) => varies(rows, i));
  const drafts = new Map<string, Draft>();
  for (const row of rows) {
    const at = seconds(row[time] ?? "");
    if (Number.isNaN(at)) continue;
    const label = keys.map((i) => row[i] ?? "NULL").join(" · ");
    for (const i of values) {
      const value = number(row[i]);
      if (value === null) continue;
      const title = titleOf(columns[i]!.name, measure < 0 ? null : (row[measure] ?? "NULL"));
      put(drafts, title, label || title, at, value);
    }
  }
  return [...drafts.values()];
}

// titleOf names a panel: the measure, and the column unless it only says the type of
// a measure's value.
function titleOf(column: string, measure: string | null): string {
  if (measure === null) return column;
  return column.startsWith("measure_value::") ? measure : `${measure} ${column}`;
}

function put(drafts: Map<string, Draft>, title: string, label: string, at: number, value: number): void {
  let draft = drafts.get(title);
  if (!draft) drafts.set(title, (draft = { title, lines: new Map() }));
  let line = draft.lines.get(label);
  if (!line) draft.lines.set(label, (line = new Map()));
  line.set(at, value);
}

// finish keeps the lines that come first by name and puts them on one time axis.
function finish(draft: Draft): Panel {
  const named = [...draft.lines].sort(([a], [b]) => a.localeCompare(b, "en", { numeric: true }));
  const shown = named.slice(0, maxLines);
  const x = [...new Set(shown.flatMap(([, points]) => [...points.keys()]))].sort((a, b) => a - b);
  return {
    title: draft.title,
    x,
    lines: shown.map(([label, points]) => ({ label, values: x.map((at) => points.get(at) ?? null) })),
    hidden: named.length - shown.length,
  };
}

function indexes(columns: readonly Column[], wanted: (c: Column, i: number) => boolean): number[] {
  return columns.flatMap((c, i) => (wanted(c, i) ? [i] : []));
}

function varies(rows: Rows, column: number): boolean {
  return rows.some((row) => row[column] !== rows[0]![column]);
}

// number is null for NULL and for what a chart cannot show (NaN, Infinity).
function number(text: string | null | undefined): number | null {
  if (text === null || text === undefined) return null;
  const n = Number(text);
  return Number.isFinite(n) ? n : null;
}
