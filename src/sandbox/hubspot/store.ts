import { seededPerson } from "../kit/people.ts";
import type { World } from "../kit/vendor.ts";
import { emailsOf, type Contact } from "./contact.ts";
import { conflict, invalidInput, notFound } from "./errors.ts";
import { createRecordIds } from "./ids.ts";
import { createSearchIndex, type SearchIndex } from "./search-index.ts";

/** The account's contacts, with what became of those that are no more. */
export interface Store {
  readonly search: SearchIndex;
  /** By ascending id. */
  all(): readonly Contact[];
  /** The live contact of that id, or that took its place in a merge. */
  find(id: string): Contact | null;
  findArchived(id: string): Contact | null;
  /** By any of a live contact's addresses, in any spelling of letters. */
  byEmail(email: string): Contact | null;
  /** Refuses a taken address. Empty values are left out. */
  create(values: Readonly<Record<string, string>>): Contact;
  /** Empty values clear. */
  update(contact: Contact, values: Readonly<Record<string, string>>): Contact;
  archive(contact: Contact): void;
  restore(contact: Contact): void;
  /** A new contact in the place of both; the first one's values win, the other's fill the gaps. */
  merge(primary: Contact, other: Contact): Contact;
  /** Leaves nothing, not even in the archive. */
  purge(contact: Contact): void;
  /** Carries the work out, or, where it throws, nothing of it. */
  atomically<Result>(work: () => Result): Result;
  reset(options: { readonly seed: number; readonly clients: number }): void;
}

export function createStore(world: World): Store {
  let contacts = new Map<string, Contact>();
  /** Old ids of merged contacts, and what they lead to. */
  const aliases = new Map<string, string>();
  const search = createSearchIndex(world);
  let newId = createRecordIds(world);

  const put = (contact: Contact) => {
    contacts.set(contact.id, contact);
    search.put(contact.id, contact.archivedMs === null ? contact : null);
    return contact;
  };
  const drop = (id: string) => {
    contacts.delete(id);
    search.put(id, null);
  };
  const resolve = (id: string): string => {
    const next = aliases.get(id);
    return next === undefined ? id : resolve(next);
  };
  const byEmail = (email: string) => {
    const wanted = email.trim().toLowerCase();
    for (const contact of contacts.values())
      if (contact.archivedMs === null && emailsOf(contact).includes(wanted)) return contact;
    return null;
  };
  /** No two writes of one contact happen in the same millisecond. */
  const later = (before: Contact) => Math.max(world.now(), before.updatedMs + 1);
  const refuseTaken = (email: string | undefined, own: string | null) => {
    if (email === undefined || email === "") return;
    const holder = byEmail(email);
    if (holder !== null && holder.id !== own) throw conflict(holder.id);
  };

  return {
    search,
    all: () => [...contacts.values()].toSorted((a, b) => Number(a.id) - Number(b.id)),
    find: (id) => {
      const found = contacts.get(resolve(id));
      return found === undefined || found.archivedMs !== null ? null : found;
    },
    findArchived: (id) => {
      const found = contacts.get(id);
      return found === undefined || found.archivedMs === null ? null : found;
    },
    byEmail,
    create: (values) => {
      refuseTaken(values["email"], null);
      const now = world.now();
      return put({
        id: newId(),
        values: filled(values),
        additionalEmails: [],
        mergedIds: [],
        createdMs: now,
        updatedMs: now,
        archivedMs: null,
      });
    },
    update: (before, values) => {
      const { email } = values;
      refuseTaken(email, before.id);
      const old = before.values["email"];
      // An additional address that becomes the primary one changes places with it.
      const additionalEmails = before.additionalEmails.flatMap((one) =>
        one !== email ? [one] : old === undefined ? [] : [old],
      );
      const next = filled({ ...before.values, ...values });
      return put({ ...before, values: next, additionalEmails, updatedMs: later(before) });
    },
    archive: (contact) => {
      put({ ...contact, archivedMs: world.now() });
    },
    restore: (contact) => {
      const holder = emailsOf(contact)
        .map(byEmail)
        .find((found) => found !== null);
      if (holder !== undefined) throw conflict(holder.id);
      put({ ...contact, archivedMs: null, updatedMs: later(contact) });
    },
    merge: (primary, other) => {
      if (primary.id === other.id) throw invalidInput("A contact cannot be merged with itself.");
      const email = primary.values["email"] ?? other.values["email"];
      const emails = [...emailsOf(primary), ...emailsOf(other)].filter((one) => one !== email);
      drop(primary.id);
      drop(other.id);
      const merged = put({
        id: newId(),
        values: { ...other.values, ...primary.values },
        additionalEmails: emails,
        mergedIds: [...primary.mergedIds, ...other.mergedIds, primary.id, other.id],
        createdMs: Math.min(primary.createdMs, other.createdMs),
        updatedMs: world.now(),
        archivedMs: null,
      });
      aliases.set(primary.id, merged.id);
      aliases.set(other.id, merged.id);
      return merged;
    },
    purge: (contact) => {
      if (!contacts.has(contact.id)) throw notFound();
      drop(contact.id);
    },
    atomically: (work) => {
      const before = new Map(contacts);
      try {
        return work();
      } catch (error) {
        const after = contacts;
        contacts = before;
        for (const id of after.keys())
          if (before.get(id) !== after.get(id)) search.put(id, before.get(id) ?? null);
        throw error;
      }
    },
    reset: ({ seed, clients }) => {
      contacts = new Map();
      aliases.clear();
      search.clear();
      newId = createRecordIds(world);
      for (let index = 0; index < clients; index += 1) {
        const createdMs = seededAt(world.now(), index, clients);
        const contact: Contact = {
          id: newId(),
          values: seededValues(seed, index),
          additionalEmails: [],
          mergedIds: [],
          createdMs,
          updatedMs: createdMs,
          archivedMs: null,
        };
        contacts.set(contact.id, contact);
        search.seed(contact);
      }
    },
  };
}

function filled(values: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== ""));
}

/** Spread over the last two years, oldest first; the last one an hour ago. */
function seededAt(nowMs: number, index: number, clients: number): number {
  const twoYearsMs = 2 * 365 * 24 * 3_600_000;
  return nowMs - 3_600_000 - Math.floor((twoYearsMs * (clients - 1 - index)) / clients);
}

function seededValues(seed: number, index: number): Readonly<Record<string, string>> {
  const person = seededPerson("hubspot", seed, index);
  const { address, givenName } = person;
  const split = givenName !== null && person.name.startsWith(`${givenName} `);
  return filled({
    email: person.email,
    // Who types a name of another order or a firm's puts it into the first box as a whole.
    firstname: split ? givenName : person.name,
    lastname: split ? person.name.slice(givenName.length + 1) : "",
    phone: person.phone ?? "",
    company: person.company ?? "",
    address: address?.line1 ?? "",
    city: address?.city ?? "",
    state: address?.state ?? "",
    zip: address?.postalCode ?? "",
    country: address?.country ?? "",
  });
}
