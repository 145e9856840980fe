import { normalValue } from "../../model/normal.ts";
import type { ContactPatch } from "./contact.ts";

/** The two halves that HubSpot keeps of a name. */
export interface NameParts {
  readonly firstname: string | null;
  readonly lastname: string | null;
}

/** The whole name as one text; null where there is none. */
export function shownName(parts: NameParts): string | null {
  const shown = [parts.firstname, parts.lastname].map(shownPart).filter((part) => part !== "");
  return shown.length === 0 ? null : shown.join(" ");
}

/**
 * The parts to write for a new name: joined by a space they are the name again, to the letter. Where one part of the
 * old name is still there, only the other one changes.
 */
export function renamed(before: NameParts, name: string | null): ContactPatch {
  const [first, last] = name === null ? ["", ""] : splitName(before, name);
  const patch: ContactPatch = {};
  if (first !== shownPart(before.firstname)) patch.firstname = first;
  if (last !== shownPart(before.lastname)) patch.lastname = last;
  return patch;
}

function splitName(before: NameParts, name: string): readonly [first: string, last: string] {
  const [first, last] = [shownPart(before.firstname), shownPart(before.lastname)];
  const places = joints(name);
  const keepsFirst = first !== "" && places.includes(first.length) && name.startsWith(first);
  if (keepsFirst) return [first, name.slice(first.length + 1)];
  const lastAt = name.length - last.length - 1;
  const keepsLast = last !== "" && places.includes(lastAt) && name.endsWith(last);
  if (keepsLast) return [name.slice(0, lastAt), last];
  const place = familyPlace(name, places);
  if (place !== null) return [name.slice(0, place), name.slice(place + 1)];
  // A single word stays in the half that a single word was in.
  return first === "" && last !== "" ? ["", name] : [name, ""];
}

/** Where a name can be cut and joined again: at spaces that stand alone. */
function joints(name: string): readonly number[] {
  return [...name.matchAll(/(?<=\S) (?=\S)/gu)].map((match) => match.index);
}

/** Before the last word, and before particles in small letters that lead it: "Anna Maria | von Berg". */
function familyPlace(name: string, places: readonly number[]): number | null {
  let index = places.length - 1;
  while (index > 0 && /^\p{Ll}+'? /u.test(name.slice((places[index - 1] ?? 0) + 1))) index -= 1;
  return places[index] ?? null;
}

function shownPart(part: string | null): string {
  const shown = normalValue("name", part);
  return typeof shown === "string" ? shown : "";
}
