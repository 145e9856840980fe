import { isRecord } from "../../src/lib/json.ts";
import type { Json } from "../../src/lib/json.ts";

/**
 * The smallest input found that still fails: pieces are taken out and replaced by simpler ones as long as that
 * works, for at most so many attempts.
 */
export async function smallest(
  input: Json,
  fails: (candidate: Json) => Promise<boolean>,
  attempts = 3000,
): Promise<Json> {
  let best = input;
  let left = attempts;
  for (let found = true; found && left > 0;) {
    found = false;
    for (const candidate of simpler(best)) {
      left -= 1;
      if (left <= 0) break;
      if (!(await fails(candidate))) continue;
      best = candidate;
      found = true;
      break;
    }
  }
  return best;
}

/** Simpler values, the simplest first. */
function* simpler(value: Json): Generator<Json> {
  if (typeof value === "string") yield* simplerText(value);
  else if (typeof value === "number" && value !== 0) {
    yield 0;
    if (Math.abs(value) > 1) yield Math.trunc(value / 2);
  } else if (Array.isArray(value)) yield* simplerList(value);
  else if (isRecord(value)) yield* simplerObject(value);
}

function* simplerText(text: string): Generator<Json> {
  if (text === "") return;
  yield "";
  for (
    let size = Math.ceil(text.length / 2);
    size >= 1;
    size = size === 1 ? 0 : Math.ceil(size / 2)
  ) {
    for (let at = 0; at < text.length; at += size) yield text.slice(0, at) + text.slice(at + size);
  }
}

function* simplerList(list: readonly Json[]): Generator<Json> {
  for (
    let size = Math.ceil(list.length / 2);
    size >= 1;
    size = size === 1 ? 0 : Math.ceil(size / 2)
  ) {
    for (let at = 0; at < list.length; at += size) {
      yield [...list.slice(0, at), ...list.slice(at + size)];
    }
  }
  for (const [index, item] of list.entries()) {
    if (item !== null) yield list.with(index, null);
    for (const inner of simpler(item)) yield list.with(index, inner);
  }
}

function* simplerObject(value: Record<string, Json>): Generator<Json> {
  const entries = Object.entries(value);
  for (const [key] of entries) yield Object.fromEntries(entries.filter(([name]) => name !== key));
  for (const [key, item] of entries) {
    const replaced = (inner: Json): Json =>
      Object.fromEntries(entries.map(([name, old]) => [name, name === key ? inner : old]));
    if (item !== null) yield replaced(null);
    for (const inner of simpler(item)) yield replaced(inner);
  }
}
