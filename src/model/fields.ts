import type { Instant } from "../lib/clock.ts";

/**
 * A field's value. `null` is a field known to be empty; a field that is not there at all is unknown (law 2).
 * A list is a set: sorted, without repetition.
 */
export type FieldValue = string | readonly string[] | null;

/** Fields by name. */
export type Fields = Readonly<Record<string, FieldValue>>;

/** When a field got its value, and from whom: a connection's id, or "person". */
export interface FieldTime {
  readonly at: Instant;
  readonly source: string;
}

export type FieldTimes = Readonly<Record<string, FieldTime>>;

export function sameValue(a: FieldValue | undefined, b: FieldValue | undefined): boolean {
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((item, i) => item === b[i]);
  return a === b;
}

export function isEmpty(value: FieldValue | undefined): boolean {
  return value === undefined || value === null || value.length === 0;
}

/** Whether these fields show another value than the known ones; what they do not show says nothing (law 2). */
export function differsFrom(known: Fields, shown: Fields): boolean {
  return Object.entries(shown).some(([field, value]) => !sameValue(value, known[field] ?? null));
}
