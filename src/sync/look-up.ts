import type { Lookup } from "../providers/provider.ts";
import type { Line } from "./line.ts";
import { withPatience } from "./patience.ts";

/** The records as they are now, with the patience that reads deserve. */
export async function lookUp(
  line: Line,
  externalIds: readonly string[],
): Promise<readonly Lookup[]> {
  if (externalIds.length === 0) return [];
  return patiently(line, () => line.session.get(externalIds));
}

/** A read that is repeated where that can help; the others do not wait for it once it failed (law 11). */
export function patiently<T>(
  line: Pick<Line, "config" | "deps" | "signal" | "stall">,
  read: () => Promise<T>,
): Promise<T> {
  const { config, signal, stall } = line;
  return withPatience(line.deps, { attempts: config.maxRetries, signal, onFailure: stall }, read);
}
