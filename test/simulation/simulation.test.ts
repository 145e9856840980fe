import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { systemClock } from "../../src/lib/clock.ts";
import { generateHistory } from "../../src/simulation/generate.ts";
import { playHistory } from "../../src/simulation/run-history.ts";
import { simulate } from "../../src/simulation/simulate.ts";

/** So many histories take about fifteen seconds on a core of its own. */
const histories = 40;

describe("the engine under simulated faults, crashes and time", () => {
  it("keeps every law in each history of the fixed seeds", { timeout: 240_000 }, async () => {
    const { failures, ...totals } = await simulate({
      seed: 20_261_102,
      histories,
      failures: 1,
      clock: systemClock,
    });
    expect(failures).toEqual([]);
    expect(totals.histories).toBe(histories);
    // A simulation in which nothing happens would hold all laws, too.
    expect(totals.crashes).toBeGreaterThan(5);
    expect(Object.keys(totals.faults).length).toBeGreaterThan(8);
    expect(totals.edits).toBeGreaterThan(100);
  });

  it("leaves neither memory nor handles behind", { timeout: 120_000 }, async () => {
    setFlagsFromString("--expose-gc");
    globalThis.gc = runInNewContext("gc");
    const play = (histories: number) =>
      simulate({ seed: 31, histories, failures: 1, clock: systemClock });
    // The first time loads the providers' libraries, which stay.
    await play(24);
    const { held } = await play(24);
    expect(held.last.handles).toBeLessThanOrEqual(held.first.handles);
    expect(held.last.heap_mb - held.first.heap_mb).toBeLessThan(5);
  });

  it("plays the same history from the same seed", async () => {
    const [first, second] = [
      await playHistory(generateHistory(7)),
      await playHistory(generateHistory(7)),
    ];
    expect(second).toEqual(first);
  });
});
