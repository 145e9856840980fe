/**
 * Texts in the form in which they are searched: every one of them, in any script, without its case. The databases'
 * own functions are not used, because SQLite folds ASCII alone.
 */
export function searchable(values: readonly (string | null)[]): string {
  return values
    .filter((value) => value !== null)
    .map((value) => foldCase(value))
    .join("\n");
}

/** Upper case first, so that "ß" meets "SS"; the final sigma is the sigma. */
export function foldCase(text: string): string {
  return text.normalize("NFKC").toUpperCase().toLowerCase().replaceAll("ς", "σ");
}
