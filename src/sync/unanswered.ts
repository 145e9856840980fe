import { instantOf, toEpochMs } from "../lib/clock.ts";
import { sameValue } from "../model/fields.ts";
import type { Fields } from "../model/fields.ts";
import type { Mapping } from "../model/mapping.ts";
import type { Observation } from "../model/observation.ts";
import type { Frozen, OutboxEntry } from "../model/outbox.ts";
import type { Lookup } from "../providers/provider.ts";
import type { Outcome } from "../reconcile/answer.ts";
import { decideFor } from "./decide.ts";
import type { Line } from "./line.ts";
import { lookUp, patiently } from "./look-up.ts";
import { noTrouble, send, settleEntry, unknownUntil } from "./send.ts";

/**
 * Clears up writes whose answer is not known, from a killed process or a lost answer. What can be repeated or read is
 * cleared up before the pull; a create that has to be looked for, after it: a pull adopts what it shows.
 */
export async function settleUnanswered(
  line: Line,
  when: "before-pull" | "after-pull",
): Promise<void> {
  const entries = await line.store.outbox.unanswered(line.row.id);
  for (const entry of entries) {
    const { frozen } = entry;
    if (frozen === null) continue;
    if (entry.action === "create") await settleCreate(line, { entry, frozen, when });
    else if (when === "before-pull") await settleByReading(line, entry);
  }
}

/** An update or a delete is re-read, not repeated (law 5). */
async function settleByReading(line: Line, entry: OutboxEntry): Promise<void> {
  const [mapping] = await line.store.work.read((reader) => reader.mappings([entry.mappingId]));
  if (!mapping?.externalId) return;
  const [lookup] = await lookUp(line, [mapping.externalId]);
  if (!lookup || lookup.kind === "bad") return;
  await settleEntry(line, await asUnknown(line, entry), readOutcome(line, entry, lookup));
}

function readOutcome(
  line: Line,
  entry: OutboxEntry,
  lookup: Exclude<Lookup, { kind: "bad" }>,
): Outcome {
  if (lookup.kind === "merged") return { kind: "gone", mergedInto: lookup.into };
  const deletes = entry.action === "delete";
  if (lookup.kind === "gone")
    return deletes ? { kind: "done", observation: null } : { kind: "gone", mergedInto: null };
  const { observation } = lookup;
  if (deletes)
    return { kind: "later", at: instantOf(line.deps.clock), reason: "it was not carried out" };
  return arrived(line, entry, observation.fields)
    ? { kind: "done", observation }
    : { kind: "stale", observation };
}

/** Whether every field that was sent is there now, in the provider's normal form. */
function arrived(line: Line, entry: OutboxEntry, fields: Fields): boolean {
  const sent = line.capabilities.lens.normal(entry.frozen?.fields ?? {});
  return Object.entries(sent).every(([field, value]) => sameValue(value, fields[field] ?? null));
}

/** An error can be all that there ever is under a key: Stripe keeps an answer with 500 as well. */
const mostRepeats = 3;

/**
 * A create is repeated, some times, while the provider honours its key. Else it is looked up, and "absent" is believed only after
 * time-out plus the provider's search lag; before that it waits, and pulls adopt it when it shows (law 5).
 */
async function settleCreate(
  line: Line,
  what: {
    readonly entry: OutboxEntry;
    readonly frozen: Frozen;
    readonly when: "before-pull" | "after-pull";
  },
): Promise<void> {
  const { frozen, when } = what;
  const entry = await asUnknown(line, what.entry);
  const [client] = await line.store.work.read((reader) => reader.clients([entry.clientId]));
  const ageMs = line.deps.clock.now() - toEpochMs(frozen.sentAt);
  const keyMs = (line.capabilities.createKeySeconds ?? 0) * 1000;
  // Nobody wants the record of a client that was removed meanwhile: it is looked for, not made.
  const repeats = ageMs < keyMs && entry.attempts < mostRepeats && client?.removedAt === null;
  if (repeats && when === "before-pull") await repeatCreate(line, entry, frozen);
  if (!repeats && when === "after-pull") await findCreated(line, entry, frozen);
}

async function repeatCreate(line: Line, entry: OutboxEntry, frozen: Frozen): Promise<void> {
  const mapping = await postpone(line, entry);
  if (mapping === null) return;
  const trouble = noTrouble();
  const outcome = await send(line, { entry, mapping, frozen }, trouble);
  await settleEntry(line, entry, ofRepetition(outcome));
  if (trouble.error) throw trouble.error;
}

/** Written before the repetition is sent: should this process end, it may be on its way that much longer. */
async function postpone(line: Line, entry: OutboxEntry): Promise<Mapping | null> {
  const subject = { clientIds: [entry.clientId], mappingIds: [entry.mappingId] };
  return decideFor(line, subject, (work, here) => {
    const current = work.entry(entry.id);
    if (current?.state !== "unknown") return null;
    work.putEntry({ ...current, nextAttemptAt: unknownUntil(line, toEpochMs(here.at)) });
    return work.mapping(entry.mappingId) ?? null;
  });
}

/**
 * That the repetition was not carried out tells nothing of the first time. And the record may be of the first time, and
 * edited since: what it shows is adopted, not believed to be what the provider made of what was sent (law 4).
 */
function ofRepetition(outcome: Outcome): Outcome {
  if (outcome.kind === "later") return { ...outcome, kind: "unknown" };
  if (outcome.kind !== "done" || outcome.observation === null) return outcome;
  return { kind: "stale", observation: outcome.observation };
}

async function findCreated(line: Line, entry: OutboxEntry, frozen: Frozen): Promise<void> {
  const candidates = await findCandidates(line, entry, frozen);
  const [only, ...others] = candidates;
  if (only && others.length > 0) {
    const ids = candidates.map(({ externalId }) => externalId).join(", ");
    const message = `${candidates.length} records could be the one that was created: ${ids}`;
    return settleEntry(line, entry, { kind: "ambiguous", message });
  }
  if (only) return settleEntry(line, entry, { kind: "stale", observation: only });
  if (instantOf(line.deps.clock) < entry.nextAttemptAt) return;
  if (!line.capabilities.ownId && typeof frozen.fields["email"] !== "string")
    return settleEntry(line, entry, {
      kind: "ambiguous",
      message: `whether it was created cannot be looked up: it has no address, and ${line.provider.title} keeps no id of ours`,
    });
  await settleEntry(line, entry, {
    kind: "later",
    at: instantOf(line.deps.clock),
    reason: "it was proved absent",
  });
}

/** Records that could be the one that was created: they carry its id where they can, and are nobody else's. */
async function findCandidates(
  line: Line,
  entry: OutboxEntry,
  frozen: Frozen,
): Promise<readonly Observation[]> {
  const email = frozen.fields["email"];
  const emails = typeof email === "string" ? [email] : [];
  const found = await patiently(line, () => line.session.find({ ownId: entry.mappingId, emails }));
  const ids = found.map(({ externalId }) => externalId);
  const mapped = await line.store.work.read((reader) =>
    reader.mappingsByExternalId(line.row.id, "clients", ids),
  );
  const taken = new Set(mapped.map(({ externalId }) => externalId));
  return found.filter(
    ({ externalId, ownId }) =>
      !taken.has(externalId) && (!line.capabilities.ownId || ownId === entry.mappingId),
  );
}

/** What another process left as `sending` has no known answer (law 10). */
async function asUnknown(line: Line, entry: OutboxEntry): Promise<OutboxEntry> {
  if (entry.state === "unknown") return entry;
  const subject = { clientIds: [entry.clientId], mappingIds: [entry.mappingId] };
  return decideFor(line, subject, (work, here) => {
    const current = work.entry(entry.id);
    if (current?.state !== "sending") return current ?? entry;
    const unknown: OutboxEntry = {
      ...current,
      state: "unknown",
      nextAttemptAt: unknownUntil(line, toEpochMs(entry.frozen?.sentAt ?? here.at)),
      reason: "the process that sent it ended before the answer came",
    };
    work.putEntry(unknown);
    return unknown;
  });
}
