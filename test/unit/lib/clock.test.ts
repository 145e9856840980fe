import { describe, expect, it } from "vitest";
import {
  createStepClock,
  instantOf,
  systemClock,
  toEpochMs,
  toInstant,
} from "../../../src/lib/clock.ts";

describe("toInstant and toEpochMs", () => {
  it("undo each other, to the millisecond", () => {
    expect(toInstant(1_760_000_000_123)).toBe("2025-10-09T08:53:20.123Z");
    expect(toEpochMs("2025-10-09T08:53:20.123Z")).toBe(1_760_000_000_123);
  });

  it("sort as text as they sort in time", () => {
    const times = [0, 999, 1000, 1_760_000_000_000, 253_402_300_799_999];
    const texts = times.map(toInstant);
    expect(texts.toSorted()).toEqual(texts);
  });
});

describe("createStepClock", () => {
  it("stands still until it is told to go on", () => {
    const clock = createStepClock(1000);
    expect([clock.now(), clock.now()]).toEqual([1000, 1000]);
    clock.advance(50);
    expect(instantOf(clock)).toBe("1970-01-01T00:00:01.050Z");
  });

  it("moves by the length of a sleep and ends the sleep at once", async () => {
    const clock = createStepClock(0);
    await clock.sleep(86_400_000);
    await clock.sleep(-5);
    expect(clock.now()).toBe(86_400_000);
  });

  it("does not sleep under a signal that was given already", async () => {
    const clock = createStepClock(0);
    await expect(clock.sleep(10, AbortSignal.abort(new Error("stopped")))).rejects.toThrow(
      "stopped",
    );
    expect(clock.now()).toBe(0);
  });
});

describe("systemClock", () => {
  it("wakes a sleeper with the signal's reason", async () => {
    const stop = new AbortController();
    const asleep = systemClock.sleep(3_600_000, stop.signal);
    stop.abort(new Error("stopped"));
    await expect(asleep).rejects.toThrow("stopped");
  });

  it("refuses to sleep under a signal that was given already", async () => {
    const sleep = systemClock.sleep(3_600_000, AbortSignal.abort(new Error("stopped")));
    await expect(sleep).rejects.toThrow("stopped");
  });

  it("does not take a sleep of years for one of no time", async () => {
    const stop = new AbortController();
    const asleep = systemClock.sleep(10 * 365 * 86_400_000, stop.signal);
    const first = await Promise.race([
      asleep.then(() => "woke"),
      systemClock.sleep(5).then(() => "waited"),
    ]);
    stop.abort(new Error("enough"));
    await expect(asleep).rejects.toThrow("enough");
    expect(first).toBe("waited");
  });
});
