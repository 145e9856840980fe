import { BadInput } from "../kit/input.ts";
import type { World } from "../kit/vendor.ts";
import type { Contact } from "./contact.ts";
import { newId, prefixes } from "./ids.ts";
import { seedContacts } from "./seed.ts";
import type { SalesforceSettings } from "./settings.ts";

/** The org's contacts, those in the recycle bin among them. */
export interface Store {
  readonly org: { readonly id: string; readonly name: string };
  readonly userId: string;
  /** In the order in which they were made. */
  contacts(): readonly Contact[];
  find(id: string): Contact | null;
  /** Whether a contact of that id has ever been. */
  knows(id: string): boolean;
  /** Names of accounts by their ids. */
  accounts(): ReadonlyMap<string, string>;
  create(values: Contact["values"]): Contact;
  /** Moves the times even where nothing changes. */
  update(contact: Contact, values: Contact["values"]): void;
  delete(contact: Contact): void;
  /** Puts the losers, at most two, into the bin as parts of the winner. */
  merge(winnerId: string, loserIds: readonly string[]): void;
  undelete(id: string): void;
  emptyBin(): void;
  reset(options: { readonly seed: number; readonly clients: number }): void;
}

/** Rows stay in the recycle bin for 15 days. */
const binMs = 15 * 24 * 3600 * 1000;

export function createStore(world: World, settings: () => SalesforceSettings): Store {
  const random = () => world.random();
  const org = { id: newId(prefixes.org, random), name: "Lighthouse Studio" };
  const userId = newId(prefixes.user, random);
  const contacts = new Map<string, Contact>();
  const known = new Set<string>();
  let accounts: ReadonlyMap<string, string> = new Map();

  /** Whole seconds: Salesforce tells no milliseconds but zeros. */
  const stamp = () => Math.floor((world.now() - settings().commit_delay_ms) / 1000) * 1000;
  const put = (contact: Contact): Contact => {
    contacts.set(contact.id, contact);
    known.add(contact.id);
    return contact;
  };
  const bin = (contact: Contact, masterRecordId: string | null) =>
    put({
      ...contact,
      isDeleted: true,
      deletedMs: world.now(),
      masterRecordId,
      modifiedMs: stamp(),
      stampMs: stamp(),
    });
  const purge = (isDue: (contact: Contact) => boolean) => {
    for (const contact of contacts.values())
      if (contact.isDeleted && isDue(contact)) contacts.delete(contact.id);
  };
  const present = (id: string): Contact => {
    const contact = contacts.get(id);
    if (contact === undefined || contact.isDeleted)
      throw new BadInput(`There is no contact ${JSON.stringify(id)}.`);
    return contact;
  };

  return {
    org,
    userId,
    contacts: () => {
      purge(({ deletedMs }) => world.now() - (deletedMs ?? 0) >= binMs);
      return [...contacts.values()];
    },
    find: (id) => contacts.get(id) ?? null,
    knows: (id) => known.has(id),
    accounts: () => accounts,
    create: (values) => {
      const at = stamp();
      return put({
        id: newId(prefixes.contact, random),
        values: { OwnerId: userId, ...values },
        isDeleted: false,
        deletedMs: null,
        masterRecordId: null,
        createdMs: at,
        modifiedMs: at,
        stampMs: at,
      });
    },
    update: (contact, values) => {
      put({
        ...contact,
        values: { ...contact.values, ...values },
        modifiedMs: stamp(),
        stampMs: stamp(),
      });
    },
    delete: (contact) => void bin(contact, null),
    merge: (winnerId, loserIds) => {
      const winner = present(winnerId);
      const losers = loserIds.filter((id) => id !== winnerId).map(present);
      if (losers.length === 0 || losers.length > 2)
        throw new BadInput("One or two contacts are merged into another one.");
      for (const loser of losers) bin(loser, winnerId);
      put({ ...winner, modifiedMs: stamp(), stampMs: stamp() });
    },
    undelete: (id) => {
      const contact = contacts.get(id);
      if (contact === undefined || !contact.isDeleted || contact.masterRecordId !== null)
        throw new BadInput(`${JSON.stringify(id)} is not in the recycle bin.`);
      put({ ...contact, isDeleted: false, deletedMs: null, stampMs: stamp(), modifiedMs: stamp() });
    },
    emptyBin: () => purge(() => true),
    reset: ({ seed, clients }) => {
      contacts.clear();
      known.clear();
      const seeded = seedContacts({ seed, clients, nowMs: world.now(), ownerId: userId, random });
      accounts = seeded.accounts;
      for (const contact of seeded.contacts) put(contact);
    },
  };
}
