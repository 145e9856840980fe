import { assert } from "fast-check";
import type { IProperty } from "fast-check";
import { afterAll } from "vitest";

/** A commit is checked with one seed, a long run with many: both come from the environment. */
const seed = Number(process.env["ASTRALIS_PROPERTY_SEED"] ?? "20260101");
const factor = Number(process.env["ASTRALIS_PROPERTY_FACTOR"] ?? "1");

export interface Laws {
  /** Checks one law on that many cases; throws with the seed and the smallest case that breaks it. */
  holds<Case>(law: IProperty<Case>, runs?: number): void;
}

/** Counts the cases of a file's laws and says at its end how many there were, with the seed that repeats them. */
export function createLaws(title: string): Laws {
  let cases = 0;
  let laws = 0;
  afterAll(() => {
    console.log(`${title}: ${laws} laws held in ${cases} cases, seed ${seed}`);
  });
  return {
    holds: (law, runs = 1000) => {
      const numRuns = Math.max(1, Math.round(runs * factor));
      assert(law, { seed, numRuns });
      laws += 1;
      cases += numRuns;
    },
  };
}
