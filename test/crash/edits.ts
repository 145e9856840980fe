import { must } from "../../src/lib/assert.ts";
import { findClient } from "../../src/queries/clients.ts";
import type { Account, AccountFields } from "../support/accounts.ts";
import type { CrashRoom } from "./room.ts";

export type Place = "here" | "stripe" | "google";
export const places: readonly Place[] = ["here", "stripe", "google"];
export type EditedField = "name" | "phone" | "notes";

/** What people did to one client, wherever they did it: kept outside of the program, which must end with the same. */
export interface Deed {
  readonly email: string;
  /** The values that a field may end with: one, or several where it was edited in several places at once. */
  readonly fields: Map<EditedField, Set<string>>;
  removed: boolean;
}

/** People at work in all three places, each edit noted down. Every value is used once. */
export interface Edits {
  readonly deeds: readonly Deed[];
  add(place: Place): Promise<string>;
  /** The same client at both providers, as people have them before they know of this program. */
  addTwins(): Promise<string>;
  /** Of a client that is in that place. A value that was not synced yet may win as well as this one. */
  change(place: Place, email: string, field: EditedField): Promise<void>;
  remove(place: Place, email: string): Promise<void>;
  /** All that was edited is everywhere: from now on an edit of the same field is no conflict. */
  settled(): void;
}

export function createEdits(room: CrashRoom): Edits {
  const deeds = new Map<string, Deed>();
  const fresh = new Set<string>();
  let count = 0;
  const at = (place: "stripe" | "google"): Account => room[place];
  const valueOf = (field: EditedField, email: string) => {
    count += 1;
    const who = email.split("@")[0] ?? "";
    if (field === "name") return `Name${count} ${who[0]?.toUpperCase()}${who.slice(1)}`;
    return field === "phone" ? `+351 21 ${100_000 + count}` : `note ${count}`;
  };
  const write = async (place: Place, email: string, fields: AccountFields) => {
    if (place !== "here") {
      const { id } = await at(place).byEmail(email);
      return at(place).change(id, fields);
    }
    await room.withApp(async (app) => {
      const org = app.org(undefined);
      const found = must(await findClient(app.store, org.name, email), `${email} is here`);
      await app.engine.updateClient(org, found.client.id, { fields });
    });
  };
  const newcomer = (word: string) => {
    count += 1;
    const email = `${word}${count}@example.com`;
    const fields = { name: valueOf("name", email), notes: valueOf("notes", email) };
    deeds.set(email, {
      email,
      fields: new Map([
        ["name", new Set([fields.name])],
        ["notes", new Set([fields.notes])],
      ]),
      removed: false,
    });
    return { email, ...fields };
  };
  return {
    get deeds() {
      return [...deeds.values()];
    },
    add: async (place) => {
      const fields = newcomer(place);
      if (place === "here")
        await room.withApp((app) => app.engine.addClient(app.org(undefined), { fields }));
      else await at(place).add(fields);
      return fields.email;
    },
    addTwins: async () => {
      const fields = newcomer("twins");
      await room.stripe.add(fields);
      await room.google.add(fields);
      return fields.email;
    },
    change: async (place, email, field) => {
      const deed = must(deeds.get(email), `${email} was added`);
      const value = valueOf(field, email);
      const key = `${email} ${field}`;
      const rivals = fresh.has(key) ? (deed.fields.get(field) ?? []) : [];
      deed.fields.set(field, new Set([...rivals, value]));
      fresh.add(key);
      await write(place, email, { [field]: value });
    },
    remove: async (place, email) => {
      must(deeds.get(email), `${email} was added`).removed = true;
      if (place !== "here") {
        const { id } = await at(place).byEmail(email);
        return at(place).remove(id);
      }
      await room.withApp(async (app) => {
        const org = app.org(undefined);
        const found = must(await findClient(app.store, org.name, email), `${email} is here`);
        await app.engine.removeClient(org, found.client.id);
      });
    },
    settled: () => fresh.clear(),
  };
}

/** Twelve clients: three in each place alone, and three that are at both providers. */
export async function addFirstClients(edits: Edits): Promise<void> {
  for (let number = 0; number < 3; number += 1) {
    for (const place of places) await edits.add(place);
    await edits.addTwins();
  }
}

/**
 * A day's work in all three places, on clients that are everywhere: two added, two changed and one removed in each,
 * and two fields that two places change at once.
 */
export async function workADay(edits: Edits): Promise<void> {
  const emails = edits.deeds.filter((deed) => !deed.removed).map((deed) => deed.email);
  const next = () => must(emails.shift(), "there are clients enough for a day");
  for (const place of places) {
    await edits.add(place);
    await edits.add(place);
    await edits.change(place, next(), "phone");
    const both = next();
    await edits.change(place, both, "name");
    await edits.change(place, both, "notes");
    await edits.remove(place, next());
  }
  const shared = next();
  await edits.change("here", shared, "phone");
  await edits.change("stripe", shared, "phone");
  await edits.change("stripe", shared, "notes");
  await edits.change("google", shared, "notes");
}
