import { isRecord } from "../../lib/json.ts";

/**
 * Cursors and page tokens are JSON of an adapter's own, opaque to everyone else. One that this version cannot
 * read is null: its holder starts anew.
 */
export function readToken(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : null;
  } catch {
    return null;
  }
}

export function writeToken(value: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(value);
}
