import { assert } from "../lib/assert.ts";
import type { Instant } from "../lib/clock.ts";
import { stableJson } from "../lib/json.ts";
import type { Client } from "../model/client.ts";
import { completeFields } from "../model/normal.ts";
import { sameValue } from "../model/fields.ts";
import type { Fields, FieldValue } from "../model/fields.ts";
import type { LastDirection, Mapping, Seen } from "../model/mapping.ts";
import type { Observation } from "../model/observation.ts";
import { noteDecisions } from "./decisions.ts";
import { barredFields, claimIdentities } from "./identities.ts";
import type { Merge } from "./merge.ts";
import { currentMapping, isUnderWay, mergeMapping, oweAll, reopenRefused, undated } from "./owe.ts";
import type { Circumstances, Party } from "./rules.ts";
import type { Workspace } from "./workspace.ts";

/** The mapping with what was just seen of its record. */
export function withSeen(
  mapping: Mapping,
  observation: Observation,
  { here, party }: { readonly here: Circumstances; readonly party: Party },
): Mapping {
  return {
    ...mapping,
    externalId: observation.externalId,
    externalType: observation.externalType,
    externalUrl: observation.externalUrl,
    remoteVersion: observation.version,
    seen: {
      fields: observation.fields,
      emails: observation.emails,
      requestedAt: observation.requestedAt,
      modifiedAt: editedAt(observation, mapping.seen, party),
    },
    lastSyncedAt: here.at,
  };
}

/**
 * When the record was last edited, by our clock, as far as can be told: its own word, else what was known of it while
 * it was the same, else the start of the previous pass; never after it was seen (law 1). It is fixed when the record is
 * seen, so that what was decided by it stays decided.
 */
export function editedAt(observation: Observation, before: Seen | null, party: Party): Instant {
  const same = before !== null && stableJson(before.fields) === stableJson(observation.fields);
  const known = same ? before.modifiedAt : null;
  const told = observation.modifiedAt ?? known ?? party.previousPassAt ?? undated;
  return told > observation.requestedAt ? observation.requestedAt : told;
}

/**
 * Reconciles a linked pair, and with it the client and all of its other records. `sent` is what a write without an
 * answer sent to this record: what of it is there counts as agreed (law 5).
 */
export function reconcilePair(
  work: Workspace,
  here: Circumstances,
  mapping: Mapping,
  sent: Fields | null = null,
): void {
  const before = work.mapping(mapping.id)?.seen ?? null;
  const moved = stableJson(before?.fields) !== stableJson(mapping.seen?.fields);
  if (moved) reopenRefused(work, here, mapping);
  work.putMapping(mapping);
  reconcileClient(work, here, mapping.clientId, { mappingId: mapping.id, before, sent });
}

/** What a decision has just seen of one of a client's records. */
interface News {
  readonly mappingId: string;
  /** How the record was before. */
  readonly before: Seen | null;
  readonly sent: Fields | null;
}

/** Every record gives each value once, so that a client is at rest after a few rounds, whatever its records say. */
const mostRounds = 100;

/**
 * Reconciles a client with each of its records, as they were last seen: takes into the hub what a record changed, keeps
 * what conflicts, and owes every connection what it then lacks. A value that one record gives can decide about
 * another one's, so it goes on until nothing is taken any more; each record gives a value once.
 */
export function reconcileClient(
  work: Workspace,
  here: Circumstances,
  clientId: string,
  news: News | null = null,
): void {
  if (work.client(clientId).removedAt !== null) return;
  claimIdentities(work, here, work.client(clientId));
  const sends = new Map<string, Fields>();
  for (let round = 1, taken = true; taken; round += 1) {
    assert(round <= mostRounds, `client ${clientId} takes from its records without end`);
    taken = false;
    for (const party of here.parties) {
      const mapping = currentMapping(work, clientId, party.connectionId);
      if (mapping?.state !== "linked" || isInFlux(work, party, mapping, news)) continue;
      const merge = mergeIntoHub(work, here, party, { mapping, news });
      sends.set(party.connectionId, merge.send);
      taken ||= Object.keys(merge.take).length > 0;
    }
  }
  oweAll(work, here, clientId, sends);
}

/**
 * A record that is being written to, or that was read through another lens: it is looked at again when there is an
 * answer, or when it is listed again.
 */
function isInFlux(work: Workspace, party: Party, mapping: Mapping, news: News | null): boolean {
  if (news?.mappingId === mapping.id) return false;
  const lens = mapping.base?.lens ?? party.lens.version;
  if (lens !== party.lens.version) return true;
  return isUnderWay(work.openEntry(mapping.clientId, mapping.connectionId));
}

function mergeIntoHub(
  work: Workspace,
  here: Circumstances,
  party: Party,
  { mapping, news }: { readonly mapping: Mapping; readonly news: News | null },
): Merge {
  const client = work.client(mapping.clientId);
  const barred = barredFields(work, here, client, mapping);
  const seen = news?.mappingId === mapping.id ? news : null;
  const sent = seen?.sent ?? unansweredFields(work, mapping);
  const merge = mergeMapping(client, mapping, party, { sent, barred });
  const taken = Object.keys(merge.take).length > 0;
  const after: Mapping = {
    ...mapping,
    base: merge.base,
    flips: turnedBack(mapping, merge),
    lastDirection: taken
      ? directionAfter(mapping.lastDirection, "from-external")
      : mapping.lastDirection,
  };
  work.putMapping(after);
  const isNew = (field: string, remote: FieldValue) =>
    mapping.base?.lens !== party.lens.version ||
    (seen !== null && !sameValue(seen.before?.fields[field], remote));
  noteDecisions(work, here, after, { merge, isNew });
  if (taken) {
    takeIntoHub(work, here, client, { merge, mapping: after });
    claimIdentities(work, here, work.client(client.id));
  }
  return merge;
}

function unansweredFields(work: Workspace, mapping: Mapping): Fields | null {
  const entry = work.openEntry(mapping.clientId, mapping.connectionId);
  return entry?.state === "unknown" ? (entry.frozen?.fields ?? null) : null;
}

export function directionAfter(before: LastDirection | null, now: LastDirection): LastDirection {
  return before === null || before === now ? now : "bidirectional";
}

function takeIntoHub(
  work: Workspace,
  here: Circumstances,
  client: Client,
  how: { readonly merge: Merge; readonly mapping: Mapping },
): void {
  const { mapping } = how;
  const time = { at: mapping.seen?.modifiedAt ?? undated, source: mapping.connectionId };
  const fields = Object.keys(how.merge.take);
  work.putClient({
    ...client,
    fields: completeFields({ ...client.fields, ...how.merge.take }),
    fieldTimes: {
      ...client.fieldTimes,
      ...Object.fromEntries(fields.map((field) => [field, time])),
    },
    updatedAt: here.at,
  });
  work.count("updated");
}

function turnedBack(mapping: Mapping, merge: Merge): Mapping["flips"] {
  const taken = new Map(
    merge.decisions.filter(({ verdict }) => verdict === "take").map((one) => [one.field, one]),
  );
  return Object.fromEntries(
    Object.entries(mapping.flips).map(([field, flip]) => {
      const back = taken.get(field);
      const returned = back !== undefined && sameValue(back.remote, flip.before);
      return [field, returned ? { ...flip, count: flip.count + 1 } : flip];
    }),
  );
}
