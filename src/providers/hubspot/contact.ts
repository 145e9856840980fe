import { isRecord } from "../../lib/json.ts";
import { readId, readObject, readRecord, readText } from "../kit/records.ts";

/** What of a contact is read here. All values are texts. */
export const readProperties = [
  "email",
  "firstname",
  "lastname",
  "phone",
  "mobilephone",
  "company",
  "address",
  "city",
  "state",
  "zip",
  "country",
  "hs_additional_emails",
  "hs_merged_object_ids",
] as const;

type PropertyName = (typeof readProperties)[number];

/** https://developers.hubspot.com/docs/api-reference/latest/crm/objects/contacts, as far as it is read here. */
export interface Contact {
  readonly id: string;
  readonly archived: boolean;
  readonly properties: Readonly<Record<PropertyName, string | null>>;
  /** Properties that this connection asks for beside those. */
  readonly more: Readonly<Record<string, string | null>>;
}

/** Values by property; empty text clears. */
export type ContactPatch = Partial<Record<PropertyName, string>>;

/** Properties that were not asked for are null; `more` names those beside `readProperties`. */
export function parseContact(value: unknown, more: readonly string[] = []): Contact {
  const record = readRecord(value, "the contact");
  const given = readObject(record["properties"], "properties");
  const text = (name: PropertyName) => readText(given[name], name);
  return {
    id: readId(record["id"], "id"),
    archived: record["archived"] === true,
    properties: {
      email: text("email"),
      firstname: text("firstname"),
      lastname: text("lastname"),
      phone: text("phone"),
      mobilephone: text("mobilephone"),
      company: text("company"),
      address: text("address"),
      city: text("city"),
      state: text("state"),
      zip: text("zip"),
      country: text("country"),
      hs_additional_emails: text("hs_additional_emails"),
      hs_merged_object_ids: text("hs_merged_object_ids"),
    },
    more: Object.fromEntries(more.map((name) => [name, readText(given[name], name)])),
  };
}

/** Any property that was asked for. */
export function propertyOf({ properties, more }: Contact, name: string): string | null {
  const known = readProperties.find((property) => property === name);
  return known === undefined ? (more[name] ?? null) : properties[known];
}

/** The answer to a write tells little more than what was written: the rest is as it was before. */
export function writtenOver(before: Contact, patch: ContactPatch, answer: unknown): Contact {
  const asked = Object.keys(before.more);
  const { id, archived, properties, more } = parseContact(answer, asked);
  const told = isRecord(answer) && isRecord(answer["properties"]) ? answer["properties"] : {};
  const next = { ...patched(before, patch).properties };
  for (const name of readProperties) if (name in told) next[name] = properties[name];
  const toldMore = asked.filter((name) => name in told).map((name) => [name, more[name] ?? null]);
  return {
    id,
    archived,
    properties: next,
    more: { ...before.more, ...Object.fromEntries(toldMore) },
  };
}

export function patched(record: Contact, patch: ContactPatch): Contact {
  const properties = { ...record.properties };
  for (const name of readProperties) {
    const value = patch[name];
    if (value !== undefined) properties[name] = value === "" ? null : value;
  }
  return { ...record, properties };
}

export const emptyContact: Contact = parseContact({ id: "new", properties: {} });

/** Lists of ids and addresses in one text. */
export function listed(text: string | null): readonly string[] {
  return (text ?? "")
    .split(";")
    .map((item) => item.trim())
    .filter((item) => item !== "");
}
