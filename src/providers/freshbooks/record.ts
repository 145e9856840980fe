import { readRecord, readText, UnreadableRecord, wholeNumber } from "../kit/records.ts";

/** The texts of a client that are read here. Empty ones come as "" or as null, without a rule. */
export const textKeys = [
  "email",
  "fname",
  "lname",
  "organization",
  "bus_phone",
  "mob_phone",
  "home_phone",
  "p_street",
  "p_street2",
  "p_city",
  "p_province",
  "p_code",
  "p_country",
  "note",
] as const;

export type TextKey = (typeof textKeys)[number];

/** https://www.freshbooks.com/api/clients, as far as it is read here. */
export interface ClientRecord {
  readonly id: string;
  /** One that is archived is still in use, and only hidden in lists on FreshBooks' own pages. */
  readonly state: "active" | "deleted" | "archived";
  /** As it is told, by the wall clock of New York; null where it is no such time. */
  readonly updated: string | null;
  readonly texts: Readonly<Record<TextKey, string | null>>;
}

/** What an update changes; "" clears. */
export type ClientPatch = Partial<Record<TextKey, string>>;

const states = ["active", "deleted", "archived"] as const;

export function parseClient(value: unknown): ClientRecord {
  const record = readRecord(value, "the client");
  const texts: Record<string, string | null> = {};
  for (const key of textKeys) texts[key] = readText(record[key], key);
  const state = states[wholeNumber(record["vis_state"]) ?? -1];
  if (state === undefined) throw new UnreadableRecord("vis_state is not known");
  return {
    id: readNumber(record["id"]),
    state,
    updated: readText(record["updated"], "updated"),
    texts: allTexts(texts),
  };
}

function allTexts(texts: Readonly<Record<string, string | null>>): ClientRecord["texts"] {
  const text = (key: TextKey) => texts[key] ?? null;
  return {
    email: text("email"),
    fname: text("fname"),
    lname: text("lname"),
    organization: text("organization"),
    bus_phone: text("bus_phone"),
    mob_phone: text("mob_phone"),
    home_phone: text("home_phone"),
    p_street: text("p_street"),
    p_street2: text("p_street2"),
    p_city: text("p_city"),
    p_province: text("p_province"),
    p_code: text("p_code"),
    p_country: text("p_country"),
    note: text("note"),
  };
}

/** Ids are numbers there and text here. */
function readNumber(value: unknown): string {
  const number = typeof value === "string" && /^\d{1,15}$/.test(value) ? Number(value) : value;
  if (typeof number !== "number" || !Number.isSafeInteger(number) || number <= 0)
    throw new UnreadableRecord("id is no number");
  return String(number);
}

/** The value with its id as text, so that one that cannot be read is set aside under it. */
export function withTextId(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value) || !("id" in value))
    return value;
  const { id } = value;
  return typeof id === "number" && Number.isSafeInteger(id) ? { ...value, id: String(id) } : value;
}
