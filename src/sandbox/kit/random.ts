/** A sequence of numbers, at least 0 and less than 1: the same for the same seed (splitmix32). */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  };
}

const alphanumeric = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/** Random text of that length, for ids and the sandbox's own secrets. */
export function randomText(random: () => number, length: number, alphabet = alphanumeric): string {
  let text = "";
  for (let i = 0; i < length; i += 1)
    text += alphabet[Math.floor(random() * alphabet.length)] ?? "";
  return text;
}

export function pick<T>(random: () => number, items: readonly [T, ...T[]]): T {
  return items[Math.floor(random() * items.length)] ?? items[0];
}
