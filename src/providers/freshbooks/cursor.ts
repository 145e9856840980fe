import { readToken, writeToken } from "../kit/tokens.ts";

/** Where the next pass starts; times in seconds since 1970, by FreshBooks' clock. */
export interface Cursor {
  /** The business that was listed: a cursor says nothing of another one. */
  readonly account: string;
  /** What changed since then is wanted. */
  readonly since: number;
  /** When the pass began that ended with this cursor. */
  readonly start: number;
  /** Rows from `since` on that were handled already. */
  readonly seen: readonly string[];
  /** Set where everything was listed on several pages: from when to when that took. */
  readonly listed: readonly [from: number, to: number] | null;
}

/** Where a pass is. */
export interface Place {
  readonly list: "kept" | "deleted";
  readonly page: number;
  readonly start: number;
  /** Whether one of the lists had several pages so far. */
  readonly several: boolean;
  readonly seen: readonly string[];
}

export function writeCursor(cursor: Cursor): string {
  return writeToken({ ...cursor });
}

export function writePlace(place: Place): string {
  return writeToken({ ...place });
}

/** Null for a text that this version did not write. */
export function parseCursor(text: string): Cursor | null {
  const token = readToken(text) ?? {};
  const { account, since, start, listed } = token;
  if (typeof account !== "string" || typeof since !== "number" || typeof start !== "number")
    return null;
  const [from, to] = Array.isArray(listed) ? listed : [];
  return {
    account,
    since,
    start,
    seen: textsOf(token["seen"]),
    listed: typeof from === "number" && typeof to === "number" ? [from, to] : null,
  };
}

export function parsePlace(text: string): Place | null {
  const token = readToken(text) ?? {};
  const { list, page, start, several } = token;
  if (list !== "kept" && list !== "deleted") return null;
  if (typeof page !== "number" || !Number.isSafeInteger(page) || page < 1) return null;
  if (typeof start !== "number") return null;
  return { list, page, start, several: several === true, seen: textsOf(token["seen"]) };
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}
