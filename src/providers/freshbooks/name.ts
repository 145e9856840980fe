/** A client's two names, as FreshBooks has them. */
export interface Names {
  readonly fname: string;
  readonly lname: string;
}

/** Both as one text; one that is missing leaves no space. */
export function joinedName(fname: string | null, lname: string | null): string {
  return [fname, lname]
    .map((part) => part?.trim() ?? "")
    .filter((part) => part !== "")
    .join(" ");
}

/**
 * The name in two, such that joining them gives it back to the letter. A part that the client has already stays, so
 * that another first name does not move the seam of a family name in two words; else the last word is the family
 * name. Nothing is cut at several spaces: FreshBooks might trim what stands around them.
 */
export function splitName(name: string, before: Names): Names {
  const { fname, lname } = { fname: before.fname.trim(), lname: before.lname.trim() };
  const kept = [
    { fname: name.slice(0, -lname.length - 1), lname },
    { fname, lname: name.slice(fname.length + 1) },
  ];
  const seam = [...name.matchAll(/(?<=\S) (?=\S)/g)].at(-1)?.index;
  const last =
    seam === undefined
      ? { fname: name, lname: "" }
      : { fname: name.slice(0, seam), lname: name.slice(seam + 1) };
  return kept.find((names) => isWhole(names, name)) ?? last;
}

function isWhole({ fname, lname }: Names, name: string): boolean {
  if (fname === "" || lname === "" || `${fname} ${lname}` !== name) return false;
  return fname === fname.trim() && lname === lname.trim();
}
