import { isRecord } from "../../lib/json.ts";
import { readId, readRecord, readText, UnreadableRecord } from "../kit/records.ts";

/** The texts of a contact that are read; all but the mobile phone are written, too. */
export const textKeys = [
  "FirstName",
  "LastName",
  "Email",
  "Phone",
  "MobilePhone",
  "MailingStreet",
  "MailingCity",
  "MailingState",
  "MailingPostalCode",
  "MailingCountry",
  "Description",
] as const;

export type TextKey = (typeof textKeys)[number];

/** A contact of API version 66.0, as far as it is read here. */
export interface Contact extends Readonly<Record<TextKey, string | null>> {
  readonly Id: string;
  readonly IsDeleted: boolean;
  /** The contact that it was merged into. */
  readonly MasterRecordId: string | null;
  /** Moves with edits: "2026-05-01T07:25:37.000+0000", by Salesforce's clock. */
  readonly LastModifiedDate: string;
  /** Moves with edits, and where the system touches the record. */
  readonly SystemModstamp: string;
  /** Fields that this connection asks for beside those, as texts. */
  readonly more: Readonly<Record<string, string | null>>;
}

/** Fields of a create or an update; null clears. */
export type ContactPatch = Partial<Record<Exclude<TextKey, "MobilePhone">, string | null>>;

/** What is asked for of every contact. */
export const contactKeys: readonly string[] = [
  "Id",
  "IsDeleted",
  "MasterRecordId",
  "LastModifiedDate",
  "SystemModstamp",
  ...textKeys,
];

export function parseContact(value: unknown, more: readonly string[] = []): Contact {
  const record = readRecord(value, "the contact");
  const text = (key: string) => readText(record[key], key);
  const master = record["MasterRecordId"] ?? null;
  return {
    Id: readId(record["Id"], "Id"),
    IsDeleted: record["IsDeleted"] === true,
    MasterRecordId: master === null ? null : readId(master, "MasterRecordId"),
    LastModifiedDate: readTime(record["LastModifiedDate"], "LastModifiedDate"),
    SystemModstamp: readTime(record["SystemModstamp"], "SystemModstamp"),
    FirstName: text("FirstName"),
    LastName: text("LastName"),
    Email: text("Email"),
    Phone: text("Phone"),
    MobilePhone: text("MobilePhone"),
    MailingStreet: text("MailingStreet"),
    MailingCity: text("MailingCity"),
    MailingState: text("MailingState"),
    MailingPostalCode: text("MailingPostalCode"),
    MailingCountry: text("MailingCountry"),
    Description: text("Description"),
    more: Object.fromEntries(more.map((key) => [key, readScalar(memberOf(record, key), key)])),
  };
}

/** Any field that was asked for, by its name in any case; checkboxes are "true" and "false". */
export function valueOf(contact: Contact, name: string): string | null {
  const { more, ...own } = contact;
  return readScalar(memberOf(name in more ? more : own, name), name);
}

/** Names of fields have no case, and answers have that of the org. */
function memberOf(record: Readonly<Record<string, unknown>>, name: string): unknown {
  const key = Object.keys(record).find((known) => known.toLowerCase() === name.toLowerCase());
  return key === undefined ? undefined : record[key];
}

function readScalar(value: unknown, what: string): string | null {
  return typeof value === "boolean" || typeof value === "number"
    ? String(value)
    : readText(value, what);
}

function readTime(value: unknown, what: string): string {
  const text = readText(value, what);
  if (text === null || Number.isNaN(timeOf(text))) throw new UnreadableRecord(`${what} is no time`);
  return text;
}

/** Milliseconds since 1970, by Salesforce's clock. */
export function timeOf(text: string): number {
  return Date.parse(text.replace(/\+0000$/, "Z"));
}

/** Salesforce's ids have 15 characters, or 18 with a check. */
export function isContactId(id: string): boolean {
  return /^[A-Za-z0-9]{15}(?:[A-Za-z0-9]{3})?$/.test(id);
}

/** What one record of a collection came to. */
export type SaveResult =
  | { readonly kind: "saved"; readonly id: string }
  | { readonly kind: "refused"; readonly problems: readonly Problem[] };

/** Why something was refused, in Salesforce's codes and names of fields. Its messages may hold values. */
export interface Problem {
  readonly code: string;
  readonly fields: readonly string[];
  /** Ids of the records that a duplicate rule found. */
  readonly duplicates: readonly string[];
}

/** One problem, or a list of them: codes are `errorCode` for single records and `statusCode` in collections. */
export function parseProblems(body: unknown): readonly Problem[] {
  return listOf(body).map((problem) => ({
    code: word(problem["errorCode"]) || word(problem["statusCode"]),
    fields: (Array.isArray(problem["fields"]) ? problem["fields"] : []).map(word).filter(Boolean),
    duplicates: duplicatesOf(problem),
  }));
}

/** Null where it is no such result. */
export function parseSaveResult(value: unknown): SaveResult | null {
  if (!isRecord(value)) return null;
  const { id, success, errors } = value;
  if (success === true)
    return typeof id === "string" && isContactId(id) ? { kind: "saved", id } : null;
  return success === false ? { kind: "refused", problems: parseProblems(errors) } : null;
}

/** Only names: nothing of a message. */
function word(value: unknown): string {
  return typeof value === "string" && /^\w{1,80}$/.test(value) ? value : "";
}

/** The member is misspelt in some versions. */
function duplicatesOf(problem: Readonly<Record<string, unknown>>): readonly string[] {
  const result = problem["duplicateResult"] ?? problem["duplicateResut"];
  const matches = isRecord(result) ? listOf(result["matchResults"]) : [];
  const ids = matches
    .flatMap((match) => listOf(match["matchRecords"]))
    .map((match) => (isRecord(match["record"]) ? match["record"]["Id"] : undefined))
    .filter((id) => typeof id === "string");
  return [...new Set(ids.filter(isContactId))];
}

function listOf(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

/** A text as SOQL quotes it. */
export function quoted(text: string): string {
  const escaped = text.replace(/[\\'"\n\r\t\b\f]/g, (character) => escapes[character] ?? "");
  return `'${escaped}'`;
}

const escapes: Readonly<Record<string, string>> = {
  "\\": "\\\\",
  "'": "\\'",
  '"': '\\"',
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\b": "\\b",
  "\f": "\\f",
};
