/** The candidate that was probably meant by a misspelt word; null where none is near. */
export function nearest(word: string, candidates: Iterable<string>): string | null {
  const written = plain(word);
  let best: string | null = null;
  let bestDistance = Math.max(1, Math.floor(written.length / 3)) + 1;
  for (const candidate of candidates) {
    const known = plain(candidate);
    const isStart = written.length >= 3 && known.startsWith(written);
    const distance = isStart ? 1 : editDistance(written, known);
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

/** The longest word that is compared: no known one is near this length. */
const maxCharacters = 48;

/** `maxRetries`, `max-retries` and `max_retries` are one word. */
function plain(word: string): string {
  return word
    .slice(0, maxCharacters)
    .toLowerCase()
    .replace(/[\s_.-]/g, "");
}

/** Insertions, deletions, replacements and swaps of neighbours (optimal string alignment). */
function editDistance(a: string, b: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const same = a[row - 1] === b[column - 1];
      let cost = Math.min(
        (previous[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (previous[column - 1] ?? 0) + (same ? 0 : 1),
      );
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1])
        cost = Math.min(cost, (beforePrevious[column - 2] ?? 0) + 1);
      current.push(cost);
    }
    [beforePrevious, previous] = [previous, current];
  }
  return previous[b.length] ?? 0;
}
