import { assert } from "../lib/assert.ts";
import { UsageError } from "../lib/errors.ts";

/** The arguments and options of one command, read by name (`postalCode` for `--postal-code`). */
export interface Input {
  /** An argument; undefined where it was left out. */
  argument(place: number): string | undefined;
  /** An argument that commander made sure of. */
  required(place: number): string;
  text(option: string): string | undefined;
  flag(option: string): boolean;
  /** A repeatable option's values. */
  list(option: string): readonly string[];
  /** A whole number from `min` to `max`. */
  count(option: string, range: { readonly min: number; readonly max: number }): number | undefined;
  /** "90s", "15m", "24h" or "7d", in milliseconds. */
  durationMs(option: string): number | undefined;
}

export function createInput(
  given: readonly unknown[],
  options: Readonly<Record<string, unknown>>,
): Input {
  const text = (option: string) => {
    const value = options[option];
    return typeof value === "string" ? value : undefined;
  };
  const argument = (place: number) => {
    const value = given[place];
    return typeof value === "string" ? value : undefined;
  };
  return {
    argument,
    required: (place) => {
      const value = argument(place);
      assert(value !== undefined, `argument ${place} is declared as required`);
      return value;
    },
    text,
    flag: (option) => options[option] === true,
    list: (option) => {
      const value = options[option];
      return Array.isArray(value) ? value.map(String) : [];
    },
    count: (option, range) => {
      const value = text(option);
      return value === undefined
        ? undefined
        : parseCount(value, { ...range, flag: flagOf(option) });
    },
    durationMs: (option) => {
      const value = text(option);
      return value === undefined ? undefined : parseDuration(value, flagOf(option));
    },
  };
}

function parseCount(
  text: string,
  rule: { readonly min: number; readonly max: number; readonly flag: string },
): number {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= rule.min && value <= rule.max) return value;
  throw new UsageError("usage", `${rule.flag} takes a whole number, not "${text}"`, {
    hint: `Give one from ${rule.min} to ${rule.max}.`,
  });
}

const unitsMs = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

function parseDuration(text: string, flag: string): number {
  const [, amount, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  if (unit === "s" || unit === "m" || unit === "h" || unit === "d")
    return Number(amount) * unitsMs[unit];
  throw new UsageError("usage", `${flag} takes a length of time, not "${text}"`, {
    hint: "Write it as 90s, 15m, 24h or 7d.",
  });
}

function flagOf(option: string): string {
  return `--${option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
