import { instantOf, toInstant } from "../lib/clock.ts";
import { AstralisError } from "../lib/errors.ts";
import type { SafetyConfig } from "../config/config.ts";
import type { Client } from "../model/client.ts";
import { differsFrom } from "../model/fields.ts";
import type { Mapping } from "../model/mapping.ts";
import type { Observation } from "../model/observation.ts";
import type { Lookup } from "../providers/provider.ts";
import { confirmGone, markMissing } from "../reconcile/absence.ts";
import { ceilingsReached } from "../reconcile/ceilings.ts";
import type { Ceiling } from "../reconcile/ceilings.ts";
import { followMerge, observe } from "../reconcile/observe.ts";
import { reopenRefused } from "../reconcile/owe.ts";
import { reconcileClient } from "../reconcile/pair.ts";
import type { CursorRow, Listing, StagedRow } from "../store/ports.ts";
import { decideFor } from "./decide.ts";
import type { Line } from "./line.ts";
import { lookUp } from "./look-up.ts";
import { rulesFingerprint } from "./parties.ts";

/** How many rows one decision takes where they are not a listing's: those are the configuration's batches. */
const pageRows = 100;
const dayMs = 86_400_000;

/**
 * Commits a listing that was staged whole: first the ceilings, then its records page by page, then what it lacks,
 * then the confirmation of what was missing before, and last the cursor (laws 5, 6 and 7).
 */
export async function commitListing(
  line: Line,
  listing: Listing,
  safety: SafetyConfig,
): Promise<void> {
  const cursor = await line.store.cursors.get(line.row.id, "clients");
  await refuseOverCeiling(line, cursor, listing, safety);
  let done = 0;
  for (;;) {
    const rows = await line.store.staged.next(line.row.id, "clients", line.config.batchSize);
    if (rows.length === 0) break;
    await commitRows(line, rows);
    done += rows.length;
    line.progress("reconciling", done, line.tally.counts().pulled || null);
  }
  // A first listing, or one after the state was lost, deletes nothing.
  const isFirst = cursor?.cursor == null;
  if (listing.mode === "full" && !isFirst) await markAbsent(line);
  if (!isFirst) await confirmMissing(line, listing);
  await endListing(line, cursor, listing);
}

/** Owes every client to this connection anew: after its first listing, and whenever its rules changed. */
export async function settleRules(line: Line): Promise<void> {
  const party = (await line.parties()).find((one) => one.connectionId === line.row.id);
  const cursor = await line.store.cursors.get(line.row.id, "clients");
  if (!party || !cursor || cursor.cursor === null) return;
  const rules = rulesFingerprint(line, party, line.org);
  if (cursor.settledRules === rules) return;
  let after: string | null = null;
  for (;;) {
    const from: string | null = after;
    const clients: readonly Client[] = await line.store.work.read((reader) =>
      reader.clientsAfter(line.orgId, from, pageRows),
    );
    const ids = clients.map((client) => client.id);
    if (ids.length === 0) break;
    await decideFor(line, { clientIds: ids }, (work, here) => {
      for (const id of ids) {
        reopenRefused(work, here, { clientId: id, connectionId: line.row.id });
        reconcileClient(work, here, id);
      }
    });
    after = ids.at(-1) ?? null;
  }
  const { listing: _, ...row } = cursor;
  await decideFor(
    line,
    {},
    () => null,
    () => ({ cursor: { ...row, settledRules: rules } }),
  );
}

async function refuseOverCeiling(
  line: Line,
  cursor: CursorRow | null,
  listing: Listing,
  safety: SafetyConfig,
): Promise<void> {
  if (cursor?.cursor == null) return;
  const since = toInstant(line.deps.clock.now() - dayMs);
  const tally = await line.store.staged.tally(line.row.id, "clients", {
    mode: listing.mode,
    since,
  });
  const lost = tally.deleted + (listing.mode === "full" ? tally.absent : 0);
  const reached = ceilingsReached(
    { mappings: tally.mappings, lost, recentlyLost: tally.recentlyGone, changed: tally.changed },
    safety.maxDeletes,
  );
  const ceiling = reached.find(({ stop }) => !listing.accepted.includes(stop));
  if (ceiling === undefined) return;
  line.tally.add({ held: ceiling.count });
  throw safetyStop(line, ceiling);
}

async function commitRows(line: Line, rows: readonly StagedRow[]): Promise<void> {
  const seen = await verified(line, rows);
  const observations = seen.flatMap((row) => row.observation ?? []);
  await decideFor(
    line,
    { observations },
    (work, here, party) => {
      for (const observation of observations) observe(work, here, party, observation);
      for (const row of seen) if (row.bad) parkBad(line, work, here.at, row);
    },
    () => ({ staged: rows.map((row) => row.id) }),
  );
}

/** A difference that an eventually consistent listing shows is read by id before it counts (law 6). */
async function verified(line: Line, rows: readonly StagedRow[]): Promise<readonly StagedRow[]> {
  if (line.capabilities.listing === "consistent") return rows;
  const mappings = await line.store.work.read((reader) =>
    reader.mappingsByExternalId(
      line.row.id,
      "clients",
      rows.map((row) => row.externalId),
    ),
  );
  const known = new Map(mappings.map((mapping) => [mapping.externalId, mapping]));
  const doubtful = rows.filter(
    ({ externalId, observation }) => observation && differs(known.get(externalId), observation),
  );
  const lookups = await lookUp(
    line,
    doubtful.map((row) => row.externalId),
  );
  const found = new Map(doubtful.map((row, index) => [row.id, lookups[index]]));
  return rows.map((row) => asFound(row, found.get(row.id)));
}

/** Whether the listing shows another record, or another state of it, than is known. */
function differs(mapping: Mapping | undefined, observation: Observation): boolean {
  if (!mapping?.seen) return false;
  if (mapping.state === "missing" || mapping.state === "unlinked")
    return observation.state === "present";
  if (mapping.state !== "linked" && mapping.state !== "suppressed") return false;
  return observation.state === "deleted" || differsFrom(mapping.seen.fields, observation.fields);
}

function asFound(row: StagedRow, lookup: Lookup | undefined): StagedRow {
  if (!lookup || !row.observation) return row;
  switch (lookup.kind) {
    case "found":
      return { ...row, observation: lookup.observation };
    case "gone":
      return { ...row, observation: { ...row.observation, state: "deleted" } };
    case "merged":
      return { ...row, observation: { ...row.observation, mergedInto: lookup.into } };
    case "bad":
      return { ...row, observation: null, bad: { reason: lookup.reason, fingerprint: row.id } };
  }
}

function parkBad(
  line: Line,
  work: Parameters<typeof observe>[0],
  at: string,
  row: StagedRow,
): void {
  const known = work.parkedAt(line.row.id, row.externalId);
  work.count("failed");
  work.note({ kind: "left-out", why: "bad-record" });
  if (row.bad === null || known?.fingerprint === row.bad.fingerprint) return;
  work.park({
    id: line.deps.ids(),
    orgId: line.orgId,
    connectionId: line.row.id,
    collection: "clients",
    externalId: row.externalId,
    reason: "bad-record",
    message: row.bad.reason,
    fingerprint: row.bad.fingerprint,
    runId: line.runId,
    at,
  });
}

async function markAbsent(line: Line): Promise<void> {
  for (;;) {
    const absent = await line.store.staged.absent(line.row.id, "clients", pageRows);
    if (absent.length === 0) return;
    await decideFor(line, { mappingIds: absent.map((mapping) => mapping.id) }, (work, here) => {
      for (const { id } of absent) {
        const mapping = work.mapping(id);
        if (mapping) markMissing(work, here, mapping, "absent");
      }
    });
  }
}

/** What was missing before this listing began, and is not in it either, is asked for by id (law 7). */
async function confirmMissing(line: Line, listing: Listing): Promise<void> {
  let after: string | undefined;
  for (;;) {
    const from = after;
    const missing = await line.store.work.read((reader) =>
      reader.mappingsInState(line.row.id, "clients", "missing", pageRows, from),
    );
    if (missing.length === 0) return;
    after = missing.at(-1)?.id;
    const due = missing.filter((mapping) => mapping.stateAt < listing.startedAt);
    const lookups = await lookUp(
      line,
      due.flatMap((mapping) => mapping.externalId ?? []),
    );
    if (lookups.length > 0) await applyLookups(line, due, lookups);
  }
}

async function applyLookups(
  line: Line,
  mappings: readonly Mapping[],
  lookups: readonly Lookup[],
): Promise<void> {
  const observations = lookups.flatMap((lookup) =>
    lookup.kind === "found" ? [lookup.observation] : [],
  );
  const mappingIds = mappings.map((mapping) => mapping.id);
  const externalIds = lookups.flatMap((lookup) => (lookup.kind === "merged" ? [lookup.into] : []));
  await decideFor(line, { mappingIds, observations, externalIds }, (work, here, party) => {
    for (const lookup of lookups) {
      if (lookup.kind === "found") {
        observe(work, here, party, lookup.observation);
        continue;
      }
      const mapping = work.mappingByExternalId(party.connectionId, lookup.externalId);
      if (!mapping || lookup.kind === "bad") continue;
      if (lookup.kind === "merged") followMerge(work, here, party, mapping, lookup.into);
      else confirmGone(work, here, party, mapping);
    }
  });
}

async function endListing(line: Line, cursor: CursorRow | null, listing: Listing): Promise<void> {
  const now = instantOf(line.deps.clock);
  await decideFor(
    line,
    {},
    () => null,
    () => ({
      cursor: {
        connectionId: line.row.id,
        collection: "clients",
        cursor: listing.endCursor,
        cursorAt: listing.startedAt,
        lastCompleteAt: now,
        settledRules: cursor?.settledRules ?? null,
      },
    }),
  );
}

function safetyStop(line: Line, ceiling: Ceiling): AstralisError {
  const what = ceiling.stop === "deletes" ? "records gone" : "records changed at once";
  return new AstralisError(
    "safety-stop",
    `${ceiling.count} of ${ceiling.of} ${what}: more than the safety limit allows; nothing of this listing was applied`,
    {
      hint: `Look at the account first. If it is right, go on with: astralis sync --org ${line.org.name} --connection ${line.config.name} --accept ${ceiling.stop}`,
    },
  );
}
