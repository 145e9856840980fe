import { createHash } from "node:crypto";
import { isRecord, stableJson } from "../../lib/json.ts";
import { maxFieldCharacters } from "../../model/client.ts";
import type { BadRecord } from "../provider.ts";

/** A record that cannot be read; the message says what is wrong, without the value. */
export class UnreadableRecord extends Error {}

export interface ReadRecords<Wire> {
  readonly records: readonly Wire[];
  readonly bad: readonly BadRecord[];
}

/** Parses each by itself: one that cannot be read is set aside, and the rest goes on. */
export function readRecords<Wire>(
  values: readonly unknown[],
  parse: (value: unknown) => Wire,
  idKey: string,
): ReadRecords<Wire> {
  const records: Wire[] = [];
  const bad: BadRecord[] = [];
  for (const value of values) {
    try {
      records.push(parse(value));
    } catch (error) {
      if (!(error instanceof UnreadableRecord)) throw error;
      const id = isRecord(value) ? value[idKey] : undefined;
      bad.push({
        externalId: isId(id) ? id : null,
        reason: error.message,
        fingerprint: fingerprint(pruned(value, deepest)),
      });
    }
  }
  return { records, bad };
}

/** Equal for equal values, whatever the order of their keys. */
export function fingerprint(value: unknown): string {
  return createHash("sha256")
    .update(stableJson(value) ?? "")
    .digest("hex")
    .slice(0, 32);
}

/** Nothing that a vendor describes is nested so deep; what is would exhaust the stack of whoever writes it. */
const deepest = 50;

/** A whole record, of which parts may go back as they came. */
export function readRecord(value: unknown, what: string): Record<string, unknown> {
  if (isDeeper(value, deepest)) throw new UnreadableRecord(`${what} is nested too deeply`);
  return readObject(value, what);
}

export function readObject(value: unknown, what: string): Record<string, unknown> {
  if (!isRecord(value)) throw new UnreadableRecord(`${what} is not an object`);
  return value;
}

/** Null where it is missing or null. */
export function readText(value: unknown, what: string): string | null {
  if (value === undefined || value === null) return null;
  if (typeof value !== "string") throw new UnreadableRecord(`${what} is not text`);
  if (value.length > maxFieldCharacters)
    throw new UnreadableRecord(`${what} is longer than ${maxFieldCharacters} characters`);
  return value;
}

export function readId(value: unknown, what: string): string {
  const text = readText(value, what);
  if (text === null || text === "") throw new UnreadableRecord(`${what} is missing`);
  if (!isId(text)) throw new UnreadableRecord(`${what} cannot be an id`);
  return text;
}

/** Every database must hold it to the letter: another record would be found by what is left of it. */
export function isId(value: unknown): value is string {
  if (typeof value !== "string" || value === "" || value.length > 256) return false;
  return value.isWellFormed() && !/[\u0000-\u001f\u007f-\u009f]/.test(value);
}

/** Objects only; an empty list where it is missing or null. */
export function readObjects(value: unknown, what: string): readonly Record<string, unknown>[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw new UnreadableRecord(`${what} is not a list`);
  return value.map((item: unknown) => readObject(item, `an entry of ${what}`));
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => isDeeper(inner, levels - 1));
}

/** The value without what is nested deeper than so many levels. */
function pruned(value: unknown, levels: number): unknown {
  if (!isDeeper(value, levels)) return value;
  if (levels === 0) return null;
  if (Array.isArray(value)) return value.map((inner: unknown) => pruned(inner, levels - 1));
  return Object.fromEntries(
    Object.entries(isRecord(value) ? value : {}).map(([key, inner]) => [
      key,
      pruned(inner, levels - 1),
    ]),
  );
}

/** A whole number, or one in digits; null for anything else, of which nothing is asked. */
export function wholeNumber(value: unknown): number | null {
  const number = typeof value === "string" && /^-?\d{1,15}$/.test(value) ? Number(value) : value;
  return typeof number === "number" && Number.isSafeInteger(number) ? number : null;
}
