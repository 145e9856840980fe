import { sameValue } from "../../src/model/fields.ts";
import type { Fields, FieldValue } from "../../src/model/fields.ts";
import type { ValueLens } from "../../src/reconcile/rules.ts";

/** A provider that holds everything just as it is. */
export const exactLens: ValueLens = {
  version: "exact-1",
  fields: ["name", "phone", "notes", "tags"],
  holds: () => true,
  normal: (fields) => fields,
  lift: (_field, remote) => remote,
};

const longest = 4;

/**
 * A provider that holds less than the hub: names are cut, phones lose all but their digits, tags have no place, and
 * notes with an exclamation mark cannot be written.
 */
export const narrowLens: ValueLens = {
  version: "narrow-1",
  fields: ["name", "phone", "notes"],
  holds: (field) => field !== "tags",
  normal: (fields) =>
    Object.fromEntries(
      Object.entries(fields).flatMap(([field, value]): [string, FieldValue][] => {
        const held = heldValue(field, value);
        return held === undefined ? [] : [[field, held]];
      }),
    ),
  lift: (field, remote, local, base) => {
    if (typeof local !== "string" || typeof remote !== "string") return remote;
    if (sameValue(heldValue(field, local), remote)) return local;
    // The part of the name that was cut off is still the end of it.
    const cut =
      field === "name" && local.length > longest && sameValue(heldValue(field, local), base);
    return cut && remote.length === longest ? remote + local.slice(longest) : remote;
  },
};

export const lenses: readonly ValueLens[] = [exactLens, narrowLens];

/** One value as the lens holds it; undefined where it cannot. */
export function heldBy(lens: ValueLens, field: string, value: FieldValue): FieldValue | undefined {
  return lens.normal({ [field]: value })[field];
}

/** What the record is after a write of these fields. */
export function writtenTo(lens: ValueLens, record: Fields, sent: Fields): Fields {
  return { ...record, ...lens.normal(sent) };
}

function heldValue(field: string, value: FieldValue): FieldValue | undefined {
  if (field === "tags") return undefined;
  if (typeof value !== "string") return value;
  if (field === "name") return value.slice(0, longest);
  if (field === "phone") return value.replace(/\D/g, "") || null;
  return field === "notes" && value.includes("!") ? undefined : value;
}
