import { instantOf, toEpochMs, toInstant } from "../lib/clock.ts";
import { AstralisError, AuthError, ProviderError } from "../lib/errors.ts";
import type { SafetyConfig } from "../config/config.ts";
import type { Fields } from "../model/fields.ts";
import type { Mapping } from "../model/mapping.ts";
import type { Frozen, OutboxEntry } from "../model/outbox.ts";
import type { WriteAnswer } from "../providers/provider.ts";
import { claim, freeze, settle } from "../reconcile/answer.ts";
import type { Outcome } from "../reconcile/answer.ts";
import { adopt, observe } from "../reconcile/observe.ts";
import { decideFor } from "./decide.ts";
import type { Line } from "./line.ts";
import { waitAfter } from "./patience.ts";

/** How many entries are looked at in one query. */
const pageEntries = 50;
/** A record that never comes to rest is left for the next sync. */
const longestRounds = 5;
/** What becomes due again within this time is waited for; the rest is the next sync's. */
const longestWaitMs = 30_000;
/** Writes in a row that got no clear answer: the provider is down, and outages spend no retries (law 11). */
const failuresBeforeStop = 3;

/** Sends what is owed, one entry after the other, until nothing is due or the provider asks for more patience than there is. */
export async function deliver(
  line: Line,
  options: { readonly safety: SafetyConfig; readonly acceptCreates: boolean },
): Promise<void> {
  const { creates } = await line.store.outbox.tally(line.row.id);
  const overCeiling = creates > options.safety.maxCreates && !options.acceptCreates;
  const drive: Drive = {
    failures: 0,
    error: null,
    done: 0,
    tries: new Map(),
    holdCreates: overCeiling,
  };
  const giveUpMs = line.deps.clock.now() + longestWaitMs;
  for (;;) {
    const sent = await deliverDue(line, drive);
    if (sent > 0) continue;
    const { nextAttemptAt } = await line.store.outbox.tally(line.row.id);
    if (nextAttemptAt === null || toEpochMs(nextAttemptAt) > giveUpMs) break;
    const waitMs = toEpochMs(nextAttemptAt) - line.deps.clock.now();
    if (waitMs <= 0) break;
    await line.deps.clock.sleep(waitMs, line.signal);
    await settleUnanswered(line, "after-pull");
  }
  if (overCeiling) throw tooManyCreates(line, creates, options.safety.maxCreates);
}

/** One pass over what is due now; returns how many entries were tried. */
async function deliverDue(line: Line, drive: Drive): Promise<number> {
  const before = drive.done;
  const { open } = await line.store.outbox.tally(line.row.id);
  let after: string | undefined;
  for (;;) {
    const entries = await line.store.outbox.due(
      line.row.id,
      instantOf(line.deps.clock),
      pageEntries,
      after,
    );
    if (entries.length === 0) return drive.done - before;
    for (const entry of entries) {
      line.signal?.throwIfAborted();
      const tries = drive.tries.get(entry.clientId) ?? 0;
      if (tries >= longestRounds || (drive.holdCreates && entry.action === "create")) continue;
      drive.tries.set(entry.clientId, tries + 1);
      await deliverEntry(line, entry, drive);
      if (drive.error) throw drive.error;
      drive.done += 1;
      line.progress("delivering", drive.done, Math.max(open, drive.done));
    }
    after = entries.at(-1)?.id;
  }
}

/** Writes whose answer is not known, from a killed process or a lost answer, are cleared up before anything else. */
export async function settleUnanswered(
  line: Line,
  when: "before-pull" | "after-pull",
): Promise<void> {
  const entries = await line.store.outbox.unanswered(line.row.id);
  for (const entry of entries) {
    const { frozen } = entry;
    if (frozen === null) continue;
    if (entry.action === "create") await settleCreate(line, entry, frozen, when);
    else if (when === "before-pull") await settleByReading(line, entry);
  }
}

interface Trouble {
  failures: number;
  /** Set when it is of no use to go on. */
  error: AstralisError | null;
}

/** How a connection's delivery goes in this run. */
interface Drive extends Trouble {
  done: number;
  /** How often each client was tried: an answer can owe the next write, and some records never come to rest. */
  readonly tries: Map<string, number>;
  readonly holdCreates: boolean;
}

async function deliverEntry(line: Line, entry: OutboxEntry, trouble: Trouble): Promise<void> {
  const claimed = await claimEntry(line, entry);
  if (claimed === null) return;
  const outcome = await send(line, claimed, trouble);
  await settleEntry(line, claimed.entry, outcome);
}

interface Claimed {
  readonly entry: OutboxEntry;
  readonly mapping: Mapping;
  readonly frozen: Frozen;
}

/** Recomputes what is owed, freezes it and commits that, before a byte of it is sent (law 5). */
async function claimEntry(line: Line, entry: OutboxEntry): Promise<Claimed | null> {
  return decideFor(
    line,
    { clientIds: [entry.clientId], mappingIds: [entry.mappingId] },
    (work, here, party) => {
      const current = work.entry(entry.id);
      if (current?.state !== "due") return null;
      const owed = claim(work, here, party, current);
      if (owed === null) return null;
      const frozen = {
        fields: owed.fields,
        key: line.deps.ids(),
        sentAt: here.at,
        epoch: line.lease.lease.epoch,
      };
      freeze(work, current, frozen);
      return {
        entry: { ...current, state: "sending" as const, frozen },
        mapping: owed.mapping,
        frozen,
      };
    },
  );
}

async function send(line: Line, claimed: Claimed, trouble: Trouble): Promise<Outcome> {
  try {
    const answer = await write(line, claimed);
    trouble.failures = 0;
    return await outcomeOf(line, answer);
  } catch (error) {
    return failed(line, claimed.entry, error, trouble);
  }
}

function write(line: Line, { entry, mapping, frozen }: Claimed): Promise<WriteAnswer> {
  const { session } = line;
  if (entry.action === "create") {
    return session.create({ fields: frozen.fields, ownId: mapping.id, key: frozen.key });
  }
  const externalId = mapping.externalId ?? "";
  if (entry.action === "delete") return session.remove(externalId);
  return session.update({
    externalId,
    changes: frozen.fields,
    expected: { version: mapping.remoteVersion, fields: expectedFields(mapping) },
    key: frozen.key,
  });
}

/** The record as the decision saw it (law 6). */
function expectedFields(mapping: Mapping): Fields {
  return mapping.seen?.fields ?? {};
}

async function outcomeOf(line: Line, answer: WriteAnswer): Promise<Outcome> {
  if (answer.kind !== "exists") return answer;
  const [found] = await line.session.get([answer.externalId]);
  if (found?.kind !== "found") {
    return { kind: "refused", message: "another record has the identity, and it cannot be read" };
  }
  return { kind: "stale", observation: found.observation };
}

/** An error is told apart by what it says of the write: never carried out, or perhaps. */
function failed(line: Line, entry: OutboxEntry, error: unknown, trouble: Trouble): Outcome {
  if (!(error instanceof AstralisError)) throw error;
  const waitSeconds = waitAfter(
    error,
    Math.max(1, trouble.failures + 1),
    line.deps.random.fraction(),
  );
  const longSeconds = typeof error.retry === "object" ? error.retry.afterSeconds : 0;
  const at = toInstant(line.deps.clock.now() + 1000 * (waitSeconds ?? longSeconds));
  trouble.failures += 1;
  const stops =
    error instanceof AuthError || error.retry === "never" || trouble.failures >= failuresBeforeStop;
  if (stops || waitSeconds === null) trouble.error = error;
  const maybeDone = error instanceof ProviderError && error.executed === "unknown";
  if (!maybeDone && error instanceof ProviderError && error.code === "provider-refused") {
    trouble.error = null;
    return { kind: "refused", message: error.message };
  }
  return maybeDone
    ? { kind: "unknown", at: toInstant(unknownUntilMs(line, entry)), reason: error.message }
    : { kind: "later", at, reason: error.message };
}

async function settleEntry(line: Line, entry: OutboxEntry, outcome: Outcome): Promise<void> {
  const observations = "observation" in outcome && outcome.observation ? [outcome.observation] : [];
  const subject = { clientIds: [entry.clientId], mappingIds: [entry.mappingId], observations };
  await decideFor(line, subject, (work, here, party) => {
    const current = work.entry(entry.id);
    const mapping = work.mapping(entry.mappingId);
    // What is found for an unborn record is adopted, not believed to be the answer.
    if (outcome.kind === "stale" && mapping?.state === "creating") {
      return adopt(work, here, party, mapping, outcome.observation);
    }
    if (current)
      return settle(
        work,
        here,
        party,
        { ...current, frozen: current.frozen ?? entry.frozen },
        outcome,
      );
    if (observations[0]) observe(work, here, party, observations[0]);
  });
}

/** An update or a delete is re-read, not repeated (law 5). */
async function settleByReading(line: Line, entry: OutboxEntry): Promise<void> {
  const [mapping] = await line.store.work.read((reader) => reader.mappings([entry.mappingId]));
  if (!mapping?.externalId) return;
  const [lookup] = await line.session.get([mapping.externalId]);
  if (!lookup || lookup.kind === "bad") return;
  await settleEntry(line, await asUnknown(line, entry), readOutcome(line, entry, lookup));
}

function readOutcome(
  line: Line,
  entry: OutboxEntry,
  lookup: {
    readonly kind: "found" | "gone" | "merged";
    readonly into?: string;
    readonly observation?: Parameters<typeof observe>[3];
  },
): Outcome {
  if (lookup.kind === "merged") return { kind: "gone", mergedInto: lookup.into ?? null };
  if (lookup.kind === "gone") {
    return entry.action === "delete"
      ? { kind: "done", observation: null }
      : { kind: "gone", mergedInto: null };
  }
  const observation = lookup.observation;
  if (!observation) return { kind: "later", at: instantOf(line.deps.clock), reason: "" };
  if (entry.action === "delete")
    return { kind: "later", at: instantOf(line.deps.clock), reason: "it was not carried out" };
  return arrived(line, entry, observation.fields)
    ? { kind: "done", observation }
    : { kind: "stale", observation };
}

/** Whether every field that was sent is there now, in the provider's normal form. */
function arrived(line: Line, entry: OutboxEntry, fields: Fields): boolean {
  const sent = line.capabilities.lens.normal(entry.frozen?.fields ?? {});
  return Object.entries(sent).every(
    ([field, value]) => JSON.stringify(value) === JSON.stringify(fields[field] ?? null),
  );
}

/**
 * A create is replayed while the provider honours its key. Else it is looked up, and "absent" is believed only
 * after time-out plus the provider's search lag; before that it waits, and pulls adopt it when it shows (law 5).
 */
async function settleCreate(
  line: Line,
  entry: OutboxEntry,
  frozen: Frozen,
  when: "before-pull" | "after-pull",
): Promise<void> {
  const ageMs = line.deps.clock.now() - toEpochMs(frozen.sentAt);
  const keyMs = (line.capabilities.createKeySeconds ?? 0) * 1000;
  const unknown = await asUnknown(line, entry);
  if (ageMs < keyMs) {
    if (when !== "before-pull") return;
    const [mapping] = await line.store.work.read((reader) => reader.mappings([entry.mappingId]));
    if (!mapping) return;
    const trouble: Trouble = { failures: 0, error: null };
    await settleEntry(
      line,
      unknown,
      await send(line, { entry: unknown, mapping, frozen }, trouble),
    );
    if (trouble.error) throw trouble.error;
    return;
  }
  if (when !== "after-pull") return;
  const email = frozen.fields["email"];
  const emails = typeof email === "string" ? [email] : [];
  const found = await line.session.find({ ownId: entry.mappingId, emails });
  const ours = line.capabilities.ownId
    ? found.filter((observation) => observation.ownId === entry.mappingId)
    : found;
  const [only, ...others] = ours;
  if (only && others.length > 0) {
    const message = `${ours.length} records could be the one that was created: ${ours.map((one) => one.externalId).join(", ")}`;
    return settleEntry(line, unknown, { kind: "ambiguous", message });
  }
  if (only) return settleEntry(line, unknown, { kind: "stale", observation: only });
  if (line.deps.clock.now() < unknownUntilMs(line, entry)) return;
  await settleEntry(line, unknown, {
    kind: "later",
    at: instantOf(line.deps.clock),
    reason: "it was proved absent",
  });
}

/** Until then, a record that is not found may still be on its way. */
function unknownUntilMs(line: Line, entry: OutboxEntry): number {
  const sentAtMs = entry.frozen ? toEpochMs(entry.frozen.sentAt) : line.deps.clock.now();
  const lagSeconds = line.config.searchLagSeconds ?? line.capabilities.searchLagSeconds;
  return sentAtMs + 1000 * (line.config.requestTimeoutSeconds + lagSeconds);
}

/** What another process left as `sending` has no known answer (law 10). */
async function asUnknown(line: Line, entry: OutboxEntry): Promise<OutboxEntry> {
  if (entry.state === "unknown") return entry;
  return decideFor(line, { clientIds: [entry.clientId], mappingIds: [entry.mappingId] }, (work) => {
    const current = work.entry(entry.id);
    if (current?.state !== "sending") return current ?? entry;
    const unknown: OutboxEntry = {
      ...current,
      state: "unknown",
      nextAttemptAt: toInstant(unknownUntilMs(line, entry)),
      reason: "the process that sent it ended before the answer came",
    };
    work.putEntry(unknown);
    return unknown;
  });
}

function tooManyCreates(line: Line, count: number, maxCreates: number): AstralisError {
  line.tally.add({ held: count });
  return new AstralisError(
    "safety-stop",
    `${count} new records are owed to ${line.config.name}, more than safety.max_creates (${maxCreates})`,
    {
      hint: `See them with --dry-run. If they are right, go on with: astralis sync --org ${line.org.name} --connection ${line.config.name} --accept creates`,
    },
  );
}
