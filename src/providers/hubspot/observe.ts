import type { Instant } from "../../lib/clock.ts";
import type { Filter } from "../../model/connection.ts";
import { isEmail, normalEmail } from "../../model/normal.ts";
import type { Observation } from "../../model/observation.ts";
import { outsideOf } from "../kit/filter.ts";
import { isId } from "../kit/records.ts";
import { listed, type Contact } from "./contact.ts";
import { unmetIn } from "./filter.ts";
import { contactLens } from "./lens.ts";

/** Turns a contact into what the engine sees. */
export type Observe = (contact: Contact, requestedAt: Instant) => Observation;

/** `hubId` is the account's number, for links to HubSpot's own pages; null where there are none, or it is not known. */
export function createObserve(hubId: string | null, filter: Filter | null = null): Observe {
  return (contact, requestedAt) => {
    const { properties } = contact;
    if (contact.archived) return goneObservation(contact.id, { requestedAt, mergedInto: null });
    const emails = [properties.email ?? "", ...listed(properties.hs_additional_emails)];
    const phones = [properties.phone, properties.mobilephone];
    return {
      externalId: contact.id,
      externalType,
      externalUrl: hubId === null ? null : pageOf(hubId, contact.id),
      state: "present",
      mergedInto: null,
      // HubSpot has none, and its time of the last change moves for many reasons.
      version: null,
      modifiedAt: null,
      requestedAt,
      fields: contactLens.get(contact),
      emails: [...new Set(emails.map(normalEmail).filter(isEmail))],
      phones: [...new Set(phones.filter((phone) => phone !== null))],
      ownId: null,
      ...outsideOf(unmetIn(filter, contact)),
    };
  };
}

const externalType = "contact";

/** The contact, and before it a redirect for each that was merged into it: those are in no list any more. */
export function withRedirects(contact: Contact, observation: Observation): readonly Observation[] {
  const { id, properties } = contact;
  const former = listed(properties.hs_merged_object_ids).filter((old) => isId(old) && old !== id);
  const { requestedAt } = observation;
  return [
    ...former.map((old) => goneObservation(old, { requestedAt, mergedInto: id })),
    observation,
  ];
}

export function goneObservation(
  externalId: string,
  seen: Pick<Observation, "requestedAt" | "mergedInto">,
): Observation {
  return {
    ...seen,
    externalId,
    externalType,
    externalUrl: null,
    state: "deleted",
    version: null,
    modifiedAt: null,
    fields: {},
    emails: [],
    phones: [],
    ownId: null,
  };
}

function pageOf(hubId: string, id: string): string {
  const [hub, contact] = [hubId, id].map(encodeURIComponent);
  return `https://app.hubspot.com/contacts/${hub}/record/0-1/${contact}`;
}
