import { describe, expect, it } from "vitest";
import { createStepClock, systemClock } from "../../../src/lib/clock.ts";
import { createWatch } from "../../../src/sync/watch.ts";

describe("the watch over a connection's pull (law 11)", () => {
  const start = () => {
    const clock = createStepClock(0);
    const watch = createWatch(clock);
    const seen = { stalled: false };
    void watch.stalled.then(() => (seen.stalled = true));
    const look = async () => {
      for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
      return seen.stalled;
    };
    return { clock, watch, look };
  };

  it("gives one up that was silent for ten seconds, and none that is heard of", async () => {
    const { clock, watch, look } = start();
    for (let round = 0; round < 5; round += 1) {
      clock.advance(9000);
      watch.sign();
      expect(await look()).toBe(false);
    }
    clock.advance(10_000);
    expect(await look()).toBe(true);
  });

  it("gives one up at once that tells of trouble", async () => {
    const { watch, look } = start();
    watch.stall();
    expect(await look()).toBe(true);
  });

  it("looks no more once it is over", async () => {
    const { clock, watch, look } = start();
    watch.end();
    clock.advance(60_000);
    expect(await look()).toBe(false);
    // A timer that is left would keep the process: this one would for ten seconds.
    const before = process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
    const real = createWatch(systemClock);
    real.end();
    await look();
    const after = process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
    expect(after).toBe(before);
  });
});
