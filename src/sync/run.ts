import { instantOf } from "../lib/clock.ts";
import type { ConnectionResult } from "../model/run.ts";
import { commitListing, settleRules } from "./commit.ts";
import { deliver } from "./deliver.ts";
import { advance, createLane, enter, leave, progressOf, refuseUnready, step } from "./lane.ts";
import type { Lane } from "./lane.ts";
import { keepLease, leasePatienceMs } from "./lease-keeper.ts";
import type { Line } from "./line.ts";
import { resultOf } from "./outcome.ts";
import { createParties } from "./prepare.ts";
import type { SyncRun } from "./prepare.ts";
import { pull } from "./pull.ts";
import { countsOf, readActivities } from "./read-activities.ts";
import { settleUnanswered } from "./unanswered.ts";

/** The steps that write to providers; a dry run has others. */
export interface Hands {
  /** Clears up writes whose answer is not known. */
  settle(line: Line, when: "before-pull" | "after-pull"): Promise<void>;
  deliver(line: Line): Promise<void>;
  /** Once all have delivered: what one of them found out meanwhile and owes to another. */
  deliverRest(line: Line): Promise<void>;
}

/**
 * All pull side by side, then commit one after the other, then deliver side by side, so that what several changed is
 * written once. One that is in trouble is not waited for: it commits and delivers when it is ready (law 11).
 */
export async function runConnections(
  run: SyncRun,
  hands: Hands,
): Promise<readonly ConnectionResult[]> {
  const lanes = run.members.map((member) => createLane(run, member));
  const accepts = (stop: "deletes" | "changes") => run.options.accept?.includes(stop) ?? false;
  const parties = createParties(run);
  try {
    await takeLeases(run, lanes);
    const pullIn = async (lane: Lane) => {
      lane.watch.sign();
      await step(lane, () => enter(run, lane, parties));
      await advance(lane, async (line) => {
        await hands.settle(line, "before-pull");
        lane.stage = "pulling";
        lane.listing = await pull(line, {
          full: run.options.full ?? false,
          accepted: (["deletes", "changes"] as const).filter(accepts),
        });
      });
      lane.isPullBroken = lane.stage === "pulling" && lane.error !== null;
      lane.stage = "pulled";
    };
    const takeIn = async (some: readonly Lane[]) => {
      await inTurn(async () => {
        for (const lane of some)
          await advance(lane, async (line) => {
            if (lane.listing) await commitListing(line, lane.listing, run.parts.safety);
            parties.forget();
          });
        for (const lane of some) await advance(lane, settleRules);
      });
      await Promise.all(
        some.map(async (lane) => {
          await advance(lane, async (line) => {
            await hands.settle(line, "after-pull");
            await hands.deliver(line);
          });
          await readActivities(run, lane);
        }),
      );
    };
    const inTurn = createTurns();
    const pulls = lanes.map((lane) => ({ lane, ended: pullIn(lane) }));
    await Promise.all(pulls.map(({ lane, ended }) => Promise.race([ended, lane.watch.stalled])));
    const late = pulls.filter(({ lane }) => lane.stage !== "pulled");
    await Promise.all([
      takeIn(lanes.filter((lane) => lane.stage === "pulled")),
      ...late.map(({ lane, ended }) => ended.then(() => takeIn([lane]))),
    ]);
    await Promise.all(lanes.map((lane) => advance(lane, (line) => hands.deliverRest(line))));
  } finally {
    for (const { watch } of lanes) watch.end();
    await Promise.all(lanes.map((lane) => leave(run, lane)));
  }
  return lanes.map((lane) =>
    resultOf({
      name: lane.member.config.name,
      provider: lane.member.provider.name,
      org: run.org.name,
      counts: countsOf(lane),
      error: lane.error ?? lane.activityError,
      isAfterClients: lane.error === null && lane.line !== null,
    }),
  );
}

/** Does one work after the other, in the order in which they are asked for. */
function createTurns(): (work: () => Promise<void>) => Promise<void> {
  let last = Promise.resolve();
  return (work) => (last = last.then(work));
}

export function writingHands(run: SyncRun): Hands {
  const acceptCreates = run.options.accept?.includes("creates") ?? false;
  const send = (line: Line) => deliver(line, { safety: run.parts.safety, acceptCreates });
  return {
    settle: settleUnanswered,
    deliver: send,
    deliverRest: async (line) => {
      if (await owesNow(line)) await send(line);
    },
  };
}

async function owesNow({ store, deps, row }: Line): Promise<boolean> {
  const due = await store.outbox.due(row.id, instantOf(deps.clock), 1);
  return due.length > 0;
}

/**
 * One after the other, in one order everywhere: of two runs that each held what the other waits for, both would wait
 * in vain. The patience is that of the run, not of each lease.
 */
async function takeLeases(run: SyncRun, lanes: readonly Lane[]): Promise<void> {
  const { store, deps, holder, isGone } = run.parts;
  const giveUpMs = deps.clock.now() + leasePatienceMs;
  const ordered = lanes.toSorted((a, b) => (a.member.row.id < b.member.row.id ? -1 : 1));
  for (const lane of ordered)
    await step(lane, async () => {
      const { config, row } = lane.member;
      refuseUnready(run, row, config);
      lane.lease = await keepLease(row.id, {
        leases: store.leases,
        clock: deps.clock,
        holder,
        isGone,
        requestTimeoutMs: config.requestTimeoutSeconds * 1000,
        giveUpMs,
        onWait: () => progressOf(run, lane)("waiting", 0, null),
        ...(run.options.signal ? { signal: run.options.signal } : {}),
      });
    });
}
