import { createSeededRandom } from "../../src/lib/random.ts";

/** How long a crash suite works, and with which moments; `docs/testing.md` has the variables. */
export interface CrashSettings {
  /** Rounds of each test that has them, on each database; null for the short part, which a commit waits for. */
  readonly rounds: number | null;
  readonly seed: number;
}

export const crashSettings: CrashSettings = readSettings(process.env);

/** Numbers of at least 0 and less than 1 for one round: the same for the same seed, whatever ran before it. */
export function roundRandom(round: number): () => number {
  const random = createSeededRandom((crashSettings.seed * 7919 + round * 104_729) >>> 0);
  return () => random.fraction();
}

/** Rounds of the suites that have fewer kinds of moments. */
export const fewerRounds = Math.ceil((crashSettings.rounds ?? 1) / 2);

export function numbersBelow(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index);
}

/** Seed first, so that a run that hangs or dies can be played again. */
export function announce(suite: string): void {
  const { rounds, seed } = crashSettings;
  const extent = rounds === null ? "the short part" : `${rounds} rounds`;
  process.stdout.write(`${suite}: seed ${seed}, ${extent} (ASTRALIS_CRASH_SEED=${seed})\n`);
}

function readSettings(env: Readonly<Record<string, string | undefined>>): CrashSettings {
  const rounds = count(env["ASTRALIS_CRASH_ROUNDS"], "ASTRALIS_CRASH_ROUNDS");
  const seed = count(env["ASTRALIS_CRASH_SEED"], "ASTRALIS_CRASH_SEED");
  return { rounds, seed: seed ?? 1 };
}

function count(text: string | undefined, name: string): number | null {
  if (text === undefined || text === "") return null;
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 1)
    throw new Error(`${name}=${text} is no whole number above 0`);
  return number;
}
