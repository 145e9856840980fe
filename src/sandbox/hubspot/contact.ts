import { defaultProperties, isProperty } from "./properties.ts";

/** A contact as it is kept. */
export interface Contact {
  readonly id: string;
  /** What was written, without what is empty. */
  readonly values: Readonly<Record<string, string>>;
  readonly additionalEmails: readonly string[];
  readonly mergedIds: readonly string[];
  readonly createdMs: number;
  readonly updatedMs: number;
  readonly archivedMs: number | null;
}

export interface ShowOptions {
  /** Beside those that are always there. */
  readonly properties: readonly string[];
  readonly traceId?: string | undefined;
}

/** https://developers.hubspot.com/docs/api-reference/latest/crm/objects/contacts */
export function showContact(contact: Contact, options: ShowOptions): Record<string, unknown> {
  const asked = options.properties.length === 0 ? defaultProperties : options.properties;
  const names = new Set([...asked, "hs_object_id", "createdate", "lastmodifieddate"]);
  const { traceId } = options;
  return {
    id: contact.id,
    properties: Object.fromEntries(
      [...names].filter(isProperty).map((name) => [name, valueOf(contact, name)]),
    ),
    createdAt: new Date(contact.createdMs).toISOString(),
    updatedAt: new Date(contact.updatedMs).toISOString(),
    archived: contact.archivedMs !== null,
    ...(contact.archivedMs === null
      ? {}
      : { archivedAt: new Date(contact.archivedMs).toISOString() }),
    ...(traceId === undefined ? {} : { objectWriteTraceId: traceId }),
  };
}

/** All property values are texts; null for one that is empty. */
export function valueOf(contact: Contact, name: string): string | null {
  switch (name) {
    case "hs_object_id":
      return contact.id;
    case "createdate":
      return new Date(contact.createdMs).toISOString();
    case "lastmodifieddate":
      return new Date(contact.updatedMs).toISOString();
    case "hs_additional_emails":
      return joined(contact.additionalEmails);
    case "hs_merged_object_ids":
      return joined(contact.mergedIds);
    default:
      return contact.values[name] ?? null;
  }
}

/** Every address by which the contact is known. */
export function emailsOf(contact: Contact): readonly string[] {
  const primary = contact.values["email"];
  return [...(primary === undefined ? [] : [primary]), ...contact.additionalEmails];
}

function joined(items: readonly string[]): string | null {
  return items.length === 0 ? null : items.join(";");
}
