import { readId, readObject, readRecord, readText } from "../kit/records.ts";

/** https://developer.intuit.com/app/developer/qbo/docs/api/accounting/all-entities/customer, as far as it is read here. */
export interface Customer {
  readonly id: string;
  /** Grows with every edit; a payment does not move it. Null for what is gone. */
  readonly syncToken: string | null;
  /** There is no deleting, only this; a record that was merged into another is not active, either. */
  readonly active: boolean;
  /** A job, a sub-customer or a project: part of another customer. */
  readonly isPart: boolean;
  readonly displayName: string | null;
  readonly givenName: string | null;
  readonly middleName: string | null;
  readonly familyName: string | null;
  readonly companyName: string | null;
  readonly notes: string | null;
  /** May hold several addresses with commas between them. */
  readonly email: string | null;
  readonly phone: string | null;
  readonly otherPhones: readonly string[];
  /** By QuickBooks' names of the parts, without its own id and coordinates, which move by themselves. */
  readonly address: Readonly<Record<string, string>> | null;
  /** Milliseconds by QuickBooks' clock. */
  readonly createdMs: number | null;
  readonly updatedMs: number | null;
}

/** Members of a create or a sparse update; empty text clears. */
export interface CustomerPatch {
  DisplayName?: string;
  GivenName?: string;
  MiddleName?: string;
  FamilyName?: string;
  CompanyName?: string;
  Notes?: string;
  PrimaryEmailAddr?: { readonly Address: string };
  PrimaryPhone?: { readonly FreeFormNumber: string };
  BillAddr?: Readonly<Record<string, string>>;
}

const addressParts = [
  "Line1",
  "Line2",
  "Line3",
  "Line4",
  "Line5",
  "City",
  "CountrySubDivisionCode",
  "PostalCode",
  "PostalCodeSuffix",
  "Country",
  "CountryCode",
  "County",
  "Note",
  "Tag",
];

export function parseCustomer(value: unknown): Customer {
  const record = readRecord(value, "the customer");
  const text = (key: string) => readText(record[key], key);
  const inner = (key: string, part: string) => {
    const member = record[key];
    if (member === undefined || member === null) return null;
    return readText(readObject(member, key)[part], `${key}.${part}`);
  };
  const deleted = record["status"] === "Deleted";
  const others = ["Mobile", "AlternatePhone"].map((key) => inner(key, "FreeFormNumber") ?? "");
  return {
    id: readId(record["Id"], "Id"),
    syncToken: deleted ? null : readId(record["SyncToken"], "SyncToken"),
    active: !deleted && record["Active"] !== false,
    isPart: record["Job"] === true || record["IsProject"] === true || isGiven(record["ParentRef"]),
    displayName: text("DisplayName"),
    givenName: text("GivenName"),
    middleName: text("MiddleName"),
    familyName: text("FamilyName"),
    companyName: text("CompanyName"),
    notes: text("Notes"),
    email: inner("PrimaryEmailAddr", "Address"),
    phone: inner("PrimaryPhone", "FreeFormNumber"),
    otherPhones: others.filter((phone) => phone !== ""),
    address: parseAddress(record["BillAddr"]),
    createdMs: timeOf(inner("MetaData", "CreateTime")),
    updatedMs: timeOf(inner("MetaData", "LastUpdatedTime")),
  };
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function parseAddress(value: unknown): Customer["address"] {
  if (!isGiven(value)) return null;
  const record = readObject(value, "BillAddr");
  const parts = addressParts.map((part) => [part, readText(record[part], `BillAddr.${part}`)]);
  const filled = parts.flatMap(([part, text]): [string, string][] =>
    typeof part === "string" && typeof text === "string" && text !== "" ? [[part, text]] : [],
  );
  return filled.length === 0 ? null : Object.fromEntries(filled);
}

/** In any zone; null where there is none, or none that can be read. */
export function timeOf(text: string | null): number | null {
  const epochMs = Date.parse(text ?? "");
  return Number.isNaN(epochMs) ? null : epochMs;
}
