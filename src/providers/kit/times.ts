import { toInstant, type Instant } from "../../lib/clock.ts";

/** The first millisecond whose year has five digits: from there on instants do not sort as text. */
const endOfTimeMs = Date.UTC(10_000, 0);

/** The instant of a time that a provider told; null for one that cannot be meant. */
export function toldInstant(epochMs: number): Instant | null {
  return epochMs >= 0 && epochMs < endOfTimeMs ? toInstant(epochMs) : null;
}
