import { createInterface } from "node:readline";
import type { Io } from "./io.ts";

/** The lines of stdin, for answers that a program gives in a person's place. */
export interface LineReader {
  /** null once stdin has ended, or the reading was given up. */
  next(): Promise<string | null>;
}

/** Reads stdin until its end or the signal; what comes afterwards is left to others. */
export function createLineReader(io: Io, signal: AbortSignal): LineReader {
  const reader = createInterface({ input: io.stdin, crlfDelay: Infinity, signal });
  const lines = reader[Symbol.asyncIterator]();
  return {
    next: async () => {
      const { done, value } = await lines.next();
      return done === true ? null : value;
    },
  };
}
