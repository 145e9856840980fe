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
        externalId: typeof id === "string" && id !== "" && id.length <= 256 ? id : null,
        reason: error.message,
        fingerprint: fingerprint(value),
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
  if (text === null || text === "" || text.length > 256)
    throw new UnreadableRecord(`${what} is missing`);
  return text;
}

/** Objects only; an empty list where it is missing or null. */
export function readObjects(value: unknown, what: string): readonly Record<string, unknown>[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw new UnreadableRecord(`${what} is not a list`);
  return value.map((item: unknown) => readObject(item, `an entry of ${what}`));
}
