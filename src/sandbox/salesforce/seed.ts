import { seededPerson, type Person } from "../kit/people.ts";
import type { Contact } from "./contact.ts";
import { newId, prefixes } from "./ids.ts";

export interface SeedOptions {
  readonly seed: number;
  readonly clients: number;
  readonly nowMs: number;
  readonly ownerId: string;
  readonly random: () => number;
}

/** That many contacts of the last two years, oldest first, the last one of a minute ago; and their accounts. */
export function seedContacts(options: SeedOptions): {
  readonly contacts: readonly Contact[];
  readonly accounts: ReadonlyMap<string, string>;
} {
  const { seed, clients, nowMs, ownerId, random } = options;
  const idsByName = new Map<string, string>();
  const accountOf = (company: string | null): string | null => {
    if (company === null) return null;
    const id = idsByName.get(company) ?? newId(prefixes.account, random);
    idsByName.set(company, id);
    return id;
  };
  const contacts = Array.from({ length: clients }, (_, index): Contact => {
    const someone = seededPerson("salesforce", seed, index);
    const atMs = seededAt(nowMs, index, clients);
    return {
      id: newId(prefixes.contact, random),
      values: { ...valuesOf(someone), AccountId: accountOf(someone.company), OwnerId: ownerId },
      isDeleted: false,
      deletedMs: null,
      masterRecordId: null,
      createdMs: atMs,
      modifiedMs: atMs,
      stampMs: atMs,
    };
  });
  const accounts = new Map([...idsByName].map(([name, id]) => [id, name]));
  return { contacts, accounts };
}

const twoYearsMs = 2 * 365 * 24 * 3600 * 1000;

function seededAt(nowMs: number, index: number, clients: number): number {
  const ageMs = 60_000 + (twoYearsMs * (clients - 1 - index)) / clients;
  return Math.floor((nowMs - ageMs) / 1000) * 1000;
}

function valuesOf(someone: Person): Contact["values"] {
  const { address, familyName, givenName, name } = someone;
  const inParts = familyName !== null && `${givenName} ${familyName}` === name;
  const lines = [address?.line1, address?.line2].filter((line) => typeof line === "string");
  return {
    FirstName: inParts ? givenName : null,
    LastName: inParts ? familyName : name,
    Email: someone.email,
    Phone: someone.phone,
    Description: someone.notes,
    MailingStreet: lines.length === 0 ? null : lines.join("\r\n"),
    MailingCity: address?.city ?? null,
    MailingState: address?.state ?? null,
    MailingPostalCode: address?.postalCode ?? null,
    MailingCountry: address?.country ?? null,
  };
}
