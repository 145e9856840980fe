import { entryText, withTexts } from "./entries.ts";
import type { Entry } from "./wire.ts";

/** In the order in which they are shown. */
const partKeys = ["honorificPrefix", "givenName", "middleName", "familyName", "honorificSuffix"];

const titleKeys = ["honorificPrefix", "honorificSuffix"];

/** The order in which a change is looked for: people change their family name more often than the others. */
const searchOrder = ["familyName", "givenName", "middleName", ...titleKeys];

/** The whole name as one text; null where there is none. */
export function shownName(entry: Entry | undefined): string | null {
  return (
    entryText(entry, "unstructuredName") ??
    joined(entry, partKeys) ??
    entryText(entry, "displayName")
  );
}

/**
 * The entry for a new name. Where it differs from the old one in a single part, only that part changes; else the
 * name goes as one text, which Google splits itself, and the parts of the old name go with it. Titles that were
 * not part of the old name's text stay.
 */
export function renamed(entry: Entry | undefined, name: string): Entry {
  const current = shownName(entry)?.trim() ?? "";
  for (const key of searchOrder) {
    const part = changedPart({ current, name, old: entryText(entry, key)?.trim() ?? "" });
    if (part === null) continue;
    const stale = { [phonetic(key)]: null, phoneticFullName: null, displayName: null };
    return withTexts(entry, { ...stale, metadata: null, [key]: part, unstructuredName: name });
  }
  const titles = titleKeys
    .map((key) => [key, entryText(entry, key)] as const)
    .filter(([, text]) => text !== null && !current.includes(text.trim()));
  return withTexts(undefined, { ...Object.fromEntries(titles), unstructuredName: name });
}

interface Renaming {
  readonly current: string;
  readonly name: string;
  /** A part of the current name; may be empty. */
  readonly old: string;
}

/** What stands in the new name in the place of the old part; null where more than that is different. */
function changedPart({ current, name, old }: Renaming): string | null {
  const at = old === "" ? -1 : current.lastIndexOf(old);
  if (at === -1 || old === current) return null;
  const before = current.slice(0, at);
  const after = current.slice(at + old.length);
  if (name.length <= before.length + after.length) return null;
  if (!name.startsWith(before) || !name.endsWith(after)) return null;
  const part = name.slice(before.length, name.length - after.length);
  return part === part.trim() ? part : null;
}

function joined(entry: Entry | undefined, keys: readonly string[]): string | null {
  const texts = keys
    .map((key) => entryText(entry, key)?.trim())
    .filter((text) => text !== undefined);
  return texts.length === 0 ? null : texts.join(" ");
}

function phonetic(key: string): string {
  return `phonetic${key.charAt(0).toUpperCase()}${key.slice(1)}`;
}
