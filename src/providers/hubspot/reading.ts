import { isRecord } from "../../lib/json.ts";
import { mapConcurrently } from "../kit/concurrently.ts";
import { UnreadableRecord } from "../kit/records.ts";
import type { Contact } from "./contact.ts";
import { isMissing } from "./refusals.ts";
import { batchSize, type HubSpotWire } from "./wire.ts";

/** What is at an id now. */
export type Found =
  | { readonly kind: "contact"; readonly contact: Contact }
  | { readonly kind: "gone" }
  | { readonly kind: "merged"; readonly into: string }
  | { readonly kind: "bad"; readonly reason: string };

/** So many single contacts are read at a time. */
export const readConcurrency = 4;

/** From so many missing ids on it pays to ask first which of them are archived. */
const fewMissing = 5;

/** Follows the id: one that leads to another contact was merged. */
export async function readOne(wire: HubSpotWire, id: string): Promise<Found> {
  try {
    return foundAt(wire, id, await wire.retrieve(id));
  } catch (error) {
    if (isMissing(error)) return { kind: "gone" };
    throw error;
  }
}

/** In the order of the ids. An id without an answer of its own is followed alone. */
export async function readMany(
  wire: HubSpotWire,
  ids: readonly string[],
): Promise<readonly Found[]> {
  const found: Found[] = [];
  for (let start = 0; start < ids.length; start += batchSize)
    found.push(...(await readBatch(wire, ids.slice(start, start + batchSize))));
  return found;
}

async function readBatch(wire: HubSpotWire, ids: readonly string[]): Promise<readonly Found[]> {
  const known = new Map<string, Found>();
  const { entries } = await wire.retrieveMany(ids, { archived: false });
  for (const entry of entries) {
    const id = idOf(entry);
    if (id !== null) known.set(id, foundAt(wire, id, entry));
  }
  const missing = ids.filter((id) => !known.has(id));
  if (missing.length >= fewMissing) {
    const archived = await wire.retrieveMany(missing, { archived: true });
    for (const entry of archived.entries) {
      const id = idOf(entry);
      if (id !== null) known.set(id, { kind: "gone" });
    }
  }
  const unknown = [...new Set(missing.filter((id) => !known.has(id)))];
  const alone = await mapConcurrently(unknown, readConcurrency, (id) => readOne(wire, id));
  unknown.forEach((id, index) => known.set(id, alone[index] ?? { kind: "gone" }));
  return ids.map((id) => known.get(id) ?? { kind: "gone" });
}

function foundAt(wire: HubSpotWire, asked: string, answer: unknown): Found {
  try {
    const contact = wire.parse(answer);
    if (contact.archived) return { kind: "gone" };
    if (contact.id !== asked) return { kind: "merged", into: contact.id };
    return { kind: "contact", contact };
  } catch (error) {
    if (!(error instanceof UnreadableRecord)) throw error;
    return { kind: "bad", reason: error.message };
  }
}

function idOf(entry: unknown): string | null {
  const id = isRecord(entry) ? entry["id"] : null;
  return typeof id === "string" ? id : null;
}
