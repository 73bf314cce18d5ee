// From the server's places, counted in lines and code points, to a textarea's
// selection, counted in UTF-16 units.

import type { Place } from "./wire";

export interface Range {
  start: number;
  end: number;
}

// rangeOf returns the part of the text that a place names. A place beyond the text
// becomes its end; a place at the end covers what is before it, so that it shows.
export function rangeOf(text: string, place: Place): Range {
  const start = advance(text, lineStart(text, place.line), place.column - 1);
  const end = advance(text, start, Math.max(1, place.length));
  if (start === end) return { start: Math.max(0, start - 1), end };
  return { start, end };
}

function lineStart(text: string, line: number): number {
  let at = 0;
  for (let i = 1; i < line; i++) {
    const next = text.indexOf("\n", at);
    if (next < 0) return text.length;
    at = next + 1;
  }
  return at;
}

function advance(text: string, from: number, codePoints: number): number {
  let at = from;
  for (let i = 0; i < codePoints && at < text.length; i++) {
    at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
  }
  return at;
}
