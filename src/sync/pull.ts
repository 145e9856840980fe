import { instantOf, toEpochMs } from "../lib/clock.ts";
import { ProviderError } from "../lib/errors.ts";
import type { Page } from "../providers/provider.ts";
import type { CursorRow, Listing, StagedRow } from "../store/ports.ts";
import type { Line } from "./line.ts";
import { rulesFingerprint } from "./parties.ts";
import { patiently } from "./look-up.ts";

/** A listing that was cut off longer ago is begun again: its page tokens may have lapsed, its records are old. */
const resumableMs = 12 * 3600_000;

/** A page that lapsed, then a cursor that did: what fails after that fails again. */
const mostRestarts = 2;

/**
 * Stages a listing whole, page by page, each in a transaction with the place to go on from: a cut-off pull resumes
 * at its page (law 5), and nothing is decided before the ceilings have seen all of it (law 7).
 */
export async function pull(
  line: Line,
  options: { readonly full: boolean; readonly accepted: Listing["accepted"] },
): Promise<Listing> {
  const cursor = await line.store.cursors.get(line.row.id, "clients");
  let listing = resumed(line, cursor, options) ?? (await begin(line, cursor, options));
  for (let restarts = 0; listing.endCursor === null;) {
    const page = await nextPage(line, cursor, listing).catch((error: unknown) => {
      // A page token that is no longer honoured: the listing starts over.
      const lapsed =
        error instanceof ProviderError &&
        error.code === "provider-refused" &&
        listing.page !== null;
      if (!lapsed || restarts > 0) throw error;
      return null;
    });
    if (page === null || page.next.kind === "expired") {
      restarts += 1;
      if (restarts > mostRestarts) throw neverEnds(line);
      listing = await begin(line, cursor, { ...options, full: options.full || page !== null });
      continue;
    }
    listing = await stage(line, listing, page);
  }
  return listing;
}

function neverEnds(line: Line): ProviderError {
  return new ProviderError(
    "provider-malformed",
    `${line.provider.title} breaks off each listing before its end`,
    { retry: "later", hint: "The next sync begins it again." },
  );
}

function resumed(
  line: Line,
  cursor: CursorRow | null,
  options: { readonly full: boolean; readonly accepted: Listing["accepted"] },
): Listing | null {
  const listing = cursor?.listing ?? null;
  if (listing === null) return null;
  const ageMs = line.deps.clock.now() - toEpochMs(listing.startedAt);
  const stale = ageMs > resumableMs && listing.endCursor === null;
  if (stale || (options.full && listing.mode !== "full")) return null;
  return { ...listing, accepted: [...new Set([...listing.accepted, ...options.accepted])] };
}

async function begin(
  line: Line,
  cursor: CursorRow | null,
  options: { readonly full: boolean; readonly accepted: Listing["accepted"] },
): Promise<Listing> {
  const ageSeconds = cursor?.cursorAt
    ? (line.deps.clock.now() - toEpochMs(cursor.cursorAt)) / 1000
    : Infinity;
  const trusted = cursor?.cursor != null && ageSeconds < line.capabilities.cursorSeconds;
  const listing: Listing = {
    id: line.deps.ids(),
    mode: trusted && !options.full && !(await rulesChanged(line, cursor)) ? "changes" : "full",
    startedAt: instantOf(line.deps.clock),
    page: null,
    endCursor: null,
    pages: 0,
    accepted: options.accepted,
  };
  await line.store.cursors.setListing(line.row.id, "clients", null, line.lease.lease);
  await line.store.cursors.setListing(line.row.id, "clients", listing, line.lease.lease);
  return listing;
}

/** Records that were skipped under other rules show only in a listing of everything (law 11). */
async function rulesChanged(line: Line, cursor: CursorRow | null): Promise<boolean> {
  const party = (await line.parties()).find((one) => one.connectionId === line.row.id);
  const settled = cursor?.settledRules ?? null;
  return (
    settled !== null && party !== undefined && settled !== rulesFingerprint(line, party, line.org)
  );
}

function nextPage(line: Line, cursor: CursorRow | null, listing: Listing): Promise<Page> {
  const request = {
    cursor: listing.mode === "full" ? null : (cursor?.cursor ?? null),
    page: listing.page,
  };
  return patiently(line, () => line.session.pull(request));
}

async function stage(line: Line, listing: Listing, page: Page): Promise<Listing> {
  const { next } = page;
  const staged: Listing = {
    ...listing,
    pages: listing.pages + 1,
    page: next.kind === "more" ? next.page : null,
    endCursor: next.kind === "complete" ? next.cursor : null,
  };
  await line.lease.ensure();
  await line.store.staged.append(
    line.row.id,
    "clients",
    staged,
    rowsOf(line, page),
    line.lease.lease,
  );
  line.tally.add({ pulled: page.observations.length + page.bad.length });
  line.progress("pulling", line.tally.counts().pulled, null);
  return staged;
}

function rowsOf(line: Line, page: Page): readonly StagedRow[] {
  const seen = page.observations.map((observation) => ({
    id: line.deps.ids(),
    externalId: observation.externalId,
    observation,
    bad: null,
  }));
  const bad = page.bad.map((record) => ({
    id: line.deps.ids(),
    externalId: record.externalId ?? `unreadable:${record.fingerprint}`,
    observation: null,
    bad: { reason: record.reason, fingerprint: record.fingerprint },
  }));
  return [...seen, ...bad];
}
