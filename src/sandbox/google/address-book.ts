import type { World } from "../kit/vendor.ts";
import { createWriteLog } from "./write-log.ts";

/** One entry of a person's field, without what the server adds on output. */
export type Entry = Readonly<Record<string, unknown>>;

/** A contact's fields by their names in `personFields`. */
export type Fields = Readonly<Record<string, readonly Entry[]>>;

/** A contact as one write left it. */
export interface Version {
  /** The write's place in the account's order of writes, from 1. */
  readonly sequence: number;
  readonly atMs: number;
  /** Base64 of eight bytes. */
  readonly etag: string;
  readonly fields: Fields;
  readonly deleted: boolean;
  /** The person's number at that time: the resource name without "people/". */
  readonly name: string;
}

export interface Contact {
  /** Hexadecimal; stays when the resource name changes. */
  readonly sourceId: string;
  readonly previousNames: readonly string[];
  /** Oldest first; at least one. */
  readonly versions: readonly [Version, ...Version[]];
  /** The public profile that it is linked with. */
  readonly profile: { readonly id: string; readonly displayName: string } | null;
}

export interface Group {
  /** "myContacts", or hexadecimal where a user made it. */
  readonly id: string;
  readonly name: string;
  readonly system: boolean;
  readonly etag: string;
  readonly clientData: readonly Entry[];
  readonly atMs: number;
  /** The place in the order of writes. */
  readonly sequence: number;
}

/** One account's contacts and groups, with enough of their past for listings that lag behind. */
export interface AddressBook {
  create(fields: Fields, options?: CreateOptions): Contact;
  /** The next version of that contact. */
  write(contact: Contact, change: { readonly fields?: Fields; readonly deleted?: true }): Contact;
  /** Gives the contact another resource name; the old one still leads to it. */
  rename(contact: Contact): Contact;
  /** By "c123", also by a former one; null where it is deleted or was never there. */
  find(name: string): Contact | null;
  /** By its source's id, deleted ones included. */
  contact(sourceId: string): Contact | null;
  /** All that ever were, deleted ones included. */
  contacts(): readonly Contact[];
  /** The last write that listings show. */
  visibleSequence(): number;
  /** Contacts that those writes changed, in the order of their last change among them. */
  changed(after: number, upTo: number): readonly Contact[];
  groups(): readonly Group[];
  createGroup(name: string, clientData: readonly Entry[]): Group;
}

export interface CreateOptions {
  /** The world's present where it is left out. */
  readonly atMs?: number;
  readonly profileName?: string;
}

const versionsKept = 20;
const systemGroups = ["myContacts", "starred", "friends", "family", "coworkers", "blocked"];
const noGroup = { system: true, clientData: [], atMs: 0, sequence: 0 };

/** Ids and etags follow from `random` alone. */
export function createAddressBook(world: World, random: () => number): AddressBook {
  const contacts = new Map<string, Contact>();
  const sources = new Map<string, string>();
  const log = createWriteLog(world);
  const word = () => randomWord(random);
  const etag = () => Buffer.from(word(), "hex").toString("base64");
  const groups: Group[] = systemGroups.map((id) => ({ ...noGroup, id, name: id, etag: etag() }));

  const put = (contact: Contact): Contact => {
    contacts.set(contact.sourceId, contact);
    for (const name of [latest(contact).name, ...contact.previousNames])
      sources.set(name, contact.sourceId);
    return contact;
  };

  const append = (contact: Contact, change: Partial<Version>): Contact => {
    const atMs = world.now();
    const sequence = log.add(atMs, contact.sourceId);
    const [first, ...rest] = contact.versions.slice(1 - versionsKept);
    const added = { ...latest(contact), ...change, sequence, atMs, etag: etag() };
    return put({
      ...contact,
      versions: first === undefined ? [added] : [first, ...rest, added],
    });
  };

  return {
    create: (fields, options = {}) => {
      const sourceId = word();
      const atMs = options.atMs ?? world.now();
      const sequence = log.add(atMs, sourceId);
      const name = `c${BigInt(`0x${sourceId}`)}`;
      const version = { sequence, atMs, etag: etag(), fields, deleted: false, name };
      const { profileName } = options;
      const profile =
        profileName === undefined
          ? null
          : { id: `1${String(BigInt(`0x${word()}`)).padStart(20, "0")}`, displayName: profileName };
      return put({ sourceId, previousNames: [], versions: [version], profile });
    },
    write: append,
    rename: (contact) => {
      const previousNames = [latest(contact).name, ...contact.previousNames];
      return append({ ...contact, previousNames }, { name: `c${BigInt(`0x${word()}`)}` });
    },
    find: (name) => {
      const contact = contacts.get(sources.get(name) ?? "");
      return contact === undefined || latest(contact).deleted ? null : contact;
    },
    contact: (sourceId) => contacts.get(sourceId) ?? null,
    contacts: () => [...contacts.values()],
    visibleSequence: () => log.visible(),
    changed: (after, upTo) =>
      log.changed(after, upTo).flatMap((sourceId) => contacts.get(sourceId) ?? []),
    groups: () => groups,
    createGroup: (name, clientData) => {
      const atMs = world.now();
      const sequence = log.add(atMs, null);
      const group = { id: word(), name, system: false, etag: etag(), clientData, atMs, sequence };
      groups.push(group);
      return group;
    },
  };
}

export function latest(contact: Contact): Version {
  return contact.versions.at(-1) ?? contact.versions[0];
}

/** The contact as the writes up to that one left it; null where it came later, or its past is no longer known. */
export function versionAt(contact: Contact, sequence: number): Version | null {
  return contact.versions.findLast((version) => version.sequence <= sequence) ?? null;
}

export function groupsOf(fields: Fields): readonly string[] {
  return (fields["memberships"] ?? []).map((entry) => String(entry["group"]));
}

/** Sixteen hexadecimal digits, the first one from 1 to 7. */
function randomWord(random: () => number): string {
  const digit = (count: number) => Math.floor(random() * count);
  let word = String(1 + digit(7));
  while (word.length < 16) word += digit(16).toString(16);
  return word;
}
