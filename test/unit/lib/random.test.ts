import { describe, expect, it } from "vitest";
import { createSeededRandom, systemRandom } from "../../../src/lib/random.ts";

function draw(seed: number): readonly number[] {
  const random = createSeededRandom(seed);
  return [...random.bytes(8), random.fraction(), random.fraction()];
}

describe("createSeededRandom", () => {
  it("repeats itself for the same seed and not for another", () => {
    expect(draw(7)).toEqual(draw(7));
    expect(draw(7)).not.toEqual(draw(8));
  });

  it("spreads its fractions evenly from 0 to below 1", () => {
    const random = createSeededRandom(1);
    const tenths = Array.from({ length: 10 }, () => 0);
    for (let count = 0; count < 10_000; count += 1) {
      const fraction = random.fraction();
      expect(fraction >= 0 && fraction < 1).toBe(true);
      const tenth = Math.floor(fraction * 10);
      tenths[tenth] = (tenths[tenth] ?? 0) + 1;
    }
    expect(Math.min(...tenths)).toBeGreaterThan(900);
    expect(Math.max(...tenths)).toBeLessThan(1100);
  });
});

describe("systemRandom", () => {
  it("gives as many bytes as asked for, other ones each time", () => {
    expect(systemRandom.bytes(16)).toHaveLength(16);
    expect(systemRandom.bytes(16)).not.toEqual(systemRandom.bytes(16));
    expect(systemRandom.bytes(0)).toHaveLength(0);
  });

  it("gives fractions from 0 to below 1", () => {
    for (let count = 0; count < 100; count += 1) {
      expect(Math.floor(systemRandom.fraction())).toBe(0);
    }
  });
});
