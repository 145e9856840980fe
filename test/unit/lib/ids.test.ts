import { describe, expect, it } from "vitest";
import { createStepClock } from "../../../src/lib/clock.ts";
import { createIds } from "../../../src/lib/ids.ts";
import { createSeededRandom } from "../../../src/lib/random.ts";

const startMs = 1_760_000_000_123;
const create = () => {
  const clock = createStepClock(startMs);
  return { clock, ids: createIds(clock, createSeededRandom(1)) };
};

/** The first 48 bits of an id, which are its time. */
const timeOf = (id: string) => Number.parseInt(id.replaceAll("-", "").slice(0, 12), 16);

describe("createIds", () => {
  it("makes UUIDs of version 7 and the RFC's variant", () => {
    const { ids } = create();
    for (let count = 0; count < 100; count += 1) {
      expect(ids()).toMatch(
        /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
      );
    }
  });

  it("starts with the clock's milliseconds", () => {
    expect(timeOf(create().ids())).toBe(startMs);
  });

  it("keeps the order within a millisecond, past the 4096 that a counter of 12 bits holds", () => {
    const { ids } = create();
    const made = Array.from({ length: 10_000 }, ids);
    expect(made.toSorted()).toEqual(made);
    expect(new Set(made).size).toBe(made.length);
    expect(timeOf(made.at(-1) ?? "")).toBe(startMs + 2);
  });

  it("keeps the order when the clock goes on, stands or goes back", () => {
    const { clock, ids } = create();
    const made = [0, 5, -1000, 0, 1, 999, 10].map((stepMs) => {
      clock.advance(stepMs);
      return ids();
    });
    expect(made.toSorted()).toEqual(made);
    expect(timeOf(made.at(-1) ?? "")).toBe(startMs + 15);
  });

  it("differs between two makers in the same millisecond", () => {
    const clock = createStepClock(startMs);
    const one = createIds(clock, createSeededRandom(1));
    const other = createIds(clock, createSeededRandom(2));
    expect(one()).not.toBe(other());
  });
});
