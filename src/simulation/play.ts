import { must, unreachable } from "../lib/assert.ts";
import { AstralisError } from "../lib/errors.ts";
import { normalFields } from "../model/normal.ts";
import { sameValue } from "../model/fields.ts";
import type { ConnectionResult } from "../model/run.ts";
import type { SyncDocument, SyncOptions } from "../sync/engine.ts";
import type { AccountRecord } from "./accounts/account.ts";
import { accountKinds } from "./accounts/kinds.ts";
import type { Chronicle } from "./chronicle.ts";
import { Crash } from "./fuse.ts";
import type { Edit, Step, SyncMode, Typed } from "./history.ts";
import type { Place, Process, SimulatedWorld } from "./world.ts";

/** Lets one thing happen, and writes down what people did. */
export async function play(world: SimulatedWorld, chronicle: Chronicle, step: Step): Promise<void> {
  world.reseed(step.seed);
  world.clock.advance(step.waitMs);
  chronicle.counts.steps += 1;
  chronicle.known = await knownClients(world);
  const pending: Promise<void>[] = [];
  await playMoment(world, chronicle, step, pending);
  await Promise.all(pending);
}

async function playMoment(
  world: SimulatedWorld,
  chronicle: Chronicle,
  step: Step,
  pending: Promise<void>[],
): Promise<void> {
  switch (step.kind) {
    case "sync":
      await sync(world, chronicle, world.process(), optionsOf(world, step.connection, step.mode));
      return;
    case "two-syncs":
      return syncTwice(world, chronicle, step.first, step.second);
    case "retry":
      await told(world, chronicle, () => world.process().engine.retry(world.org()));
      return;
    case "accept": {
      const connection = placeAt(world, step.account).plan.name;
      await sync(world, chronicle, world.process(), { connection, accept: [step.stop] });
      return;
    }
    case "rules":
      placeAt(world, step.account).rules.push(step.rules);
      return;
    case "fault":
      return controlOf(world, step.account).addFaults(step.fault);
    case "lag":
      return controlOf(world, step.account).change({ listingLagMs: step.lagMs });
    case "clock":
      return setClock(world, chronicle, step.jumpMs);
    case "tokens":
      return controlOf(world, step.account).endTokens(step.end);
    case "cursors":
      if (accountKinds[placeAt(world, step.account).plan.provider].endsCursors)
        controlOf(world, step.account).expireCursors();
      return;
    case "reconnect":
      return world.reconnect(placeAt(world, step.account));
    case "wait":
      return;
    case "crash":
      return world.fuse.armCrash(step.statement);
    case "busy":
      return world.fuse.armBusy(step.statement, step.times);
    case "stale":
      return world.fuse.armStale(step.statement, step.times);
    case "meanwhile":
      return world.fuse.armMeanwhile(step.request, () => {
        if (isThere(step.edit)) editThere(world, chronicle, step.edit);
        else pending.push(editHere(world, chronicle, step.edit, world.otherProcess()));
      });
    case "add-here":
    case "edit-here":
    case "remove-here":
      return editHere(world, chronicle, step, world.process());
    case "add-there":
    case "edit-there":
    case "remove-there":
    case "rename-there":
    case "swap-there":
      return editThere(world, chronicle, step);
    default:
      return unreachable(step);
  }
}

/** A sync whose every word is kept; null where it did not end with a document. */
export async function sync(
  world: SimulatedWorld,
  chronicle: Chronicle,
  process: Process,
  options: SyncOptions,
): Promise<SyncDocument | null> {
  chronicle.counts.syncs += 1;
  const startedMs = world.clock.now();
  const document = await told(world, chronicle, () => process.engine.sync(world.org(), options));
  if (document === null) return null;
  world.heard.push(JSON.stringify(document));
  if (process.life.ended) return document;
  const endedMs = world.clock.now();
  for (const connection of document.connections) {
    noteDefect(chronicle, connection);
    const index = world.places.findIndex(({ plan }) => plan.name === connection.name);
    if (!connection.error && !options.dryRun) chronicle.passes[index]?.push({ startedMs, endedMs });
  }
  return document;
}

async function syncTwice(
  world: SimulatedWorld,
  chronicle: Chronicle,
  first: number | null,
  second: number | null,
): Promise<void> {
  const other = world.otherProcess();
  await Promise.all([
    sync(world, chronicle, world.process(), optionsOf(world, first, "normal")),
    sync(world, chronicle, other, optionsOf(world, second, "normal")),
  ]);
  other.life.ended = true;
}

/** What people may be told is an AstralisError; a crash tells nothing. */
async function told<T>(
  world: SimulatedWorld,
  chronicle: Chronicle,
  work: () => Promise<T>,
): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Crash) return null;
    const known = error instanceof AstralisError && error.code !== "internal";
    const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    world.heard.push(error instanceof AstralisError ? `${text} ${error.hint}` : text);
    if (!known) chronicle.surprises.push(`${text}\n${error instanceof Error ? error.stack : ""}`);
    return null;
  }
}

function noteDefect(chronicle: Chronicle, connection: ConnectionResult): void {
  const { error, name } = connection;
  if (error?.code === "internal") chronicle.surprises.push(`${name}: ${error.message}`);
}

function optionsOf(world: SimulatedWorld, index: number | null, mode: SyncMode): SyncOptions {
  return {
    ...(index === null ? {} : { connection: placeAt(world, index).plan.name }),
    ...(mode === "full" ? { full: true } : {}),
    ...(mode === "dry" ? { dryRun: true } : {}),
  };
}

type EditThere = Exclude<Edit, { readonly kind: "add-here" | "edit-here" | "remove-here" }>;
type EditHere = Exclude<Edit, EditThere>;

function isThere(edit: Edit): edit is EditThere {
  return "account" in edit;
}

async function editHere(
  world: SimulatedWorld,
  chronicle: Chronicle,
  edit: EditHere,
  process: Process,
): Promise<void> {
  chronicle.counts.edits += 1;
  const { engine } = process;
  const org = world.org();
  if (edit.kind === "add-here") {
    const made = await told(world, chronicle, () => engine.addClient(org, { fields: edit.fields }));
    if (made) note(world, chronicle, { side: "here", id: made.id }, edit.fields);
    return;
  }
  const client = chosen(chronicle, edit.pick);
  if (client === undefined) return;
  if (edit.kind === "remove-here") {
    const removed = await told(world, chronicle, () => engine.removeClient(org, client.id));
    const after = await world.store.reads.client(world.orgId, client.id);
    if (removed || after?.removedAt) chronicle.removedHere.set(client.id, removed?.owed ?? []);
    return;
  }
  const before = await world.store.reads.client(world.orgId, client.id);
  await told(world, chronicle, () => engine.updateClient(org, client.id, { fields: edit.fields }));
  // A process that crashed does not say whether it was done: the database does.
  const after = await world.store.reads.client(world.orgId, client.id);
  const typed = Object.entries(changedOf(edit.fields, before?.fields ?? {}));
  // A value that was set back to what both sides last agreed on gives way to the other side's in the same moment.
  const stands = typed.filter(([field, value]) => sameValue(value, after?.fields[field] ?? null));
  note(world, chronicle, { side: "here", id: client.id }, Object.fromEntries(stands));
}

function editThere(world: SimulatedWorld, chronicle: Chronicle, edit: EditThere): void {
  chronicle.counts.edits += 1;
  const { account } = placeAt(world, edit.account);
  const side = edit.account;
  if (edit.kind === "add-there") {
    const id = account.add(edit.fields);
    if (id === null) return;
    chronicle.addedThere[side]?.add(id);
    return note(world, chronicle, { side, id }, edit.fields);
  }
  const records = account.records().toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const mapped = chosen(chronicle, edit.pick)?.records.get(placeAt(world, side).connectionId);
  const record =
    records.find(({ id }) => id === mapped) ?? records[Math.floor(edit.pick * records.length)];
  if (record === undefined) return;
  switch (edit.kind) {
    case "edit-there":
      if (account.change(record.id, edit.fields))
        note(world, chronicle, { side, id: record.id }, changedOf(edit.fields, record.fields));
      return;
    case "remove-there":
      if (account.remove(record.id)) chronicle.removedThere[side]?.add(record.id);
      return;
    case "rename-there": {
      const id = account.rename(record.id);
      if (id !== null) chronicle.renamed[side]?.set(record.id, id);
      return;
    }
    case "swap-there": {
      const other = records[Math.floor(edit.other * records.length)];
      if (other !== undefined && other !== record) swap(world, chronicle, side, [record, other]);
      return;
    }
    default:
      return unreachable(edit);
  }
}

/** A step clock does not go back: instead, all others go forward. */
function setClock(world: SimulatedWorld, chronicle: Chronicle, jumpMs: number): void {
  chronicle.counts.jumps += 1;
  world.clock.advance(Math.max(0, jumpMs));
  for (const { account } of world.places) account.sandbox.control.moveClock({ advanceMs: -jumpMs });
}

/** Clients as they are before a step, with their records, so that edits on all sides can meet at the same ones. */
async function knownClients({ store, orgId }: SimulatedWorld): Promise<Chronicle["known"]> {
  const { items } = await store.reads.clients(orgId, {}, { limit: 1000 });
  const mappings = await store.reads.mappingsOf(items.map(({ id }) => id));
  return items.map(({ id }) => ({
    id,
    records: new Map(
      mappings
        .filter(({ clientId, state }) => clientId === id && state === "linked")
        .map(({ connectionId, externalId }) => [connectionId, externalId ?? ""]),
    ),
  }));
}

/** The first ones more often than the others. */
function chosen({ known }: Chronicle, pick: number): Chronicle["known"][number] | undefined {
  return known[Math.floor(pick ** 3 * known.length)];
}

function swap(
  world: SimulatedWorld,
  chronicle: Chronicle,
  side: number,
  [one, other]: readonly [AccountRecord, AccountRecord],
): void {
  const { account } = placeAt(world, side);
  for (const [to, from] of [
    [one, other],
    [other, one],
  ] as const) {
    const fields = { email: from.fields["email"] ?? null };
    if (account.change(to.id, fields)) note(world, chronicle, { side, id: to.id }, fields);
  }
}

/** What was there already is no edit. */
function changedOf(fields: Typed, before: Typed): Typed {
  const known = normalFields(before);
  return Object.fromEntries(
    Object.entries(normalFields(fields)).filter(
      ([field, value]) => !sameValue(value, known[field] ?? null),
    ),
  );
}

function note(
  world: SimulatedWorld,
  chronicle: Chronicle,
  of: { readonly side: "here" | number; readonly id: string },
  fields: Typed,
): void {
  const atMs = world.clock.now();
  const afterRequest = of.side === "here" ? 0 : lastRequest(placeAt(world, of.side));
  for (const [field, value] of Object.entries(normalFields(fields)))
    chronicle.typed.push({ ...of, atMs, field, value, afterRequest });
}

export function placeAt(world: SimulatedWorld, index: number): Place {
  return must(world.places[index % world.places.length], "the world has connections");
}

/** The number of the last request of ours that the account has served. */
export function lastRequest({ account }: Place): number {
  return account.sandbox.control.ledger().at(-1)?.number ?? 0;
}

function controlOf(world: SimulatedWorld, index: number) {
  return placeAt(world, index).account.sandbox.control;
}
