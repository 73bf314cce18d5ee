// The page: a door for those without a session, a desk for the others.

import "./style.css";

import { endSession, Failure, inSession, openSession, query } from "./api";
import { Charts } from "./chart";
import { Editor } from "./editor";
import { find } from "./element";
import { panels } from "./panels";
import { ResultTable } from "./table";
import { Tree } from "./tree";
import type { Page } from "./wire";

const editor = new Editor(find("text"), find("shadow"), () => void run());
const table = new ResultTable(find("result"));
const charts = new Charts(find("charts"));
const tree = new Tree(find("tree"), use, trouble);

let running: AbortController | null = null;
let result: { text: string; pages: Page[] } | null = null;

function use(statement: string): void {
  editor.text = statement;
  void run();
}

async function run(): Promise<void> {
  const text = editor.text;
  if (running || text.trim() === "") return;
  say("");
  editor.clear();
  result = null;
  await fetchPages(text, "");
}

// fetchPages asks for a page, and on while the statement runs and has no rows yet.
async function fetchPages(text: string, token: string): Promise<void> {
  const stop = (running = new AbortController());
  busy(true);
  try {
    let page = await query(text, token, stop.signal);
    while (page.rows.length === 0 && page.token) page = await query(text, page.token, stop.signal);
    show(text, page);
  } catch (e) {
    if (stop.signal.aborted) status("stopped");
    else refused(e);
  } finally {
    running = null;
    busy(false);
  }
}

function show(text: string, page: Page): void {
  if (!result) {
    result = { text, pages: [] };
    table.start(page.columns);
  }
  result.pages.push(page);
  table.add(page.rows);
  table.offer(page.token ? () => void fetchPages(text, page.token!) : null);
  charts.show(panels(page.columns, result.pages.flatMap((p) => p.rows)));
  const rows = table.count === 1 ? "1 row" : `${table.count} rows`;
  status(`${rows}${page.token ? " so far" : ""} in ${page.took < 10 ? page.took.toFixed(1) : Math.round(page.took)} ms`);
}

// refused shows what is wrong with the statement, where there is a place, in it.
function refused(e: unknown): void {
  table.clear();
  charts.show([]);
  status("");
  trouble(e);
  if (e instanceof Failure && e.problem.place) editor.mark(e.problem.place);
}

// trouble shows what went wrong. Without a session there is only the door.
function trouble(e: unknown): void {
  if (e instanceof Failure && e.status === 401) openDoor("");
  else say(e instanceof Failure ? e.problem.message : "the server cannot be reached");
}

function say(message: string): void {
  const box = find("error");
  box.textContent = message;
  box.hidden = message === "";
}

function status(text: string): void {
  find("status").textContent = text;
}

function busy(on: boolean): void {
  find<HTMLButtonElement>("run").disabled = on;
  find("stop").hidden = !on;
  if (on) status("running …");
}

function openDoor(refusal: string): void {
  find("desk").hidden = true;
  find("leave").hidden = true;
  find("door").hidden = false;
  find("refusal").textContent = refusal;
}

function openDesk(): void {
  find("door").hidden = true;
  find("desk").hidden = false;
  find("leave").hidden = false;
  void tree.load();
  find("text").focus();
}

async function knock(token: string): Promise<void> {
  try {
    await openSession(token);
    openDesk();
  } catch (e) {
    if ((await inSession().catch(() => false)) && e instanceof Failure) openDesk();
    else openDoor(e instanceof Failure ? e.problem.message : "the server cannot be reached");
  }
}

// arrive uses a token in the address once and takes it out of the history.
async function arrive(): Promise<void> {
  const token = new URLSearchParams(location.hash.slice(1)).get("token");
  if (token) {
    history.replaceState(null, "", location.pathname);
    await knock(token);
    return;
  }
  try {
    if (await inSession()) openDesk();
    else openDoor("");
  } catch {
    openDoor("the server cannot be reached");
  }
}

find("run").addEventListener("click", () => void run());
find("stop").addEventListener("click", () => running?.abort());
find("refresh").addEventListener("click", () => void tree.load());
find("leave").addEventListener("click", () => void endSession().finally(() => openDoor("")));
find("knock").addEventListener("submit", (e) => {
  e.preventDefault();
  void knock(find<HTMLInputElement>("token").value.trim());
});
document.addEventListener("keydown", (e) => {
  if (e.key === "Escape") running?.abort();
});
addEventListener("hashchange", () => void arrive());

void arrive();
