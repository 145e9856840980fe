import { must } from "../../src/lib/assert.ts";
import { createSeededRandom } from "../../src/lib/random.ts";

/** Seeded choices. */
export interface Dice {
  /** A whole number from 0, less than `count`. */
  below(count: number): number;
  chance(probability: number): boolean;
  pick<T>(among: readonly T[]): T;
}

export function createDice(seed: number): Dice {
  const random = createSeededRandom(seed);
  const below = (count: number) => Math.floor(random.fraction() * count);
  return {
    below,
    chance: (probability) => random.fraction() < probability,
    pick: (among) => must(among[below(among.length)], "something to pick from"),
  };
}

/** A seed of its own for each input of each target (FNV-1a). */
export function seedOf(seed: number, target: string, index: number): number {
  let hash = 0x811c9dc5;
  for (const char of `${seed} ${target} ${index}`) {
    hash = Math.imul(hash ^ char.charCodeAt(0), 0x01000193);
  }
  return hash >>> 0;
}
