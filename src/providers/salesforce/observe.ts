import type { Instant } from "../../lib/clock.ts";
import type { Filter } from "../../model/connection.ts";
import { isEmail, normalEmail } from "../../model/normal.ts";
import type { Observation } from "../../model/observation.ts";
import { outsideOf } from "../kit/filter.ts";
import { toldInstant } from "../kit/times.ts";
import { unmetIn } from "./filter.ts";
import { contactLens } from "./lens.ts";
import type { SalesforceWire } from "./requests.ts";
import { timeOf, type Contact } from "./wire.ts";

/** Turns a contact into what the engine sees. */
export type Observe = (contact: Contact, requestedAt: Instant) => Observation;

/** `access` tells where the org's pages are. */
export function createObserve(
  wire: SalesforceWire,
  access: { readonly apiOrigin: string | null },
  filter: Filter | null = null,
): Observe {
  return (contact, requestedAt) => ({
    ...recordOf(contact.Id),
    externalUrl: pageOf(contact.Id, access.apiOrigin),
    state: contact.IsDeleted ? "deleted" : "present",
    mergedInto: contact.MasterRecordId,
    version: contact.SystemModstamp,
    modifiedAt: toldInstant(wire.toOurTime(timeOf(contact.LastModifiedDate))),
    requestedAt,
    fields: contact.IsDeleted ? {} : contactLens.get(contact),
    emails: [normalEmail(contact.Email ?? "")].filter(isEmail),
    phones: [contact.Phone, contact.MobilePhone].filter((phone) => phone !== null),
    ...(contact.IsDeleted ? {} : outsideOf(unmetIn(filter, contact))),
  });
}

/** A contact that was removed just now: Salesforce's answer says nothing of it. */
export function removedContact(id: string, requestedAt: Instant): Observation {
  return {
    ...recordOf(id),
    externalUrl: null,
    state: "deleted",
    mergedInto: null,
    version: null,
    modifiedAt: null,
    requestedAt,
    fields: {},
    emails: [],
    phones: [],
  };
}

function recordOf(id: string) {
  return { externalId: id, externalType: "contact", ownId: null };
}

/** The org's own pages have the origin of its API; null where it is not Salesforce itself that is talked to. */
function pageOf(id: string, api: string | null): string | null {
  const { protocol, hostname } = new URL(api ?? "about:blank");
  const isReal = protocol === "https:" && hostname.endsWith(".salesforce.com");
  return isReal ? `${api}/${encodeURIComponent(id)}` : null;
}
