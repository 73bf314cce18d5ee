// The databases, their tables and the tables' columns, fetched as they are opened.

import { schema } from "./api";
import { button, element } from "./element";
import type { Level } from "./wire";

const roles: Record<string, string> = { DIMENSION: "dimension", MEASURE_NAME: "measure name", TIMESTAMP: "time", MEASURE_VALUE: "measure", MULTI: "measure" };

// quoted makes an identifier of any name.
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

export class Tree {
  constructor(
    private readonly place: HTMLElement,
    private readonly use: (statement: string) => void,
    private readonly trouble: (e: unknown) => void,
  ) {}

  async load(): Promise<void> {
    const level = await this.fetch();
    if (!level) return;
    const databases = level.databases ?? [];
    this.place.replaceChildren(...databases.map((d, i) => this.database(d, i === 0)), ...more(level));
    if (databases.length === 0) this.place.append(element("p", "empty", "There is no database yet."));
  }

  private database(name: string, open: boolean): HTMLElement {
    return this.branch("database", name, [], open, async (inside) => {
      const level = await this.fetch(name);
      const tables = level?.tables ?? [];
      inside.append(...tables.map((t) => this.table(name, t)), ...(level ? more(level) : []));
      if (level && tables.length === 0) inside.append(element("p", "empty", "no tables"));
    });
  }

  private table(database: string, name: string): HTMLElement {
    const from = `${quoted(database)}.${quoted(name)}`;
    const look = button("use", "Query", () => this.use(`SELECT *\nFROM ${from}\nWHERE time > ago(15m)\nORDER BY time DESC\nLIMIT 500`));
    look.title = `Newest rows of ${from}`;
    return this.branch("table", name, [look], false, async (inside) => {
      const level = await this.fetch(database, name);
      for (const c of level?.columns ?? []) {
        inside.append(element("div", "column", element("span", "name", c.name), element("span", "type", `${roles[c.role] ?? c.role}, ${c.type}`)));
      }
    });
  }

  // branch is a part that fetches what is in it when it is opened first.
  private branch(className: string, name: string, beside: Node[], open: boolean, fill: (inside: HTMLElement) => Promise<void>): HTMLElement {
    const inside = element("div", "inside");
    const details = element("details", className, element("summary", "", element("span", "name", name), ...beside), inside);
    let filled = false;
    details.addEventListener("toggle", () => {
      if (!details.open || filled) return;
      filled = true;
      void fill(inside);
    });
    details.open = open;
    return details;
  }

  private async fetch(database = "", table = ""): Promise<Level | null> {
    try {
      return await schema(database, table);
    } catch (e) {
      this.trouble(e);
      return null;
    }
  }
}

function more(level: Level): HTMLElement[] {
  return level.more ? [element("p", "empty", "… and more")] : [];
}
