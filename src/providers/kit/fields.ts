import { sameValue, type Fields, type FieldValue } from "../../model/fields.ts";
import { normalValue } from "../../model/normal.ts";

/** Those of the fields that the provider holds, in the hub's normal form. */
export function heldFields(fields: Fields, holds: (field: string) => boolean): Fields {
  return Object.fromEntries(
    Object.entries(fields)
      .filter(([field]) => holds(field))
      .map(([field, value]) => [field, normalValue(field, value)]),
  );
}

/** What of the wanted fields a record has otherwise. */
export function changedFields(wanted: Fields, actual: Fields): Fields {
  return Object.fromEntries(
    Object.entries(wanted).filter(([field, value]) => !sameValue(value, actual[field] ?? null)),
  );
}

/** Whether the record is still as the decision saw it, in all the fields that the decision knew (law 6). */
export function asExpected(expected: Fields, actual: Fields): boolean {
  return Object.keys(changedFields(expected, actual)).length === 0;
}

/** A field's text; null where it is empty, unknown or a list. */
export function textOf(value: FieldValue | undefined): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

/** At most so many UTF-16 units, never half of a character, without white space at the end. */
export function cutText(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const last = text.charCodeAt(limit - 1);
  const end = last >= 0xd800 && last <= 0xdbff ? limit - 1 : limit;
  return text.slice(0, end).trimEnd();
}
