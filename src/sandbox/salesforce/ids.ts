import { randomText } from "../kit/random.ts";

/** The three characters that a kind's ids begin with. */
export const prefixes = { account: "001", contact: "003", user: "005", org: "00D" } as const;

/** An id of 18 characters: 15 random ones, and three that tell which of them are capitals. */
export function newId(prefix: string, random: () => number): string {
  return withCheck(`${prefix}${randomText(random, 15 - prefix.length)}`);
}

/** The long form of an id of 15 or 18 characters; null for what is none. */
export function longId(text: string): string | null {
  if (!/^[A-Za-z0-9]{15}(?:[A-Z0-5]{3})?$/.test(text)) return null;
  const long = withCheck(text.slice(0, 15));
  return text.length === 15 || text === long ? long : null;
}

const checks = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";

function withCheck(short: string): string {
  const parts = [short.slice(0, 5), short.slice(5, 10), short.slice(10, 15)];
  const check = parts.map((part) => {
    const bits = Array.from(part, (letter, at) => (/[A-Z]/.test(letter) ? 1 << at : 0));
    return checks[bits.reduce((sum, bit) => sum + bit, 0)] ?? "A";
  });
  return `${short}${check.join("")}`;
}
