import { instantOf } from "../../lib/clock.ts";
import { malformed } from "../kit/answers.ts";
import { readRecords } from "../kit/records.ts";
import type { Page } from "../provider.ts";
import { pullArchived, pullChanges } from "./changes.ts";
import { parseCursor, parsePlace, writePlace, type Pass, type Place } from "./cursor.ts";
import { withRedirects } from "./observe.ts";
import { cursorAfter, overlapMs, recentOf, remember, type PullOptions } from "./passes.ts";

/** A full listing once a week finds what no list of changes tells: contacts that were deleted for good. */
export const cursorSeconds = 7 * 24 * 3600;

export async function pullPage(options: PullOptions): Promise<Page> {
  const { request, clock } = options;
  const place = request.page === null ? null : parsePlace(request.page);
  if (request.page !== null && place === null) return expired;
  if (request.cursor === null)
    return place === null || place.stage === "all" ? pullAll(options, place) : expired;
  const cursor = parseCursor(request.cursor);
  if (cursor === null || cursor.fullAt < clock.now() - cursorSeconds * 1000) return expired;
  if (place?.stage === "all") return expired;
  if (place?.stage === "archived") return pullArchived(options, cursor, place);
  return pullChanges(options, cursor, place);
}

const expired: Page = { observations: [], bad: [], next: { kind: "expired" } };

/** Every contact that is not archived, by list and not by search: at once as it is, and without an end at 10,000. */
async function pullAll(
  { wire, clock, observe }: PullOptions,
  place: (Place & { readonly stage: "all" }) | null,
): Promise<Page> {
  const fullAt = place?.pass.fullAt ?? clock.now();
  const requestedAt = instantOf(clock);
  const page = await wire.list({ after: place?.after ?? null, archived: false });
  const start = place?.pass.start ?? Math.floor(wire.toProviderTime(fullAt));
  const before: Pass = place?.pass ?? {
    start,
    fullAt,
    seen: {},
    whole: true,
    total: 0,
    gone: {},
  };
  const total = (before.total ?? 0) + page.entries.length;
  const pass = remember({ ...before, total }, recentOf(page.entries, start - overlapMs));
  const { records, bad } = readRecords(page.entries, wire.parse, "id");
  const observations = records.flatMap((contact) =>
    withRedirects(contact, observe(contact, requestedAt)),
  );
  const { after } = page;
  if (after !== null) {
    if (after === place?.after) throw malformed("HubSpot's list shows the same page again", false);
    const next = writePlace({ stage: "all", after, pass });
    return { observations, bad, next: { kind: "more", page: next } };
  }
  const cursor = cursorAfter(pass, { archivedSince: start - overlapMs, gone: {} });
  return { observations, bad, next: { kind: "complete", cursor } };
}
