import type { Filter } from "../../model/connection.ts";
import { unmetCondition } from "../kit/filter.ts";
import type { FilterDescription } from "../provider.ts";
import { ownIdKey, type Customer } from "./wire.ts";

const prefix = "metadata.";

/** Values of a customer's metadata. Limits: https://docs.stripe.com/metadata */
export const customerFilter: FilterDescription = {
  possible: "`metadata.<key>`, the value of a customer's metadata",
  problem: (name, value) => {
    if (!name.startsWith(prefix)) return "is not of a customer's metadata";
    const key = keyOf(name);
    if (key === "" || key.length > 40 || /[[\]]/.test(key)) return "cannot be a key of metadata";
    if (key === ownIdKey) return "is astralis' own";
    return value.length > 500 ? "has a value of more than 500 characters" : null;
  },
};

export function unmetIn(filter: Filter | null, { metadata }: Customer): string | null {
  return unmetCondition(filter, (name) => metadata[keyOf(name)] ?? null);
}

/** The metadata that puts a new customer inside. */
export function metadataOf(filter: Filter | null): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(filter ?? {}).map(([name, value]) => [keyOf(name), value]),
  );
}

function keyOf(name: string): string {
  return name.slice(prefix.length);
}
