import { instantOf, toEpochMs, toInstant } from "../lib/clock.ts";
import { AstralisError, AuthError, InternalError, ProviderError } from "../lib/errors.ts";
import type { Place } from "../lib/errors.ts";
import type { Fetch } from "../lib/http.ts";
import type { ConnectionConfig } from "../config/config.ts";
import type { Connection } from "../model/connection.ts";
import type { ProviderSession } from "../providers/provider.ts";
import type { Collection } from "../model/connection.ts";
import type { Party } from "../reconcile/rules.ts";
import type { Listing } from "../store/ports.ts";
import type { Inflow } from "./activities.ts";
import type { LeaseKeeper } from "./lease-keeper.ts";
import { createTally } from "./line.ts";
import type { Line, Tally } from "./line.ts";
import { reasonOf } from "./outcome.ts";
import { syncsActivities, syncsClients } from "./parties.ts";
import type { Member } from "./parties.ts";
import type { SyncRun } from "./prepare.ts";
import { createWatch } from "./watch.ts";
import type { Watch } from "./watch.ts";

/** A connection's way through the run: it falls out at the first error, and the others go on. */
export interface Lane {
  readonly member: Member;
  readonly tally: Tally;
  readonly activityTally: Tally;
  /** The one of them that requests are counted in at present. */
  counting: Tally;
  readonly watch: Watch;
  lease: LeaseKeeper | null;
  /** null where it syncs no clients. */
  line: Line | null;
  /** null where it syncs no activities. */
  inflow: Inflow | null;
  /** How far its pull is; over, one way or the other, once it is "pulled". */
  stage: "settling" | "pulling" | "pulled";
  /** Whether it was its pull that failed. */
  isPullBroken: boolean;
  /** Staged whole, and not committed yet. */
  listing: Listing | null;
  error: AstralisError | null;
  /** What stopped the activities alone: what was done with the clients stands. */
  activityError: AstralisError | null;
}

export function createLane(run: SyncRun, member: Member): Lane {
  const tally = createTally();
  return {
    member,
    tally,
    activityTally: createTally(),
    counting: tally,
    watch: createWatch(run.parts.deps.clock),
    lease: null,
    line: null,
    inflow: null,
    stage: "settling",
    isPullBroken: false,
    listing: null,
    error: null,
    activityError: null,
  };
}

export function progressOf(
  run: SyncRun,
  { member }: Lane,
  collection: Collection = "clients",
): Line["progress"] {
  return (step, done, total) =>
    run.options.onProgress?.({
      connection: member.config.name,
      collection,
      step,
      done,
      total,
    });
}

/** Opens the account; from here on the lane has a line, an inflow, or both. */
export async function enter(
  run: SyncRun,
  lane: Lane,
  parties: { get(): Promise<readonly Party[]> },
): Promise<void> {
  const { parts, org } = run;
  const { lease } = lane;
  const { config, provider } = lane.member;
  if (lease === null) return;
  const session = await opened(run, lane, lease);
  const shared = {
    ...lane.member,
    store: parts.store,
    deps: parts.deps,
    org,
    orgId: run.orgId,
    runId: run.runId,
    lease,
    stall: () => lane.watch.stall(),
    signal: run.options.signal,
  };
  if (syncsClients(config, provider))
    lane.line = {
      ...shared,
      ...verbsOf(provider, "clients", provider.clients, session.clients),
      tally: lane.tally,
      parties: () => parties.get(),
      progress: progressOf(run, lane),
    };
  if (syncsActivities(config, provider))
    lane.inflow = {
      ...shared,
      ...verbsOf(provider, "activities", provider.activities, session.activities),
      tally: lane.activityTally,
      progress: progressOf(run, lane, "activities"),
    };
  await setStatus(run, lane, "syncing", null);
}

function verbsOf<Capabilities, Verbs>(
  provider: { readonly name: string },
  collection: Collection,
  capabilities: Capabilities | undefined,
  session: Verbs | undefined,
): { readonly capabilities: Capabilities; readonly session: Verbs } {
  if (capabilities === undefined || session === undefined)
    throw new InternalError(`${provider.name} declares ${collection} without verbs for them`);
  return { capabilities, session };
}

/** The lease is given back where the account cannot be opened: there is no line yet that would do it. */
async function opened(run: SyncRun, lane: Lane, lease: LeaseKeeper): Promise<ProviderSession> {
  try {
    return await run.parts.open({ ...lane.member, org: run.org }, watched(run, lane, lease));
  } catch (error) {
    await setStatus(run, lane, "error", asAstralisError(error));
    await lease.release();
    throw error;
  }
}

export function refuseUnready(run: SyncRun, row: Connection, config: ConnectionConfig): void {
  const place = { org: run.org.name, connection: config.name };
  if (row.status === "paused") {
    throw new AstralisError("connection-paused", `${config.name} is paused`, {
      hint: `astralis resume ${config.name} --org ${run.org.name}`,
      place,
    });
  }
  const waitMs = row.retryAt === null ? 0 : toEpochMs(row.retryAt) - run.parts.deps.clock.now();
  if (waitMs > 0) throw leftAlone(config, row.retryAt, waitMs, place);
  if (row.account !== null) return;
  throw new AuthError("not-connected", `${config.name} is not signed in`, {
    hint: `astralis connect ${config.provider} --connection ${config.name} --org ${run.org.name}`,
    place,
  });
}

/** What was asked for in one run holds for the next ones, whoever starts them (law 11). */
function leftAlone(config: ConnectionConfig, until: string | null, waitMs: number, place: Place) {
  return new ProviderError(
    "rate-limited",
    `the provider of ${config.name} asked to be left alone until ${until}`,
    {
      hint: "A sync after that time goes on where this one stopped; nothing is lost.",
      retry: { afterSeconds: waitMs / 1000 },
      place,
    },
  );
}

/**
 * Counts each request, and makes sure before it that the lease outlasts it (law 10). An interruption cuts off what
 * only reads; a write is let finish, since its answer is worth knowing.
 */
function watched(run: SyncRun, lane: Lane, lease: LeaseKeeper): (fetch: Fetch) => Fetch {
  const { signal } = run.options;
  return (fetch) =>
    async (url, init = {}) => {
      await lease.ensure();
      lane.counting.add({ requests: 1 });
      const reads = (init.method ?? "GET").toUpperCase() === "GET";
      const cut =
        signal && reads
          ? { signal: init.signal ? AbortSignal.any([init.signal, signal]) : signal }
          : {};
      const response = await fetch(url, { ...init, ...cut });
      lane.watch.sign();
      return response;
    };
}

/** Goes on with what has not fallen out. */
export async function advance(lane: Lane, work: (line: Line) => Promise<void>): Promise<void> {
  const { line } = lane;
  if (line && !lane.error) await step(lane, () => work(line));
}

export async function step(lane: Lane, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    lane.error = asAstralisError(error);
  }
}

export function asAstralisError(error: unknown): AstralisError {
  if (error instanceof AstralisError) return error;
  if (error instanceof Error && error.name === "AbortError") {
    return new AstralisError("interrupted", "the sync was interrupted", {
      hint: "Nothing is lost: the next sync goes on where this one stopped.",
      retry: "later",
    });
  }
  return new InternalError(error instanceof Error ? error.message : String(error), {
    cause: error,
  });
}

/** Tells how the connection ended, and gives its lease back. */
export async function leave(run: SyncRun, lane: Lane): Promise<void> {
  const { lease } = lane.line ?? lane.inflow ?? {};
  if (!lease) return;
  const error = lane.error ?? lane.activityError;
  // A store that fails here has failed before: that error is the one to tell.
  await step(lane, async () => {
    const failed = error !== null && error.code !== "interrupted";
    if (error?.code !== "lease-lost") await setStatus(run, lane, failed ? "error" : "idle", error);
    await lease.release();
  });
}

async function setStatus(
  run: SyncRun,
  lane: Lane,
  status: "syncing" | "idle" | "error",
  error: AstralisError | null,
): Promise<void> {
  const { store, deps } = run.parts;
  const at = instantOf(deps.clock);
  const row = await store.connections.get(lane.member.row.id);
  // Somebody paused or disconnected it while this run worked: their word stands.
  if (status !== "syncing" && row?.status === "paused") return;
  const complete = status === "idle" && error === null ? { lastCompleteAt: at } : {};
  // A write that has to wait keeps its own time, and reads go on meanwhile.
  const isRead = lane.isPullBroken || error === lane.activityError;
  const asked = isRead && typeof error?.retry === "object" ? error.retry : null;
  const waits = asked?.afterSeconds ?? 0;
  const retryAt = waits > 0 ? { retryAt: toInstant(deps.clock.now() + waits * 1000) } : {};
  const kept = status === "syncing" ? (row?.lastError ?? null) : null;
  await store.connections.setStatus(
    lane.member.row.id,
    {
      status,
      reason: status === "error" && error ? reasonOf(error) : null,
      lastError: error ? error.message : kept,
      ...complete,
      ...retryAt,
    },
    at,
  );
}
