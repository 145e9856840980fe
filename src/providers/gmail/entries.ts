import { isRecord } from "../../lib/json.ts";
import type { Entry } from "./wire.ts";

/** An entry's text; null where it is missing or empty. */
export function entryText(entry: Entry | undefined, key: string): string | null {
  const value = entry?.[key];
  return typeof value === "string" && value.trim() !== "" ? value : null;
}

/** The entry that Google shows first; of those with one of the keys, unless none has any. */
export function primaryEntry(
  entries: readonly Entry[],
  keys: readonly string[],
): Entry | undefined {
  const filled = entries.filter((entry) => keys.some((key) => entryText(entry, key) !== null));
  const candidates = filled.length > 0 ? filled : entries;
  const flagged = (flag: string) =>
    candidates.find((entry) => isRecord(entry["metadata"]) && entry["metadata"][flag] === true);
  return flagged("sourcePrimary") ?? flagged("primary") ?? candidates[0];
}

/**
 * The list with its primary entry changed, as it is sent: the changed one in front and marked, the others as
 * they were. A null entry is taken out.
 */
export function withPrimary(
  entries: readonly Entry[],
  old: Entry | undefined,
  next: Entry | null,
): readonly Entry[] {
  const others = entries
    .filter((entry) => entry !== old)
    .map((entry) => sendable(entry, next === null));
  if (next === null) return others;
  const marked =
    others.length === 0
      ? sendable(next, false)
      : { ...sendable(next, false), metadata: primaryMark };
  return [marked, ...others];
}

const primaryMark = { sourcePrimary: true };

/** Written by Google alone. */
const readOnlyKeys = new Set([
  "metadata",
  "formattedType",
  "canonicalForm",
  "displayNameLastFirst",
]);

function sendable(entry: Entry, keepMark: boolean): Entry {
  const sent = Object.fromEntries(Object.entries(entry).filter(([key]) => !readOnlyKeys.has(key)));
  const { metadata } = entry;
  const marked = keepMark && isRecord(metadata) && metadata["sourcePrimary"] === true;
  return marked ? { ...sent, metadata: primaryMark } : sent;
}

/** The entry with these keys set, or without them where they are null. */
export function withTexts(
  entry: Entry | undefined,
  texts: Readonly<Record<string, string | null>>,
): Entry {
  const kept = Object.entries(entry ?? {}).filter(([key]) => !(key in texts));
  return Object.fromEntries([
    ...kept,
    ...Object.entries(texts).filter(([, text]) => text !== null),
  ]);
}

/** Whether an entry says anything beside how it is labelled. */
export function saysNothing(entry: Entry): boolean {
  const labels = new Set([...readOnlyKeys, "type", "formattedValue", "current"]);
  return Object.entries(entry).every(
    ([key, value]) => labels.has(key) || value === null || value === undefined || value === "",
  );
}
