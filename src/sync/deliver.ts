import { instantOf, toEpochMs } from "../lib/clock.ts";
import { AstralisError } from "../lib/errors.ts";
import type { SafetyConfig } from "../config/config.ts";
import { must } from "../lib/assert.ts";
import type { OutboxAction, OutboxEntry } from "../model/outbox.ts";
import { claim, freeze } from "../reconcile/answer.ts";
import { decideFor } from "./decide.ts";
import type { Line } from "./line.ts";
import { noTrouble, sendSome, settleSome } from "./send.ts";
import type { Claimed, Trouble } from "./send.ts";
import { settleUnanswered } from "./unanswered.ts";

/** How many entries are looked at in one query, where one request carries no more. */
const pageEntries = 50;
/** A record that never comes to rest is left for the next sync. */
const longestRounds = 5;
/** What becomes due again within this time is waited for; the rest is the next sync's. */
const longestWaitMs = 30_000;

/** Sends what is owed, one request after the other, until nothing is due or the provider asks for more patience than there is. */
export async function deliver(
  line: Line,
  options: { readonly safety: SafetyConfig; readonly acceptCreates: boolean },
): Promise<void> {
  const { creates } = await line.store.outbox.tally(line.row.id);
  const overCeiling = creates > options.safety.maxCreates && !options.acceptCreates;
  const drive: Drive = {
    ...noTrouble(),
    looksFirst: line.config.filter !== null || (await line.store.reads.hasLikely(line.row.id)),
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
  const pageSize = Math.max(pageEntries, line.capabilities.batch ?? 1);
  let after: string | undefined;
  for (;;) {
    const entries = await line.store.outbox.due(
      line.row.id,
      instantOf(line.deps.clock),
      pageSize,
      after,
    );
    if (entries.length === 0) return drive.done - before;
    const wanted = entries.filter(
      ({ action, clientId }) =>
        (drive.tries.get(clientId) ?? 0) < longestRounds &&
        !(drive.holdCreates && action === "create"),
    );
    for (const some of batchesOf(line, wanted, drive)) {
      line.signal?.throwIfAborted();
      for (const { clientId } of some)
        drive.tries.set(clientId, (drive.tries.get(clientId) ?? 0) + 1);
      await deliverSome(line, some, drive);
      if (drive.error) throw drive.error;
      drive.done += some.length;
      line.progress("delivering", drive.done, Math.max(open, drive.done));
    }
    after = entries.at(-1)?.id;
  }
}

/** How a connection's delivery goes in this run. */
interface Drive extends Trouble {
  done: number;
  /** How often each client was tried: an answer can owe the next write, and some records never come to rest. */
  readonly tries: Map<string, number>;
  readonly holdCreates: boolean;
}

/** What one request can carry: creates together and updates together, as many as the provider takes; all else alone. */
function batchesOf(
  { capabilities, session }: Line,
  entries: readonly OutboxEntry[],
  { looksFirst }: Trouble,
): readonly (readonly OutboxEntry[])[] {
  const { batch = 1 } = capabilities;
  const sizes = {
    create: session.createMany && !looksFirst ? batch : 1,
    update: session.updateMany ? batch : 1,
    delete: 1,
  };
  const batches: OutboxEntry[][] = [];
  const open = new Map<OutboxAction, OutboxEntry[]>();
  for (const entry of entries) {
    const last = open.get(entry.action);
    if (last && last.length < sizes[entry.action]) last.push(entry);
    else {
      const next = [entry];
      batches.push(next);
      open.set(entry.action, next);
    }
  }
  return batches;
}

async function deliverSome(
  line: Line,
  entries: readonly OutboxEntry[],
  trouble: Trouble,
): Promise<void> {
  const claimed = await claimSome(line, entries);
  if (claimed.length === 0) return;
  const outcomes = await sendSome(line, claimed, trouble);
  await settleSome(
    line,
    claimed.map(({ entry }, index) => ({
      entry,
      outcome: must(outcomes[index], "an outcome for each write"),
    })),
  );
  // A short wait that the provider asks for is sat out: every other write would be turned away as well.
  const { waitSeconds } = trouble;
  trouble.waitSeconds = 0;
  if (waitSeconds > 0 && !trouble.error)
    await line.deps.clock.sleep(waitSeconds * 1000, line.signal);
}

/** Recomputes what is owed, freezes it and commits that, before a byte of it is sent (law 5). */
async function claimSome(line: Line, entries: readonly OutboxEntry[]): Promise<readonly Claimed[]> {
  const clientIds = entries.map(({ clientId }) => clientId);
  const mappingIds = entries.map(({ mappingId }) => mappingId);
  return decideFor(line, { clientIds, mappingIds }, (work, here, party) =>
    entries.flatMap((entry) => {
      const current = work.entry(entry.id);
      if (current?.state !== "due" || current.action !== entry.action) return [];
      const owed = claim(work, here, party, current);
      if (owed === null) return [];
      const frozen = {
        fields: owed.fields,
        key: line.deps.ids(),
        sentAt: here.at,
        externalId: owed.mapping.externalId,
      };
      freeze(work, current, frozen);
      return {
        entry: { ...current, state: "sending" as const, frozen },
        mapping: owed.mapping,
        frozen,
      };
    }),
  );
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
