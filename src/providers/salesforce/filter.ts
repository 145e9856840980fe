import type { Filter } from "../../model/connection.ts";
import { unmetCondition } from "../kit/filter.ts";
import type { FilterDescription } from "../provider.ts";
import { valueOf, type Contact } from "./wire.ts";

/** Values of a contact's own fields, by their API names; those of related records are not looked at. */
export const contactFilter: FilterDescription = {
  possible:
    "the API name of a contact field with its value, such as `OwnerId`, `RecordTypeId` or `LeadSource`",
  problem: (name) =>
    isFieldName(name) ? null : "cannot be the API name of a field of the contact itself",
};

/** Also what stands in a query without quotes. */
export function isFieldName(name: string): boolean {
  return /^[A-Za-z][A-Za-z0-9_]{0,79}$/.test(name);
}

export function unmetIn(filter: Filter | null, contact: Contact): string | null {
  return unmetCondition(filter, (name) => asWritten(valueOf(contact, name), filter?.[name] ?? ""));
}

/** Ids of 15 characters mean the same record as those of 18, which answers have. */
function asWritten(value: string | null, wanted: string): string | null {
  const isShort = /^[A-Za-z0-9]{15}$/.test(wanted) && value?.length === 18;
  return isShort && value.startsWith(wanted) ? wanted : value;
}
