import { createHash } from "node:crypto";
import { isEmail } from "../../model/normal.ts";
import { cutText } from "../kit/fields.ts";

/**
 * `DisplayName` must be there and be the only one among customers, vendors and employees. So it can carry a mark
 * behind the name, and stand for a name that there is none of; neither is a name to us.
 */

/** 500 is QuickBooks' limit; the rest is for the marks. */
export const nameLimit = 470;

const marks = /(?<=\S)\s+\((?:#[0-9a-f]{8}|deleted)\)$/;

const noName = "(no name)";

/** Behind a name that is taken; the same for the same id. */
export function suffixed(name: string, id: string): string {
  const mark = createHash("sha256").update(`astralis:${id}`).digest("hex").slice(0, 8);
  return `${name} (#${mark})`;
}

/** The name without our mark and without the one that QuickBooks gives to what is inactive. */
export function withoutMarks(name: string): string {
  let bare = name.trimEnd();
  while (marks.test(bare)) bare = bare.replace(marks, "");
  return bare;
}

/** A name as QuickBooks can hold it: neither colon nor tab, cut, without what looks like a mark. */
export function heldName(name: string): string {
  let held = name
    .replaceAll(/\s*:[\s:]*/g, " - ")
    .replaceAll(/[\t\n]+/g, " ")
    .trim();
  for (;;) {
    const next = withoutMarks(cutText(held, nameLimit));
    if (next === held) return held;
    held = next;
  }
}

/** An e-mail address alone is no name, and neither is what says so itself. */
export function isStandIn(name: string): boolean {
  return isEmail(name) || name === noName || name.endsWith(` ${noName}`);
}

/** What is shown of someone without a name. */
export function standIn(known: {
  readonly email: string | null;
  readonly company: string | null;
  readonly phone: string | null;
}): string {
  const { email, company, phone } = known;
  if (email !== null && isEmail(email) && heldName(email) === email) return email;
  return `${heldName(company ?? phone ?? "")} ${noName}`.trim();
}

/** First, middle and last name. */
export type NameParts = readonly [given: string, middle: string, family: string];

const partLimit = 100;

/** The parts of a name that they made up before, after it changed; nothing of them where they cannot hold it. */
export function renamedParts(parts: NameParts, name: string | null): NameParts {
  if (name === null) return ["", "", ""];
  const [given, middle, family] = parts;
  for (const candidate of [
    [given, middle, rest(name, [given, middle], [])],
    [rest(name, [], [middle, family]), middle, family],
    [given, rest(name, [given], [family]), family],
  ] as const) {
    const [first, second, third] = candidate;
    if (first === null || second === null || third === null) continue;
    if (joined([first, second, third]) === name) return fitting([first, second, third]);
  }
  const words = name.split(" ");
  const last = words.length > 1 ? (words.at(-1) ?? "") : "";
  const split: NameParts = [words.slice(0, last === "" ? undefined : -1).join(" "), "", last];
  return fitting(joined(split) === name ? split : [name, "", ""]);
}

export function joined(parts: NameParts): string {
  return parts.filter((part) => part !== "").join(" ");
}

/** What is left of the name between the words before and after; null where it has not both of them. */
function rest(name: string, before: readonly string[], after: readonly string[]): string | null {
  const start = before.filter((part) => part !== "").map((part) => `${part} `);
  const end = after.filter((part) => part !== "").map((part) => ` ${part}`);
  const [head, tail] = [start.join(""), end.join("")];
  const fits =
    name.startsWith(head) && name.endsWith(tail) && name.length > head.length + tail.length;
  const part = fits ? name.slice(head.length, name.length - tail.length) : null;
  return part === part?.trim() ? part : null;
}

function fitting(parts: NameParts): NameParts {
  return parts.every((part) => part.length <= partLimit) ? parts : ["", "", ""];
}
