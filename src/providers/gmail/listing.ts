import { instantOf, type Clock } from "../../lib/clock.ts";
import { hasStatus } from "../google/answers.ts";
import { malformed } from "../kit/answers.ts";
import { fingerprint, readRecords } from "../kit/records.ts";
import { readToken, writeToken } from "../kit/tokens.ts";
import type { Page, PageRequest } from "../provider.ts";
import { redirects, type Observe } from "./observe.ts";
import {
  isExpiredSyncToken,
  parsePerson,
  sources,
  type ConnectionsPage,
  type PeopleWire,
} from "./wire.ts";

/** Sync tokens end seven days after the full listing; whether later ones prolong that is not said. */
export const cursorSeconds = 6 * 24 * 3600;

/** All pages of a listing, and all that continue it, must ask for the same. */
function parametersOf({ mask }: PeopleWire) {
  return { personFields: mask, pageSize: 500, requestSyncToken: true };
}

function parametersMark(wire: PeopleWire): string {
  return fingerprint({ ...parametersOf(wire), sources });
}

interface PullOptions {
  readonly request: PageRequest;
  readonly wire: PeopleWire;
  readonly clock: Clock;
  readonly observe: Observe;
}

/** Google's token, and when the full listing began that it goes back to, in milliseconds by our clock. */
interface Cursor {
  readonly syncToken: string;
  readonly fullAt: number;
}

interface Place {
  readonly pageToken: string;
  readonly fullAt: number;
}

/** A page of all contacts, or of what changed: both are one call to Google. */
export async function pullPage(options: PullOptions): Promise<Page> {
  const { request, wire, clock, observe } = options;
  const cursor = request.cursor === null ? null : parseCursor(request.cursor, wire);
  const place = request.page === null ? null : parsePlace(request.page, wire);
  const lostCursor = request.cursor !== null && cursor === null;
  const lostPlace = request.page !== null && place === null;
  const tooOld = cursor !== null && cursor.fullAt < clock.now() - cursorSeconds * 1000;
  if (lostCursor || lostPlace || tooOld) return expired;
  const fullAt = cursor?.fullAt ?? place?.fullAt ?? clock.now();
  const requestedAt = instantOf(clock);
  const page = await listPage(wire, cursor, place);
  if (page === null) return expired;
  const { records, bad } = readRecords(page.connections, parsePerson, "resourceName");
  const observations = records.flatMap((person) => {
    const observation = observe(person, requestedAt);
    return [...redirects(person, observation), observation];
  });
  const { nextPageToken, nextSyncToken } = page;
  if (nextPageToken !== null) {
    if (nextPageToken === place?.pageToken) throw samePage();
    const next: Place = { pageToken: nextPageToken, fullAt };
    return { observations, bad, next: { kind: "more", page: marked(next, wire) } };
  }
  if (nextSyncToken === null)
    throw malformed("Google's last page has no token for the next listing", false);
  const next: Cursor = { syncToken: nextSyncToken, fullAt };
  return { observations, bad, next: { kind: "complete", cursor: marked(next, wire) } };
}

/** A listing that names its own page as the next one would never end. */
export function samePage() {
  return malformed("Google's list shows the same page again", false);
}

/** null where Google no longer honours the cursor or the page's token. */
async function listPage(
  wire: PeopleWire,
  cursor: Cursor | null,
  place: Place | null,
): Promise<ConnectionsPage | null> {
  try {
    return await wire.listConnections({
      ...parametersOf(wire),
      ...(cursor === null ? {} : { syncToken: cursor.syncToken }),
      ...(place === null ? {} : { pageToken: place.pageToken }),
    });
  } catch (error) {
    if (cursor !== null && isExpiredSyncToken(error)) return null;
    // Page tokens end, too, and Google has no reason of its own for that.
    if (place !== null && hasStatus(error, 400)) return null;
    throw error;
  }
}

const expired: Page = { observations: [], bad: [], next: { kind: "expired" } };

function marked(token: Cursor | Place, wire: PeopleWire): string {
  return writeToken({ ...token, parameters: parametersMark(wire) });
}

/** null for a token of other parameters: Google would refuse it. */
function readMarked(text: string, wire: PeopleWire): Record<string, unknown> | null {
  const token = readToken(text);
  return token?.["parameters"] === parametersMark(wire) ? token : null;
}

function parseCursor(text: string, wire: PeopleWire): Cursor | null {
  const token = readMarked(text, wire);
  const [syncToken, fullAt] = [token?.["syncToken"], token?.["fullAt"]];
  return typeof syncToken === "string" && typeof fullAt === "number" ? { syncToken, fullAt } : null;
}

function parsePlace(text: string, wire: PeopleWire): Place | null {
  const token = readMarked(text, wire);
  const [pageToken, fullAt] = [token?.["pageToken"], token?.["fullAt"]];
  return typeof pageToken === "string" && typeof fullAt === "number" ? { pageToken, fullAt } : null;
}
