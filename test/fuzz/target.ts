import type { Json } from "../../src/lib/json.ts";
import { AstralisError, InternalError } from "../../src/lib/errors.ts";
import type { Dice } from "./dice.ts";

/** One thing that reads what others wrote. */
export interface Target {
  readonly name: string;
  /** Its part of all inputs, in proportion to the others': the faster it is, the more it gets. */
  readonly share: number;
  draw(dice: Dice): Json;
  /**
   * Reads the input and throws where a promise is broken. Tells whether the input was taken or properly refused, so
   * that a target whose every input is turned away at the door shows.
   */
  check(input: Json): Verdict | Promise<Verdict>;
}

export type Verdict = "taken" | "refused";

/** A promise that was broken. */
export class Broken extends Error {}

export function claim(condition: boolean, what: string): asserts condition {
  if (!condition) throw new Broken(what);
}

/** What was read; null where it was refused as errors are to be: in words of ours, and as no defect of ours. */
export async function readOrRefused<T>(
  read: () => T | Promise<T>,
  secrets: readonly string[] = [],
): Promise<{ readonly value: T } | null> {
  try {
    return { value: await read() };
  } catch (error) {
    claim(
      error instanceof AstralisError && !(error instanceof InternalError),
      `threw ${error instanceof Error ? `${error.name}: ${error.message.slice(0, 200)}` : String(error)}`,
    );
    const told = `${error.message} ${error.hint} ${JSON.stringify(error.place)}`;
    for (const secret of secrets) claim(!told.includes(secret), "an error repeats a secret");
    const { retry } = error;
    if (typeof retry === "object")
      claim(isWait(retry.afterSeconds), `asks to wait ${retry.afterSeconds} s`);
    return null;
  }
}

/** A wait that ends at an instant that can be written down. */
function isWait(seconds: number): boolean {
  return Number.isFinite(seconds) && seconds >= 0 && seconds <= 366 * 86_400;
}

export function isText(value: unknown): value is string {
  return typeof value === "string";
}

/** The text, or none where it is something else: inputs that were made smaller can be anything. */
export function textOf(value: unknown): string {
  return isText(value) ? value : "";
}

/** Text that every database holds as it is. */
export function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes("\0");
}
