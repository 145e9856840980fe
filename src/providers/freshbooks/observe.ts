import { toEpochMs, type Instant } from "../../lib/clock.ts";
import { normalEmail } from "../../model/normal.ts";
import type { Observation } from "../../model/observation.ts";
import { toldInstant } from "../kit/times.ts";
import { readEastern } from "./eastern.ts";
import { clientLens, phoneKeys } from "./lens.ts";
import type { ClientRecord } from "./record.ts";
import type { FreshbooksWire } from "./wire.ts";

/** Turns a client into what the engine sees. */
export type Observe = (client: ClientRecord, requestedAt: Instant) => Observation;

/** `linked` says whether it is FreshBooks itself, with its pages, that is talked to. */
export function createObserve(wire: FreshbooksWire, linked: boolean): Observe {
  return (client, requestedAt) => {
    const deleted = client.state === "deleted";
    return {
      externalId: client.id,
      externalType: "client",
      externalUrl: linked ? `https://my.freshbooks.com/#/client/${client.id}` : null,
      state: deleted ? "deleted" : "present",
      mergedInto: null,
      version: null,
      modifiedAt: modifiedAt(client, wire, requestedAt),
      requestedAt,
      fields: deleted ? {} : clientLens.get(client),
      emails: [normalEmail(client.texts.email ?? "")].filter((email) => email !== ""),
      phones: phoneKeys.map((key) => client.texts[key] ?? "").filter((phone) => phone !== ""),
      ownId: null,
    };
  };
}

/** What the clocks of two machines may be apart by, once corrected. */
const slackMs = 60_000;

/**
 * In the autumn hour that comes twice the earlier reading is right where the later one is still to come; where both are possible,
 * no time is told rather than one that may be an hour off.
 */
function modifiedAt(
  { updated }: ClientRecord,
  wire: FreshbooksWire,
  requestedAt: Instant,
): Instant | null {
  const told = updated === null ? null : readEastern(updated);
  if (told === null) return null;
  const [earliestMs, latestMs] = [wire.toOurTime(told.earliestMs), wire.toOurTime(told.latestMs)];
  const isSure = earliestMs === latestMs || latestMs > toEpochMs(requestedAt) + slackMs;
  return isSure ? toldInstant(earliestMs) : null;
}
