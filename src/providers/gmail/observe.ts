import type { Instant } from "../../lib/clock.ts";
import { isEmail, normalEmail } from "../../model/normal.ts";
import type { Observation } from "../../model/observation.ts";
import { outsideOf } from "../kit/filter.ts";
import { toldInstant } from "../kit/times.ts";
import { entryText, primaryEntry } from "./entries.ts";
import type { Membership } from "./filter.ts";
import { personLens } from "./lens.ts";
import { ownIdKey, type Entry, type PeopleWire, type Person } from "./wire.ts";

/** Turns a contact into what the engine sees. */
export type Observe = (person: Person, requestedAt: Instant) => Observation;

/** `linked` says whether it is Google itself, with its contacts page, that is talked to. */
export function createObserve(
  wire: PeopleWire,
  linked: boolean,
  membership: Membership | null = null,
): Observe {
  return (person, requestedAt) => ({
    externalId: person.resourceName,
    externalType: "person",
    externalUrl: linked ? pageOf(person) : null,
    state: person.deleted ? "deleted" : "present",
    mergedInto: null,
    version: person.contact?.etag ?? person.etag,
    modifiedAt: modifiedAt(person, wire),
    requestedAt,
    fields: person.deleted ? {} : personLens.get(person),
    emails: [...new Set(valuesOf(person.emailAddresses).map(normalEmail).filter(isEmail))],
    phones: [...new Set(valuesOf(person.phoneNumbers))],
    ownId: ownIdOf(person),
    ...(person.deleted ? {} : outsideOf(membership?.unmetIn(person) ?? null)),
  });
}

/** The contact that took another one's name: for that one it is a redirect. */
export function redirects(person: Person, observation: Observation): readonly Observation[] {
  return person.previousResourceNames
    .filter((name) => name !== person.resourceName)
    .map((name) => ({
      ...observation,
      externalId: name,
      externalUrl: null,
      state: "deleted" as const,
      mergedInto: person.deleted ? null : person.resourceName,
      version: null,
      fields: {},
      emails: [],
      phones: [],
      ownId: null,
    }));
}

export function ownIdOf(person: Person): string | null {
  const own = person.clientData.find((entry) => entry["key"] === ownIdKey);
  return entryText(own, "value");
}

/** All values, the primary one first. */
export function valuesOf(entries: readonly Entry[]): readonly string[] {
  const first = primaryEntry(entries, ["value"]);
  const ordered = first === undefined ? entries : [first, ...entries.filter((e) => e !== first)];
  return ordered.map((entry) => entryText(entry, "value")).filter((value) => value !== null);
}

function modifiedAt(person: Person, wire: PeopleWire): Instant | null {
  return toldInstant(wire.toOurTime(Date.parse(person.contact?.updateTime ?? "")));
}

function pageOf(person: Person): string {
  return `https://contacts.google.com/person/${person.resourceName.replace(/^people\//, "")}`;
}
