// Calls to the server. Every failure is a Failure with what to show.

import type { Level, Page, Problem } from "./wire";

export class Failure extends Error {
  constructor(
    readonly problem: Problem,
    readonly status: number,
  ) {
    super(problem.message);
  }
}

async function call(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<Response> {
  const init: RequestInit = { method, credentials: "same-origin" };
  if (body !== undefined) {
    init.body = JSON.stringify(body);
    init.headers = { "Content-Type": "application/json" };
  }
  if (signal) init.signal = signal;
  const answer = await fetch("/console/api/" + path, init);
  if (!answer.ok) throw await failureOf(answer);
  return answer;
}

async function failureOf(answer: Response): Promise<Failure> {
  try {
    const { error } = (await answer.json()) as { error: Problem };
    return new Failure(error, answer.status);
  } catch {
    return new Failure({ kind: "internal", message: `the server answered ${answer.status}` }, answer.status);
  }
}

export async function inSession(): Promise<boolean> {
  try {
    await call("GET", "session");
    return true;
  } catch (e) {
    if (e instanceof Failure && e.status === 401) return false;
    throw e;
  }
}

export async function openSession(token: string): Promise<void> {
  await call("POST", "session", { token });
}

export async function endSession(): Promise<void> {
  await call("DELETE", "session");
}

export async function query(text: string, token: string, signal: AbortSignal): Promise<Page> {
  return (await call("POST", "query", { text, token }, signal)).json() as Promise<Page>;
}

export async function schema(database = "", table = ""): Promise<Level> {
  return (await call("GET", "schema?" + new URLSearchParams({ database, table }))).json() as Promise<Level>;
}
