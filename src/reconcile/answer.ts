import { sameValue } from "../model/fields.ts";
import type { Fields } from "../model/fields.ts";
import type { Flip, Mapping } from "../model/mapping.ts";
import type { Observation } from "../model/observation.ts";
import type { Frozen, OutboxEntry } from "../model/outbox.ts";
import { markMissing, suppress } from "./absence.ts";
import { journal } from "./journal.ts";
import { cancelCreate, createFields, mergeMapping, oweEntry } from "./owe.ts";
import { directionAfter, reconcileClient, reconcilePair, withSeen } from "./pair.ts";
import { followMerge } from "./observe.ts";
import type { Circumstances, Party } from "./rules.ts";
import type { Workspace } from "./workspace.ts";

/** What became of a write, as the outbox needs to know it; the provider's answers are translated into these. */
export type Outcome =
  | { readonly kind: "done"; readonly observation: Observation | null }
  | { readonly kind: "stale"; readonly observation: Observation }
  | { readonly kind: "gone"; readonly mergedInto: string | null }
  | { readonly kind: "refused"; readonly message: string }
  /** Nothing was sent, or it was turned away unread: due again at that time. */
  | { readonly kind: "later"; readonly at: string; readonly reason: string }
  /** It may have been carried out. */
  | { readonly kind: "unknown"; readonly at: string; readonly reason: string }
  /** Several records could be the one that was created: a person must say which. */
  | { readonly kind: "ambiguous"; readonly message: string };

/** What is to be sent for an entry now: recomputed from the client and the record, then frozen; null where nothing is owed any more. */
export function claim(
  work: Workspace,
  here: Circumstances,
  party: Party,
  entry: OutboxEntry,
): { readonly mapping: Mapping; readonly fields: Fields } | null {
  const mapping = work.mapping(entry.mappingId);
  const client = work.client(entry.clientId);
  const fields = mapping
    ? owedFields(
        entry,
        mapping,
        client.removedAt !== null,
        () => mergeMapping(client, mapping, party).send,
        () => createFields(party, client.fields),
      )
    : null;
  if (mapping && fields) return { mapping, fields };
  work.dropEntry(entry);
  // The client was removed while this waited for its turn: what its record is owed by now is another write.
  if (mapping?.state === "suppressed" && entry.action !== "delete" && client.removedAt !== null)
    suppress(work, here, party, mapping);
  if (mapping?.state === "creating") cancelCreate(work, here, mapping);
  // The client was revived while its record's delete was on its way, and that did not arrive.
  if (mapping?.state === "suppressed" && client.removedAt === null) {
    work.putMapping({ ...mapping, state: "linked", stateAt: here.at });
    reconcileClient(work, here, client.id);
  }
  return null;
}

/** Freezes an entry: from here on it is sent as it is, or not at all (law 5). */
export function freeze(work: Workspace, entry: OutboxEntry, frozen: Frozen): void {
  work.putEntry({ ...entry, state: "sending", frozen });
}

/** Takes the answer in: the base advances for the fields that were sent, the rest is an observation (law 4). */
export function settle(
  work: Workspace,
  here: Circumstances,
  party: Party,
  entry: OutboxEntry,
  outcome: Outcome,
): void {
  const mapping = work.mapping(entry.mappingId);
  if (!mapping) return work.dropEntry(entry);
  switch (outcome.kind) {
    case "done":
      work.dropEntry(entry);
      return written(work, here, party, { entry, mapping, observation: outcome.observation });
    case "stale":
      // Nothing was written. The record as it is now is reconciled, and what is still owed is owed anew.
      work.dropEntry(entry);
      return observed(work, here, party, {
        mapping,
        observation: outcome.observation,
        sent: entry.frozen?.fields ?? null,
      });
    case "gone":
      work.dropEntry(entry);
      if (mapping.state === "suppressed")
        return suppressedGone(work, here, party, {
          entry,
          mapping,
          mergedInto: outcome.mergedInto,
        });
      if (outcome.mergedInto === null) return markMissing(work, here, mapping, "absent");
      followMerge(work, here, party, mapping, outcome.mergedInto);
      return reconcileClient(work, here, mapping.clientId);
    case "refused":
      // Nobody waits any more for a write to a client that was removed meanwhile.
      if (entry.action !== "delete" && work.client(entry.clientId).removedAt !== null)
        return void claim(work, here, party, entry);
      work.count("failed");
      return work.putEntry({
        ...entry,
        // What was refused stays beside it: another write is tried, the same one is not.
        state: "parked",
        attempts: entry.attempts + 1,
        reason: outcome.message,
      });
    case "later":
      return work.putEntry({
        ...entry,
        state: "due",
        frozen: null,
        nextAttemptAt: outcome.at,
        reason: outcome.reason,
      });
    case "unknown":
      return work.putEntry({
        ...entry,
        state: "unknown",
        attempts: entry.attempts + 1,
        nextAttemptAt: outcome.at,
        reason: outcome.reason,
      });
    case "ambiguous":
      work.count("held");
      return work.putEntry({ ...entry, state: "held", reason: outcome.message });
  }
}

function owedFields(
  entry: OutboxEntry,
  mapping: Mapping,
  removed: boolean,
  update: () => Fields,
  create: () => Fields,
): Fields | null {
  if (entry.action === "delete") return mapping.state === "suppressed" && removed ? {} : null;
  if (removed) return null;
  if (entry.action === "create") return mapping.state === "creating" ? create() : null;
  const send = mapping.state === "linked" ? update() : {};
  return Object.keys(send).length > 0 ? send : null;
}

function written(
  work: Workspace,
  here: Circumstances,
  party: Party,
  what: {
    readonly entry: OutboxEntry;
    readonly mapping: Mapping;
    readonly observation: Observation | null;
  },
): void {
  const { entry, mapping, observation } = what;
  const sent = entry.frozen?.fields ?? {};
  journalWrite(work, here, entry, mapping, sent);
  if (entry.action === "delete") {
    work.count("pushed_deleted");
    return recordGone(work, here, mapping);
  }
  work.count(entry.action === "create" ? "pushed_created" : "pushed_updated");
  if (!observation) return;
  const answered: Mapping = {
    ...mapping,
    state: mapping.state === "creating" ? "linked" : mapping.state,
    stateAt: mapping.state === "creating" ? here.at : mapping.stateAt,
    base: baseAfter(mapping, party, sent, observation),
    flips: flipsAfter(mapping, sent),
    lastDirection: directionAfter(mapping.lastDirection, "to-external"),
  };
  observed(work, here, party, { mapping: answered, observation, sent: null });
}

/** Its client was removed, and the record is gone as well: nothing of it can come back with the client. */
function recordGone(work: Workspace, here: Circumstances, mapping: Mapping): void {
  if (mapping.state === "suppressed")
    work.putMapping({ ...mapping, state: "unlinked", stateAt: here.at });
}

/** A delete that found its record under another id by now is owed to that one. */
function suppressedGone(
  work: Workspace,
  here: Circumstances,
  party: Party,
  what: {
    readonly entry: OutboxEntry;
    readonly mapping: Mapping;
    readonly mergedInto: string | null;
  },
): void {
  const { entry, mapping, mergedInto } = what;
  if (mergedInto !== null) followMerge(work, here, party, mapping, mergedInto);
  const now = work.mapping(mapping.id) ?? mapping;
  const moved = entry.frozen !== null && entry.frozen.externalId !== now.externalId;
  if (!moved) return recordGone(work, here, now);
  if (entry.action === "delete" && now.state === "suppressed")
    oweEntry(work, here, now, { action: "delete", open: undefined });
}

/** Whether a removal of the client is about this record. */
function isHeld({ state }: Mapping): boolean {
  return state === "linked" || state === "creating" || state === "suppressed";
}

/** Reconciles what an answer showed; a client that is gone from here meanwhile takes nothing of it. */
function observed(
  work: Workspace,
  here: Circumstances,
  party: Party,
  what: {
    readonly mapping: Mapping;
    readonly observation: Observation;
    /** What a write that was not carried out, or whose answer is not known, sent. */
    readonly sent: Fields | null;
  },
): void {
  const { mapping, observation, sent } = what;
  const seen = withSeen(mapping, observation, { here, party });
  if (work.client(mapping.clientId).removedAt !== null)
    return isHeld(seen) ? suppress(work, here, party, seen) : work.putMapping(seen);
  if (seen.state === "linked") return reconcilePair(work, here, seen, sent);
  work.putMapping(seen);
  reconcileClient(work, here, mapping.clientId);
}

/** The base moves to the values that were sent, never to the client's present ones (law 5). */
function baseAfter(
  mapping: Mapping,
  party: Party,
  sent: Fields,
  observation: Observation,
): Mapping["base"] {
  const before = mapping.base?.lens === party.lens.version ? mapping.base.fields : {};
  const moved = Object.entries(sent).flatMap(([field, local]) => {
    const remote = observation.fields[field];
    return remote === undefined ? [] : [[field, { local, remote }] as const];
  });
  return { lens: party.lens.version, fields: { ...before, ...Object.fromEntries(moved) } };
}

/** Remembers what each send replaced, so that a provider that keeps turning it back is noticed (law 4). */
function flipsAfter(mapping: Mapping, sent: Fields): Mapping["flips"] {
  const noted = Object.keys(sent).flatMap((field): [string, Flip][] => {
    const replaced = mapping.seen?.fields[field];
    if (replaced === undefined || sameValue(replaced, sent[field])) return [];
    const flip = mapping.flips[field];
    const count = flip && sameValue(flip.before, replaced) ? flip.count : 0;
    return [[field, { count, before: replaced }]];
  });
  return { ...mapping.flips, ...Object.fromEntries(noted) };
}

function journalWrite(
  work: Workspace,
  here: Circumstances,
  entry: OutboxEntry,
  mapping: Mapping,
  sent: Fields,
): void {
  const line = {
    side: "remote" as const,
    action: entry.action,
    clientId: entry.clientId,
    connectionId: entry.connectionId,
    externalId: mapping.externalId,
    source: entry.cause === "edit" ? "person" : "sync",
    rule: "delivered",
  };
  if (entry.action !== "update") journal(work, here, line);
  for (const [field, value] of Object.entries(sent)) {
    journal(work, here, {
      ...line,
      field,
      before: mapping.seen?.fields[field] ?? null,
      after: value,
    });
  }
}
