import { must } from "../../src/lib/assert.ts";
import type { App } from "../../src/app.ts";
import type { FieldValue } from "../../src/model/fields.ts";
import { listClients } from "../../src/queries/clients.ts";
import { findOrganization } from "../../src/queries/names.ts";
import type { LedgerEntry } from "../../src/sandbox/kit/vendor.ts";
import type { AccountRecord } from "../support/accounts.ts";
import { isRecord } from "../support/json.ts";
import type { Deed, EditedField } from "./edits.ts";
import type { CrashRoom } from "./room.ts";

/** How many writes each connection still owes, and in which states. */
export interface Owed {
  readonly due: number;
  readonly unanswered: number;
  /** Creates at Google without an answer: they take a while to be proved absent (law 5). */
  readonly unprovenCreates: number;
}

export async function owedWrites(room: CrashRoom): Promise<Owed> {
  return room.withApp(async (app) => {
    const total = { due: 0, unanswered: 0, unprovenCreates: 0 };
    for (const { id, provider } of await connectionsOf(app)) {
      const { open } = await app.store.outbox.tally(id);
      const unanswered = await app.store.outbox.unanswered(id);
      total.unanswered += unanswered.length;
      total.due += open - unanswered.length;
      if (provider === "gmail")
        total.unprovenCreates += unanswered.filter((entry) => entry.action === "create").length;
    }
    return total;
  });
}

/** How many requests changed anything at the providers, whoever sent them. */
export function writesServed(room: CrashRoom): number {
  return ledgers(room).reduce(
    (total, entries) => total + entries.filter((entry) => entry.wrote).length,
    0,
  );
}

/** Everything that is not as it should be once all syncs are over; empty where all is well. */
export async function findWrongs(
  room: CrashRoom,
  deeds: readonly Deed[],
): Promise<readonly string[]> {
  const here = await room.withApp((app) => clientsHere(app));
  const sides: readonly (readonly [string, readonly AccountRecord[]])[] = [
    ["here", here],
    ["at Stripe", await room.stripe.list()],
    ["at Google", await room.google.list()],
  ];
  const owed = await owedWrites(room);
  return [
    ...sides.flatMap(([side, records]) => [
      ...duplicates(side, records),
      ...strangers(side, records, deeds),
      ...deeds.flatMap((deed) => wrongsOf(deed, side, records)),
    ]),
    ...deeds.flatMap((deed) => disagreements(deed, sides)),
    ...(owed.due + owed.unanswered === 0 ? [] : [`the outbox holds ${JSON.stringify(owed)}`]),
    ...ledgers(room).flatMap(repeatedWrites),
  ];
}

async function clientsHere(app: App): Promise<readonly AccountRecord[]> {
  const page = { limit: 1000 };
  const { clients } = await listClients(app.store, app.org(undefined).name, { page });
  return clients.map(({ id, email, name, phone, notes }) => ({
    id,
    email: textOf(email),
    name: textOf(name),
    phone: textOf(phone),
    notes: textOf(notes),
  }));
}

function textOf(value: FieldValue): string | null {
  return typeof value === "string" ? value : null;
}

function duplicates(side: string, records: readonly AccountRecord[]): readonly string[] {
  const seen = new Set<string | null>();
  return records.flatMap(({ email }) => {
    if (!seen.has(email)) return seen.add(email) && [];
    return [`${email} is there twice ${side}`];
  });
}

function strangers(
  side: string,
  records: readonly AccountRecord[],
  deeds: readonly Deed[],
): readonly string[] {
  const known = new Set(deeds.flatMap((deed) => (deed.removed ? [] : [deed.email])));
  return records.flatMap(({ email }) =>
    email !== null && known.has(email) ? [] : [`${email} is ${side} and should not be`],
  );
}

function wrongsOf(deed: Deed, side: string, records: readonly AccountRecord[]): readonly string[] {
  if (deed.removed) return [];
  const record = records.find(({ email }) => email === deed.email);
  if (record === undefined) return [`${deed.email} is missing ${side}`];
  return [...deed.fields].flatMap(([field, values]) => {
    const value = record[field];
    if (value !== null && values.has(value)) return [];
    return [`${deed.email} ${side}: ${field} is ${value}, not ${[...values].join(" or ")}`];
  });
}

function disagreements(
  deed: Deed,
  sides: readonly (readonly [string, readonly AccountRecord[]])[],
): readonly string[] {
  const found = sides.flatMap(([, records]) => records.filter(({ email }) => email === deed.email));
  const fields: readonly EditedField[] = ["name", "phone", "notes"];
  return fields.flatMap((field) => {
    const values = new Set(found.map((record) => record[field]));
    return values.size > 1 ? [`${deed.email}: ${field} is ${[...values].join(" and ")}`] : [];
  });
}

/** By the sandbox's own books: no create of the same client and no write of the same values was carried out twice. */
function repeatedWrites(entries: readonly LedgerEntry[]): readonly string[] {
  const times = new Map<string, number>();
  for (const entry of entries) {
    if (!entry.wrote || !isOurs(entry)) continue;
    const key = `${entry.method} ${entry.path} ${meaningOf(entry)}`;
    times.set(key, (times.get(key) ?? 0) + 1);
  }
  return [...times].flatMap(([key, count]) => (count > 1 ? [`${count} times: ${key}`] : []));
}

/** What other programs of the account's owner do is none of the program's doing. */
function isOurs({ headers }: LedgerEntry): boolean {
  return headers["user-agent"] !== "node";
}

/** The id that a create carries, else the values that are written. */
function meaningOf({ body }: LedgerEntry): string {
  if (!body.startsWith("{")) {
    const form = new URLSearchParams(body);
    return form.get("metadata[astralis_client_id]") ?? body;
  }
  const parsed: unknown = JSON.parse(body);
  if (!isRecord(parsed)) return body;
  if ("clientData" in parsed) return JSON.stringify(parsed["clientData"]);
  const { etag: _etag, metadata: _metadata, ...values } = parsed;
  return JSON.stringify(values);
}

function ledgers(room: CrashRoom): readonly (readonly LedgerEntry[])[] {
  return [room.stripe, room.google].map(({ sandbox }) => sandbox.control.ledger());
}

export async function connectionsOf(app: App) {
  const name = app.org(undefined).name;
  const org = must(await findOrganization(app.store, name), `${name} is stored`);
  return app.store.connections.list(org.id);
}
