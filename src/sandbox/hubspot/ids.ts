import { randomText } from "../kit/random.ts";
import type { World } from "../kit/vendor.ts";

/** Hexadecimal digits of the world's randomness. */
export function hexText(world: World, length: number): string {
  return randomText(() => world.random(), length, "0123456789abcdef");
}

/** Ids of records: numbers as text that grow with time, with gaps. */
export function createRecordIds(world: World): () => string {
  let last = 151_000_000_000;
  return () => {
    last += 1 + Math.floor(world.random() * 50);
    return String(last);
  };
}
