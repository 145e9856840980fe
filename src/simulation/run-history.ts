import { createChronicle } from "./chronicle.ts";
import type { Chronicle } from "./chronicle.ts";
import type { FuseTally } from "./fuse.ts";
import type { History } from "./history.ts";
import { readHub } from "./hub.ts";
import {
  checkCompleteness,
  checkConvergence,
  checkDeletes,
  checkDuplicates,
  checkTraces,
} from "./oracle.ts";
import { checkEdits, checkWinners } from "./oracle-edits.ts";
import type { Scene, Violation } from "./oracle.ts";
import { play } from "./play.ts";
import { bringToRest } from "./rest.ts";
import { openSimulatedWorld } from "./world.ts";
import type { SimulatedWorld } from "./world.ts";

/** What came of a history. */
export interface Played {
  readonly violations: readonly Violation[];
  readonly counts: Chronicle["counts"];
  readonly fuse: FuseTally;
  /** Faults that were served, by kind. */
  readonly faults: Readonly<Record<string, number>>;
  readonly requests: number;
}

/** Plays a history from an empty database to rest, then looks at what became of it. */
export async function playHistory(history: History): Promise<Played> {
  const world = await openSimulatedWorld(history);
  try {
    const chronicle = createChronicle(world.places.length);
    for (const step of history.steps) await play(world, chronicle, step);
    world.reseed(history.seed);
    const rest = await bringToRest(world, chronicle);
    const violations = rest.quiet
      ? await inspect(world, chronicle)
      : [{ check: "no-rest", law: "4", detail: rest.doing.join("\n") }];
    const surprises = chronicle.surprises.map((detail) => ({
      check: "internal",
      law: "5",
      detail,
    }));
    const { faults, requests } = served(world);
    return {
      violations: [...surprises, ...violations],
      counts: chronicle.counts,
      fuse: world.fuse.tally,
      faults,
      requests,
    };
  } finally {
    await world.close();
  }
}

async function inspect(world: SimulatedWorld, chronicle: Chronicle): Promise<readonly Violation[]> {
  const records = world.places.map(
    ({ account }) => new Map(account.records().map((record) => [record.id, record])),
  );
  const scene: Scene = { world, chronicle, hub: await readHub(world), records };
  return [
    ...checkConvergence(scene),
    ...checkCompleteness(scene),
    ...checkDuplicates(scene),
    ...checkDeletes(scene),
    ...checkEdits(scene),
    ...checkWinners(scene),
    ...(await checkTraces(scene)),
  ];
}

function served(world: SimulatedWorld) {
  const faults: Record<string, number> = {};
  let requests = 0;
  for (const place of world.places)
    for (const entry of place.account.sandbox.control.ledger()) {
      requests += 1;
      if (entry.fault === null) continue;
      const kind = entry.fault === "status" ? `status ${entry.status}` : entry.fault;
      faults[kind] = (faults[kind] ?? 0) + 1;
    }
  return { faults, requests };
}
