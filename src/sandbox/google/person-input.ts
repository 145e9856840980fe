import { isObject } from "../kit/input.ts";
import type { AddressBook, Entry } from "./address-book.ts";
import { refuse, refuseInput } from "./errors.ts";
import { ignoredMembers, personShapes, type FieldShape, type Kind } from "./person-fields.ts";

/** A Person as a request carries it. */
export interface PersonInput {
  readonly resourceName: string | null;
  readonly etag: string | null;
  /** `metadata.sources`. */
  readonly sources: readonly SourceInput[];
  /** Only the fields that the request has. */
  readonly fields: Readonly<Record<string, readonly Entry[]>>;
}

export interface SourceInput {
  readonly type: string | null;
  readonly id: string | null;
  readonly etag: string | null;
}

/** Reads a Person; `at` is where it stands in the request: "person", "contacts[0].contact_person". */
export function readPerson(body: unknown, at: string, book: AddressBook): PersonInput {
  const person = readObject(body, at);
  const fields: Record<string, readonly Entry[]> = {};
  for (const [member, given] of Object.entries(person)) {
    if (["resourceName", "etag", "metadata"].includes(member)) continue;
    if (given === null || ignoredMembers.includes(member)) continue;
    const path = `${at}.${snakeCase(member)}`;
    if (member === "memberships") {
      fields[member] = readMemberships(given, path, book);
      continue;
    }
    const shape = Object.hasOwn(personShapes, member) ? personShapes[member] : undefined;
    if (shape === undefined) refuseUnknown(member, at);
    const entries = readList(given, path).flatMap((item, index) =>
      readEntry(item, `${path}[${index}]`, shape),
    );
    if (shape.singleton && entries.length > 1)
      refuse(
        "INVALID_ARGUMENT",
        `Request person.${member} has more than one value. It is a singleton for contact sources.`,
      );
    if (entries.filter((entry) => entry["sourcePrimary"] === true).length > 1)
      refuse("INVALID_ARGUMENT", `Request person.${member} has more than one source primary.`);
    fields[member] = entries;
  }
  return {
    resourceName: readText(person["resourceName"], `${at}.resource_name`),
    etag: readText(person["etag"], `${at}.etag`),
    sources: readSources(person["metadata"], `${at}.metadata`),
    fields,
  };
}

/** A JSON object; refused as Google refuses anything else. */
export function readObject(body: unknown, at: string): Readonly<Record<string, unknown>> {
  if (isObject(body)) return body;
  return refuseInput(at, `Invalid value at '${at}', ${JSON.stringify(body)}`);
}

export function readList(value: unknown, at: string): readonly unknown[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return value;
  return refuseInput(at, `Invalid value at '${at}', ${JSON.stringify(value)}`);
}

/** Text, or null where it is left out. */
export function readText(value: unknown, at: string): string | null {
  if (value === undefined || value === null) return null;
  if (typeof value === "string") return value;
  return refuseInput(at, `Invalid value at '${at}' (TYPE_STRING), ${JSON.stringify(value)}`);
}

export function readTexts(value: unknown, at: string): readonly string[] {
  return readList(value, at).map((item, index) => readText(item, `${at}[${index}]`) ?? "");
}

/** Refuses members of other names. */
export function refuseOthers(
  object: Readonly<Record<string, unknown>>,
  names: readonly string[],
  at: string,
): void {
  const unknown = Object.keys(object).find((name) => !names.includes(name));
  if (unknown !== undefined) refuseUnknown(unknown, at);
}

function refuseUnknown(name: string, at: string): never {
  const where = at === "" ? "" : ` at '${at}'`;
  refuseInput(
    at,
    `Invalid JSON payload received. Unknown name "${name}"${where}: Cannot find field.`,
  );
}

function readEntry(item: unknown, at: string, shape: FieldShape): readonly Entry[] {
  const entry: Record<string, unknown> = {};
  for (const [name, given] of Object.entries(readObject(item, at))) {
    if (name === "metadata") {
      if (isSourcePrimary(given, `${at}.metadata`)) entry["sourcePrimary"] = true;
      continue;
    }
    const kind = Object.hasOwn(shape.properties, name) ? shape.properties[name] : undefined;
    if (kind === undefined) refuseUnknown(name, at);
    if (given === null || kind === "output") continue;
    const value = readValue(given, kind, `${at}.${snakeCase(name)}`);
    if (value !== "") entry[name] = value;
  }
  return shape.content.some((name) => entry[name] !== undefined) ? [entry] : [];
}

function readValue(value: unknown, kind: Kind, at: string): unknown {
  const shown = JSON.stringify(value);
  if (kind === "flag")
    return typeof value === "boolean"
      ? value
      : refuseInput(at, `Invalid value at '${at}' (TYPE_BOOL), ${shown}`);
  if (kind === "number")
    return Number.isInteger(value)
      ? value
      : refuseInput(at, `Invalid value at '${at}' (TYPE_INT32), ${shown}`);
  if (kind === "date") return readDate(value, at);
  const text = readText(value, at) ?? "";
  if (typeof kind !== "string" && !kind.includes(text))
    refuseInput(at, `Invalid value at '${at}' (TYPE_ENUM), ${shown}`);
  return kind === "line" ? text.trim() : text;
}

function readDate(value: unknown, at: string): Entry {
  const date = readObject(value, at);
  refuseOthers(date, ["year", "month", "day"], at);
  const limits = { year: 9999, month: 12, day: 31 };
  for (const [name, limit] of Object.entries(limits)) {
    const part = date[name] ?? 0;
    if (typeof part !== "number" || !Number.isInteger(part) || part < 0 || part > limit)
      refuseInput(
        `${at}.${name}`,
        `Invalid value at '${at}.${name}' (TYPE_INT32), ${JSON.stringify(part)}`,
      );
  }
  return date;
}

function readMemberships(given: unknown, at: string, book: AddressBook): readonly Entry[] {
  const ids = readList(given, at).flatMap((item, index) => {
    const membership = readObject(item, `${at}[${index}]`);
    refuseOthers(
      membership,
      ["contactGroupMembership", "domainMembership", "metadata"],
      `${at}[${index}]`,
    );
    if (membership["contactGroupMembership"] === undefined) return [];
    const where = `${at}[${index}].contact_group_membership`;
    const group = readObject(membership["contactGroupMembership"], where);
    refuseOthers(group, ["contactGroupResourceName", "contactGroupId"], where);
    const name = readText(group["contactGroupResourceName"], where) ?? "";
    const found = book.groups().find(({ id }) => name === `contactGroups/${id}`);
    return found?.id ?? refuse("INVALID_ARGUMENT", `Contact group "${name}" does not exist.`);
  });
  return [...new Set(ids)].map((group) => ({ group }));
}

function readSources(metadata: unknown, at: string): readonly SourceInput[] {
  if (metadata === undefined || metadata === null) return [];
  return readList(readObject(metadata, at)["sources"], `${at}.sources`).map((item, index) => {
    const where = `${at}.sources[${index}]`;
    const source = readObject(item, where);
    refuseOthers(source, ["type", "id", "etag", "updateTime", "profileMetadata"], where);
    return {
      type: readText(source["type"], `${where}.type`),
      id: readText(source["id"], `${where}.id`),
      etag: readText(source["etag"], `${where}.etag`),
    };
  });
}

function isSourcePrimary(metadata: unknown, at: string): boolean {
  if (metadata === null) return false;
  const object = readObject(metadata, at);
  refuseOthers(object, ["primary", "sourcePrimary", "verified", "source"], at);
  return object["sourcePrimary"] === true;
}

function snakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
