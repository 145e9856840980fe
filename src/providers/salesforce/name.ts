import { normalValue } from "../../model/normal.ts";
import { cutText } from "../kit/fields.ts";

/** The two parts of a contact's name that every org has. */
export interface NameParts {
  readonly FirstName: string | null;
  readonly LastName: string | null;
}

/** A last name must be there: this one stands for none. */
export const noLastName = "[not provided]";

export const firstLimit = 40;
export const lastLimit = 80;

/** Both with the space between them. */
export const nameLimit = firstLimit + 1 + lastLimit;

/** The whole name in the hub's normal form; null where there is none. */
export function shownName({ FirstName, LastName }: NameParts): string | null {
  const last = LastName?.trim() === noLastName ? null : LastName;
  const joined = [FirstName, last].filter((part) => part !== null && part.trim() !== "").join(" ");
  const name = normalValue("name", joined);
  return typeof name === "string" ? name : null;
}

/**
 * The parts of a new name. What of the old name the new one begins or ends with stays as it is; else the last word
 * that leaves both parts short enough is the last name. A name that cannot be told from its parts again, such as
 * one of a single word, is the last name as a whole.
 */
export function renamed(name: string | null, old: NameParts | null): NameParts {
  if (name === null) return { FirstName: null, LastName: noLastName };
  const candidates = [...(old === null ? [] : keptParts(name, old)), ...splits(name)];
  const whole: NameParts = { FirstName: null, LastName: name };
  return candidates.find((parts) => fits(parts, name)) ?? whole;
}

/** What of a name Salesforce holds: 40 characters of a first name, and 80 of a last one. */
export function heldName(name: string): string | null {
  if (shownName({ FirstName: null, LastName: name }) === null) return null;
  if (name.length <= lastLimit || splits(name).some((parts) => fits(parts, name))) return name;
  const [first] = splits(name).filter(({ FirstName }) => (FirstName ?? "").length <= firstLimit);
  if (first === undefined) return cutText(name, lastLimit);
  const cut = cutText(name, (first.FirstName ?? "").length + 1 + lastLimit);
  // Cutting may leave white space that joins otherwise.
  return splits(cut).some((parts) => fits(parts, cut)) ? cut : cutText(name, lastLimit);
}

function keptParts(name: string, { FirstName, LastName }: NameParts): readonly NameParts[] {
  const [first, last] = [FirstName?.trim() ?? "", LastName?.trim() ?? ""];
  if (first === "" || last === "" || last === noLastName) return [];
  return [
    ...(name.endsWith(` ${last}`)
      ? [{ FirstName: name.slice(0, -last.length - 1), LastName }]
      : []),
    ...(name.startsWith(`${first} `)
      ? [{ FirstName, LastName: name.slice(first.length + 1) }]
      : []),
  ];
}

/** Every way to part a name at a space, the shortest last name first. */
function splits(name: string): readonly NameParts[] {
  const found: NameParts[] = [];
  for (let at = name.lastIndexOf(" "); at > 0; at = name.lastIndexOf(" ", at - 1))
    found.push({ FirstName: name.slice(0, at), LastName: name.slice(at + 1) });
  return found;
}

/** Whether the parts are ones that Salesforce takes and leaves as they are, and make the name again. */
function fits(parts: NameParts, name: string): boolean {
  const [first, last] = [parts.FirstName ?? "", parts.LastName ?? ""];
  const isKept = (part: string, limit: number) =>
    part !== "" && part === part.trim() && part.length <= limit;
  return (
    isKept(first, firstLimit) &&
    isKept(last, lastLimit) &&
    last !== noLastName &&
    shownName(parts) === name
  );
}
