import type { Filter } from "../../model/connection.ts";
import { unmetCondition } from "../kit/filter.ts";
import type { FilterDescription } from "../provider.ts";
import { propertyOf, type Contact } from "./contact.ts";

/** Values of a contact's properties, by their internal names and values. Lists are other objects, and not looked at. */
export const contactFilter: FilterDescription = {
  possible:
    "the internal name of a contact property with its internal value, such as `lifecyclestage`",
  problem: (name) => (isPropertyName(name) ? null : "cannot be the internal name of a property"),
};

export function isPropertyName(name: string): boolean {
  return /^[a-z][a-z0-9_]{0,99}$/.test(name);
}

export function unmetIn(filter: Filter | null, contact: Contact): string | null {
  return unmetCondition(filter, (name) => propertyOf(contact, name));
}
