/** The keys that people choose for organizations and connections: they stand in commands, tables and logs. */
export const namePattern = /^[a-z][a-z0-9_-]{0,62}$/;

/** What is wrong with a name of an organization or connection; null for a good one. */
export function nameProblem(name: string): string | null {
  if (namePattern.test(name)) return null;
  const rule = "a name starts with a letter and has only a-z, 0-9, - and _, at most 63 of them";
  const better = suggestName(name);
  return better === null ? rule : `${rule}; try ${better}`;
}

/** A name made of a title: "Müller & Söhne" becomes `muller-sohne`; null where nothing of it is left. */
export function suggestName(title: string): string | null {
  const name = title
    .slice(0, 200)
    .normalize("NFKD")
    .toLowerCase()
    .replace(/\p{M}/gu, "")
    .replace(/[^a-z0-9_]+/g, "-")
    .replace(/^[^a-z]+/, "")
    .slice(0, 63)
    .replace(/[-_]+$/, "");
  return namePattern.test(name) ? name : null;
}

/** What is wrong with a country's code; null for a good one. */
export function countryProblem(code: string): string | null {
  return /^[A-Za-z]{2}$/.test(code) ? null : "must be a country's code of two letters, such as DE";
}
