import { isRecord } from "../../src/lib/json.ts";
import type { Json } from "../../src/lib/json.ts";

/**
 * Inputs are plain JSON, so that they can be printed and made smaller. What JSON cannot say, or says only at great
 * length, stands in them as an order to the writer.
 */
export const orders = {
  /** Text that is written as it is: a number beyond all bounds, half of a literal. */
  raw: (text: string): Json => ({ $raw: text }),
  deepList: (levels: number): Json => ({ $deepList: levels }),
  deepObject: (levels: number): Json => ({ $deepObject: levels }),
  longText: (characters: number): Json => ({ $longText: characters }),
} as const;

/** The JSON text of an input with its orders carried out. */
export function written(input: Json): string {
  if (Array.isArray(input)) return `[${input.map((item: Json) => written(item)).join(",")}]`;
  if (!isRecord(input)) return JSON.stringify(input);
  const entries = Object.entries(input);
  const [[order, amount] = ["", null]] = entries;
  if (entries.length === 1 && order.startsWith("$")) {
    const carriedOut = carryOut(order, amount);
    if (carriedOut !== null) return carriedOut;
  }
  return `{${entries.map(([key, value]) => `${JSON.stringify(key)}:${written(value)}`).join(",")}}`;
}

/** What a parser makes of the input; undefined where it is no JSON any more. */
export function parsed(input: Json): unknown {
  try {
    const value: unknown = JSON.parse(written(input));
    return value;
  } catch {
    return undefined;
  }
}

function carryOut(order: string, amount: unknown): string | null {
  if (order === "$raw" && typeof amount === "string") return amount;
  if (typeof amount !== "number") return null;
  const count = Math.max(0, Math.min(100_000, Math.floor(amount)));
  if (order === "$deepList") return "[".repeat(count) + "]".repeat(count);
  if (order === "$deepObject") return '{"a":'.repeat(count) + "null" + "}".repeat(count);
  return order === "$longText" ? `"${"x".repeat(count)}"` : null;
}
