import type { Instant } from "../lib/clock.ts";
import type { Fields, FieldTimes } from "./fields.ts";

/** The client's own fields, in the order in which they are shown. */
export const clientFields = [
  "email",
  "name",
  "phone",
  "company",
  "address_line1",
  "address_line2",
  "city",
  "state",
  "postal_code",
  "country",
  "notes",
  "tags",
] as const;

export type ClientField = (typeof clientFields)[number];

/** Custom fields stand beside the others under this prefix: `custom.vat_number`. */
export const customPrefix = "custom.";

/** The longest value that a field takes, in characters; more is refused, and a record with more is set aside. */
export const maxFieldCharacters = 65_536;

/** A person or company that the organization does business with. */
export interface Client {
  readonly id: string;
  readonly orgId: string;
  /** Counts up with each write; a writer that read another revision must read again. */
  readonly revision: number;
  /** In the hub's normal form: every one of `clientFields`, and the custom ones that have a value. */
  readonly fields: Fields;
  readonly fieldTimes: FieldTimes;
  readonly active: boolean;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
  /** Set where a person removed the client here: the tombstone of law 7. */
  readonly removedAt: Instant | null;
}

export function isClientField(name: string): boolean {
  return (clientFields as readonly string[]).includes(name) || isCustomField(name);
}

export function isCustomField(name: string): boolean {
  return name.startsWith(customPrefix) && name.length > customPrefix.length;
}
