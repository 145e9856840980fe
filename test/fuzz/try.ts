import type { Json } from "../../src/lib/json.ts";
import { createDice, seedOf } from "./dice.ts";
import { smallest } from "./smallest.ts";
import type { Target, Verdict } from "./target.ts";

/** An input that breaks a promise. */
export interface Failure {
  readonly target: string;
  readonly index: number;
  readonly message: string;
  readonly stack: string;
  readonly input: Json;
  /** The smallest input found that fails as well. */
  readonly smallest: Json;
}

/** No input may keep a program busy for longer, on any machine. */
const longestMs = 2500;

export function inputOf(target: Target, seed: number, index: number): Json {
  return target.draw(createDice(seedOf(seed, target.name, index)));
}

/** Tries one input; the error that says what is wrong with it is thrown. */
export async function tryInput(target: Target, input: Json): Promise<Verdict> {
  const verdict = await timed(target, input);
  refusePollution();
  return verdict;
}

/** For so long a smaller input is looked for. */
const longestShrinkMs = 20_000;

/** Makes the input that failed as small as it can. */
export async function failureOf(
  target: Target,
  what: { readonly index: number; readonly input: Json; readonly error: unknown },
  onTry: () => void = () => {},
): Promise<Failure> {
  const { index, input, error } = what;
  const kind = kindOf(error);
  const endMs = performance.now() + longestShrinkMs;
  const fails = async (candidate: Json) => {
    onTry();
    if (performance.now() > endMs) return false;
    try {
      await tryInput(target, candidate);
      return false;
    } catch (other) {
      return kindOf(other) === kind;
    }
  };
  return {
    target: target.name,
    index,
    message: messageOf(error),
    stack: error instanceof Error ? (error.stack ?? "") : "",
    input,
    smallest: await smallest(input, fails),
  };
}

async function timed(target: Target, input: Json): Promise<Verdict> {
  const startedMs = performance.now();
  const verdict = await target.check(input);
  if (performance.now() - startedMs < longestMs) return verdict;
  // The machine may have been busy with something else.
  const againMs = performance.now();
  await target.check(input);
  const tookMs = Math.round(performance.now() - againMs);
  if (tookMs < longestMs) return verdict;
  throw new Error(`took ${tookMs} ms`);
}

const prototypes = [Object.prototype, Array.prototype, String.prototype, Function.prototype];
const keyCounts = prototypes.map((prototype) => Reflect.ownKeys(prototype).length);

function refusePollution(): void {
  for (const [index, prototype] of prototypes.entries()) {
    if (Reflect.ownKeys(prototype).length === keyCounts[index]) continue;
    for (const key of ["polluted", "__proto__ "]) Reflect.deleteProperty(prototype, key);
    throw new Error("a prototype of all objects was changed");
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

/** What is the same about two failures, whatever values their messages hold. */
function kindOf(error: unknown): string {
  return messageOf(error).replaceAll(/\d+/g, "0").slice(0, 60);
}
