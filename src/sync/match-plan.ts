import type { SafetyConfig } from "../config/config.ts";
import type { Client } from "../model/client.ts";
import type { AmbiguousMatch, LeftOut, Matches } from "../model/match.ts";
import { must } from "../lib/assert.ts";
import type { Store } from "../store/ports.ts";
import type { AmbiguousRecord, HeldBack, MatchPlan } from "./engine.ts";
import type { Line } from "./line.ts";

/** How many clients are looked at in one query. */
const pageClients = 500;

/**
 * What the first sync of a connection would make of its records (law 8), put together from what the decisions of a
 * dry run told and from the rows that they left in the scratch copy; nothing is decided here.
 */
export async function matchPlan(
  line: Line,
  known: {
    /** The database itself, which the dry run leaves as it is. */
    readonly store: Store;
    readonly safety: SafetyConfig;
    /** How many records the outbox would create there. */
    readonly creates: number;
  },
): Promise<MatchPlan> {
  const { config, provider, org } = line;
  const matches = line.tally.matches();
  const heldBack = [
    ...heldHere(matches),
    ...(await heldThere(line)),
    ...(known.creates > known.safety.maxCreates
      ? [{ setting: "safety.max_creates", side: "there", count: known.creates } as const]
      : []),
  ];
  const records: AmbiguousRecord[] = [];
  for (const match of matches.examples)
    records.push(await ambiguousRecord(line, known.store, match));
  const sync = `astralis sync --org ${org.name} --connection ${config.name}`;
  return {
    connection: config.name,
    provider: provider.name,
    records: recordsOf(matches),
    already_known: matches.known,
    matched: {
      email: matches.matched.email,
      phone: matches.matched.phone,
      own_id: matches.matched["own-id"],
    },
    new_here: matches.created,
    new_there: known.creates,
    skipped: skippedOf(matches.leftOut),
    ambiguous: { total: matches.ambiguous, records },
    held_back: heldBack,
    next: [
      ...toLookAt(records).map((id) => `astralis clients show ${id} --org ${org.name}`),
      known.creates > known.safety.maxCreates ? `${sync} --accept creates` : sync,
    ],
  };
}

function recordsOf({ known, matched, created, leftOut, ambiguous }: Matches): number {
  const sum = (counts: Readonly<Record<string, number>>) =>
    Object.values(counts).reduce((total, count) => total + count, 0);
  return known + sum(matched) + created + sum(leftOut) + ambiguous;
}

function skippedOf(leftOut: Readonly<Record<LeftOut, number>>): MatchPlan["skipped"] {
  return {
    no_identity: leftOut["no-identity"],
    duplicate: leftOut.duplicate,
    bad_record: leftOut["bad-record"],
    not_wanted: leftOut.filter + leftOut["create.here"] + leftOut.direction,
  };
}

function heldHere({ leftOut }: Matches): readonly HeldBack[] {
  return (["filter", "create.here", "direction"] as const)
    .map((setting) => ({ setting, side: "here" as const, count: leftOut[setting] }))
    .filter(({ count }) => count > 0);
}

/** The clients that would have a record made there, if the configuration let them. */
async function heldThere(line: Line): Promise<readonly HeldBack[]> {
  const parties = await line.parties();
  const { create, direction } = must(
    parties.find(({ connectionId }) => connectionId === line.row.id),
    `connection ${line.config.name} is not among its organization's`,
  );
  if (create.there && direction !== "pull") return [];
  const count = await clientsWithout(line);
  if (count === 0) return [];
  return [{ setting: create.there ? "direction" : "create.there", side: "there", count }];
}

async function clientsWithout({ store, row, orgId }: Line): Promise<number> {
  let count = 0;
  let after: string | null = null;
  for (;;) {
    const from: string | null = after;
    const ids: readonly string[] = await store.work.read(async (reader) =>
      (await reader.clientsAfter(orgId, from, pageClients)).map(({ id }) => id),
    );
    if (ids.length === 0) return count;
    const mappings = await store.reads.mappingsOf(ids);
    const there = mappings.filter(({ connectionId }) => connectionId === row.id);
    count += ids.length - new Set(there.map(({ clientId }) => clientId)).size;
    after = ids.at(-1) ?? null;
  }
}

async function ambiguousRecord(
  line: Line,
  store: Store,
  { externalId, fields, clientIds }: AmbiguousMatch,
): Promise<AmbiguousRecord> {
  const clients = await line.store.work.read((reader) => reader.clients(clientIds));
  const real = await store.work.read((reader) => reader.clients(clientIds));
  const isReal = new Set(real.map(({ id }) => id));
  const shown = ({ id, fields: own }: Client) => ({
    id: isReal.has(id) ? id : null,
    email: own["email"] ?? null,
    name: own["name"] ?? null,
  });
  return {
    external_id: externalId,
    email: fields["email"] ?? null,
    name: fields["name"] ?? null,
    candidates: clients.map(shown),
  };
}

/** The clients of the first ambiguous record: a person sees there which one is meant. */
function toLookAt([first]: readonly AmbiguousRecord[]): readonly string[] {
  return (first?.candidates ?? []).flatMap(({ id }) => id ?? []);
}
