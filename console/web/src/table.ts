// The result as a table.

import { button, element } from "./element";
import { brief } from "./time";
import type { Column } from "./wire";

const right = new Set(["double", "bigint", "integer"]);
const maxRows = 10_000; // beyond, a browser's table becomes slow

export class ResultTable {
  private readonly body = element("tbody", "");
  private readonly foot = element("div", "more");
  private columns: Column[] = [];
  count = 0;

  constructor(private readonly place: HTMLElement) {}

  start(columns: Column[]): void {
    this.columns = columns;
    this.count = 0;
    this.body.replaceChildren();
    this.foot.replaceChildren();
    const head = element("tr", "", ...columns.map(headCell));
    const table = element("table", "", element("thead", "", head), this.body);
    const frame = element("div", "frame", table);
    frame.tabIndex = 0; // so that the keyboard can scroll it
    this.place.replaceChildren(frame, this.foot);
    this.place.hidden = false;
  }

  add(rows: (string | null)[][]): void {
    this.body.append(...rows.map((row) => element("tr", "", ...row.map((v, i) => this.cell(v, i)))));
    this.count += rows.length;
  }

  // offer shows a button that fetches more, or says why there is none.
  offer(more: (() => void) | null): void {
    this.foot.replaceChildren();
    if (more && this.count >= maxRows) this.foot.append(`The table ends at ${maxRows} rows; narrow the statement to see others.`);
    else if (more) this.foot.append(button("quiet", "Fetch more rows", more));
  }

  clear(): void {
    this.place.hidden = true;
    this.place.replaceChildren();
  }

  private cell(value: string | null, i: number): HTMLTableCellElement {
    const kind = this.columns[i]?.kind ?? "";
    if (value === null) return element("td", "null", "NULL");
    const text = kind === "timestamp" ? brief(value) : value;
    const cell = element("td", right.has(kind) ? "number" : "", text);
    if (text !== value || text.length > 60) cell.title = value.slice(0, 4000); // the cell may be cut
    return cell;
  }
}

function headCell(c: Column): HTMLTableCellElement {
  const cell = element("th", right.has(c.kind) ? "number" : "", c.name, element("span", "type", c.type));
  cell.scope = "col";
  return cell;
}
