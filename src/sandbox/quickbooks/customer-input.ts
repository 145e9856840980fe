import { isObject } from "../kit/input.ts";
import type { Nested, Values } from "./customer.ts";
import { invalidEmail, invalidText, required, tooLong, unsupported } from "./errors.ts";

/** A body of POST /customer as far as its form goes. */
export interface CustomerInput {
  /** null asks for a new one. */
  readonly id: string | null;
  readonly syncToken: string | null;
  readonly sparse: boolean;
  /** "" clears. */
  readonly given: Values;
}

const texts: Readonly<Record<string, number>> = {
  DisplayName: 500,
  Title: 16,
  GivenName: 100,
  MiddleName: 100,
  FamilyName: 100,
  Suffix: 16,
  PrintOnCheckName: 110,
  CompanyName: 100,
  Notes: 2000,
  AcctNum: 100,
  ResaleNum: 16,
  PreferredDeliveryMethod: 20,
};

/** They may hold neither a colon nor a tab nor a new line. */
const names = "DisplayName Title GivenName MiddleName FamilyName Suffix PrintOnCheckName".split(
  " ",
);

const flags = ["Active", "Job", "BillWithParent", "Taxable", "IsProject"];

const phone = {
  Id: 100,
  DeviceType: 30,
  CountryCode: 30,
  AreaCode: 30,
  ExchangeCode: 30,
  Extension: 30,
  FreeFormNumber: 30,
  Tag: 100,
};

const address = {
  Id: 100,
  Line1: 500,
  Line2: 500,
  Line3: 500,
  Line4: 500,
  Line5: 500,
  City: 255,
  Country: 255,
  CountryCode: 255,
  County: 255,
  CountrySubDivisionCode: 255,
  PostalCode: 30,
  PostalCodeSuffix: 30,
  Lat: 100,
  Long: 100,
  Tag: 100,
  Note: 2000,
};

const nested: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  PrimaryPhone: phone,
  AlternatePhone: phone,
  Mobile: phone,
  Fax: phone,
  PrimaryEmailAddr: { Id: 100, Address: 100, Tag: 100 },
  WebAddr: { Id: 100, URI: 1000, Tag: 100 },
  BillAddr: address,
  ShipAddr: address,
  ParentRef: { value: 100, name: 500, type: 30 },
};

/** Shown in every answer and passed over where they come back. */
const readOnly = new Set(
  "MetaData Balance BalanceWithJobs CurrencyRef domain FullyQualifiedName V4IDPseudonym Level ClientEntityId status".split(
    " ",
  ),
);

/** Refuses a member that there is not, one of another type, and one that is too long. */
export function readCustomer(body: unknown): CustomerInput {
  if (!isObject(body)) throw unsupported("Customer");
  const given: Record<string, string | boolean | Nested> = {};
  for (const [name, value] of Object.entries(body)) {
    if (["Id", "SyncToken", "sparse"].includes(name) || readOnly.has(name) || value === null)
      continue;
    const parts = Object.hasOwn(nested, name) ? nested[name] : undefined;
    if (parts !== undefined) given[name] = readNested(name, value, parts);
    else if (flags.includes(name)) given[name] = readFlag(name, value);
    else given[name] = readText(name, value, limitOf(name));
  }
  checkTexts(given);
  return {
    id: readKey(body, "Id"),
    syncToken: readKey(body, "SyncToken"),
    sparse: body["sparse"] === undefined ? false : readFlag("sparse", body["sparse"]),
    given,
  };
}

function limitOf(name: string): number {
  const limit = Object.hasOwn(texts, name) ? texts[name] : undefined;
  if (limit === undefined) throw unsupported(name);
  return limit;
}

function readText(name: string, value: unknown, limit: number): string {
  if (typeof value !== "string") throw unsupported(name);
  if (value.length > limit) throw tooLong(name, limit);
  return value;
}

function readFlag(name: string, value: unknown): boolean {
  if (typeof value !== "boolean") throw unsupported(name);
  return value;
}

function readNested(name: string, value: unknown, parts: Readonly<Record<string, number>>): Nested {
  if (!isObject(value)) throw unsupported(name);
  return Object.fromEntries(
    Object.entries(value).flatMap(([part, text]) => {
      const limit = Object.hasOwn(parts, part) ? parts[part] : undefined;
      if (limit === undefined) throw unsupported(`${name}.${part}`);
      return text === null ? [] : [[part, readText(`${name}.${part}`, text, limit)] as const];
    }),
  );
}

function readKey(body: Readonly<Record<string, unknown>>, name: string): string | null {
  const value = body[name];
  if (value === undefined || value === null) return null;
  if (typeof value !== "string" || value === "") throw unsupported(name);
  return value;
}

function checkTexts(given: Values): void {
  for (const name of names) {
    const value = given[name];
    if (typeof value === "string" && /[:\t\n]/.test(value)) throw invalidText(name);
  }
  const { PrimaryEmailAddr: email } = given;
  const text = typeof email === "object" ? (email["Address"] ?? "") : "";
  if (text !== "" && !text.split(",").every((one) => /@.*\./.test(one))) throw invalidEmail();
}

/** The given values over the former ones, or in their place; what is empty falls away. */
export function merged(
  former: Values,
  input: CustomerInput,
  options: { readonly mergesNested: boolean },
): Values {
  const values: Record<string, string | boolean | Nested> = input.sparse ? { ...former } : {};
  for (const [name, value] of Object.entries(input.given)) {
    const before = former[name];
    const merges = options.mergesNested && input.sparse && typeof before === "object";
    const next =
      typeof value === "object"
        ? withoutEmpty(merges ? { ...before, ...value } : value)
        : typeof value === "string"
          ? value.trim()
          : value;
    if (next === "" || (typeof next === "object" && Object.keys(next).length === 0))
      delete values[name];
    else values[name] = next;
  }
  return values;
}

function withoutEmpty(parts: Nested): Nested {
  return Object.fromEntries(
    Object.entries(parts)
      .map(([part, text]) => [part, text.trim()] as const)
      .filter(([, text]) => text !== ""),
  );
}

/** With a name: the given one, or one made of the parts; refused where there is neither. */
export function named(values: Values): Values {
  if (typeof values["DisplayName"] === "string") return values;
  const parts = ["Title", "GivenName", "MiddleName", "FamilyName", "Suffix"]
    .map((part) => values[part])
    .filter((part) => typeof part === "string");
  if (parts.length === 0) throw required("DisplayName");
  return { ...values, DisplayName: parts.join(" ") };
}
