import { instantOf, toEpochMs } from "../lib/clock.ts";
import { AstralisError } from "../lib/errors.ts";
import type { SafetyConfig } from "../config/config.ts";
import type { OutboxEntry } from "../model/outbox.ts";
import { claim, freeze } from "../reconcile/answer.ts";
import { decideFor } from "./decide.ts";
import type { Line } from "./line.ts";
import { noTrouble, send, settleEntry } from "./send.ts";
import type { Claimed, Trouble } from "./send.ts";
import { settleUnanswered } from "./unanswered.ts";

/** How many entries are looked at in one query. */
const pageEntries = 50;
/** A record that never comes to rest is left for the next sync. */
const longestRounds = 5;
/** What becomes due again within this time is waited for; the rest is the next sync's. */
const longestWaitMs = 30_000;

/** Sends what is owed, one entry after the other, until nothing is due or the provider asks for more patience than there is. */
export async function deliver(
  line: Line,
  options: { readonly safety: SafetyConfig; readonly acceptCreates: boolean },
): Promise<void> {
  const { creates } = await line.store.outbox.tally(line.row.id);
  const overCeiling = creates > options.safety.maxCreates && !options.acceptCreates;
  const drive: Drive = {
    ...noTrouble(),
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
  await settleEntry(line, claimed.entry, await send(line, claimed, trouble));
  // A short wait that the provider asks for is sat out: every other write would be turned away as well.
  const { waitSeconds } = trouble;
  trouble.waitSeconds = 0;
  if (waitSeconds > 0 && !trouble.error)
    await line.deps.clock.sleep(waitSeconds * 1000, line.signal);
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
        externalId: owed.mapping.externalId,
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
