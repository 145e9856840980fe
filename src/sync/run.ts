import { instantOf } from "../lib/clock.ts";
import { AstralisError, AuthError, InternalError } from "../lib/errors.ts";
import type { Fetch } from "../lib/http.ts";
import type { ConnectionConfig } from "../config/config.ts";
import type { Connection } from "../model/connection.ts";
import type { ConnectionResult } from "../model/run.ts";
import type { ProviderSession } from "../providers/provider.ts";
import type { Party } from "../reconcile/rules.ts";
import { commitListing, settleRules } from "./commit.ts";
import { deliver } from "./deliver.ts";
import { keepLease, leasePatienceMs } from "./lease-keeper.ts";
import type { LeaseKeeper } from "./lease-keeper.ts";
import { createTally } from "./line.ts";
import type { Line, Tally } from "./line.ts";
import { reasonOf, resultOf } from "./outcome.ts";
import type { Member } from "./parties.ts";
import type { Listing } from "../store/ports.ts";
import { createParties } from "./prepare.ts";
import type { SyncRun } from "./prepare.ts";
import { pull } from "./pull.ts";
import { settleUnanswered } from "./unanswered.ts";

/** The steps that write to providers; a dry run has others. */
export interface Hands {
  /** Clears up writes whose answer is not known. */
  settle(line: Line, when: "before-pull" | "after-pull"): Promise<void>;
  deliver(line: Line): Promise<void>;
  /** Once all have delivered: what one of them found out meanwhile and owes to another. */
  deliverRest(line: Line): Promise<void>;
}

/** A connection's way through the run: it falls out at the first error, and the others go on. */
interface Lane {
  readonly member: Member;
  readonly tally: Tally;
  lease: LeaseKeeper | null;
  line: Line | null;
  /** Staged whole, and not committed yet. */
  listing: Listing | null;
  error: AstralisError | null;
}

/**
 * All pull side by side, then commit one after the other in the order of the configuration (which makes ties
 * deterministic), then deliver side by side. Whatever becomes of one, the others are not delayed by it (law 11).
 */
export async function runConnections(
  run: SyncRun,
  hands: Hands,
): Promise<readonly ConnectionResult[]> {
  const lanes: Lane[] = run.members.map((member) => ({
    member,
    tally: createTally(),
    lease: null,
    line: null,
    listing: null,
    error: null,
  }));
  const accepts = (stop: "deletes" | "changes") => run.options.accept?.includes(stop) ?? false;
  const parties = createParties(run);
  try {
    await takeLeases(run, lanes);
    await Promise.all(lanes.map((lane) => step(lane, () => enter(run, lane, parties))));
    await Promise.all(
      lanes.map((lane) =>
        advance(lane, async (line) => {
          await hands.settle(line, "before-pull");
          lane.listing = await pull(line, {
            full: run.options.full ?? false,
            accepted: (["deletes", "changes"] as const).filter(accepts),
          });
        }),
      ),
    );
    for (const lane of lanes) {
      await advance(lane, async (line) => {
        if (lane.listing) await commitListing(line, lane.listing, run.parts.safety);
        parties.forget();
      });
    }
    for (const lane of lanes) await advance(lane, settleRules);
    await Promise.all(
      lanes.map((lane) =>
        advance(lane, async (line) => {
          await hands.settle(line, "after-pull");
          await hands.deliver(line);
        }),
      ),
    );
    await Promise.all(lanes.map((lane) => advance(lane, (line) => hands.deliverRest(line))));
  } finally {
    await Promise.all(lanes.map((lane) => leave(run, lane)));
  }
  return lanes.map((lane) =>
    resultOf({
      name: lane.member.config.name,
      provider: lane.member.provider.name,
      org: run.org.name,
      counts: lane.tally.counts(),
      error: lane.error,
    }),
  );
}

export function writingHands(run: SyncRun): Hands {
  const acceptCreates = run.options.accept?.includes("creates") ?? false;
  const send = (line: Line) => deliver(line, { safety: run.parts.safety, acceptCreates });
  return {
    settle: settleUnanswered,
    deliver: send,
    deliverRest: async (line) => {
      if (await owesNow(line)) await send(line);
    },
  };
}

async function owesNow({ store, deps, row }: Line): Promise<boolean> {
  const due = await store.outbox.due(row.id, instantOf(deps.clock), 1);
  return due.length > 0;
}

/**
 * One after the other, in one order everywhere: of two runs that each held what the other waits for, both would wait
 * in vain. The patience is that of the run, not of each lease.
 */
async function takeLeases(run: SyncRun, lanes: readonly Lane[]): Promise<void> {
  const { store, deps, holder, isGone } = run.parts;
  const giveUpMs = deps.clock.now() + leasePatienceMs;
  const ordered = lanes.toSorted((a, b) => (a.member.row.id < b.member.row.id ? -1 : 1));
  for (const lane of ordered)
    await step(lane, async () => {
      const { config, row } = lane.member;
      refuseUnready(run, row, config);
      lane.lease = await keepLease(row.id, {
        leases: store.leases,
        clock: deps.clock,
        holder,
        isGone,
        requestTimeoutMs: config.requestTimeoutSeconds * 1000,
        giveUpMs,
        onWait: () => progressOf(run, lane)("waiting", 0, null),
        ...(run.options.signal ? { signal: run.options.signal } : {}),
      });
    });
}

function progressOf(run: SyncRun, { member }: Lane): Line["progress"] {
  return (step, done, total) =>
    run.options.onProgress?.({
      connection: member.config.name,
      collection: "clients",
      step,
      done,
      total,
    });
}

async function enter(
  run: SyncRun,
  lane: Lane,
  parties: { get(): Promise<readonly Party[]> },
): Promise<void> {
  const { parts, org } = run;
  const { lease } = lane;
  const { provider } = lane.member;
  if (lease === null) return;
  const session = await opened(run, lane, lease);
  if (!provider.clients || !session.clients)
    throw new InternalError(`${provider.name} declares clients without verbs for them`);
  lane.line = {
    ...lane.member,
    store: parts.store,
    deps: parts.deps,
    org,
    orgId: run.orgId,
    runId: run.runId,
    capabilities: provider.clients,
    session: session.clients,
    lease,
    tally: lane.tally,
    parties: () => parties.get(),
    progress: progressOf(run, lane),
    signal: run.options.signal,
  };
  await setStatus(run, lane, "syncing", null);
}

/** The lease is given back where the account cannot be opened: there is no line yet that would do it. */
async function opened(run: SyncRun, lane: Lane, lease: LeaseKeeper): Promise<ProviderSession> {
  try {
    return await run.parts.open({ ...lane.member, org: run.org }, watched(run, lane.tally, lease));
  } catch (error) {
    await setStatus(run, lane, "error", asAstralisError(error));
    await lease.release();
    throw error;
  }
}

function refuseUnready(run: SyncRun, row: Connection, config: ConnectionConfig): void {
  const place = { org: run.org.name, connection: config.name };
  if (row.status === "paused") {
    throw new AstralisError("connection-paused", `${config.name} is paused`, {
      hint: `astralis resume ${config.name} --org ${run.org.name}`,
      place,
    });
  }
  if (row.account !== null) return;
  throw new AuthError("not-connected", `${config.name} is not signed in`, {
    hint: `astralis connect ${config.provider} --connection ${config.name} --org ${run.org.name}`,
    place,
  });
}

/**
 * Counts each request, and makes sure before it that the lease outlasts it (law 10). An interruption cuts off what
 * only reads; a write is let finish, since its answer is worth knowing.
 */
function watched(run: SyncRun, tally: Tally, lease: LeaseKeeper): (fetch: Fetch) => Fetch {
  const { signal } = run.options;
  return (fetch) =>
    async (url, init = {}) => {
      await lease.ensure();
      tally.add({ requests: 1 });
      const reads = (init.method ?? "GET").toUpperCase() === "GET";
      if (!signal || !reads) return fetch(url, init);
      return fetch(url, {
        ...init,
        signal: init.signal ? AbortSignal.any([init.signal, signal]) : signal,
      });
    };
}

async function advance(lane: Lane, work: (line: Line) => Promise<void>): Promise<void> {
  const { line } = lane;
  if (line && !lane.error) await step(lane, () => work(line));
}

async function step(lane: Lane, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    lane.error = asAstralisError(error);
  }
}

function asAstralisError(error: unknown): AstralisError {
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

async function leave(run: SyncRun, lane: Lane): Promise<void> {
  const { line, error } = lane;
  if (!line) return;
  // A store that fails here has failed before: that error is the one to tell.
  await step(lane, async () => {
    const failed = error !== null && error.code !== "interrupted";
    if (error?.code !== "lease-lost") await setStatus(run, lane, failed ? "error" : "idle", error);
    await line.lease.release();
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
  const kept = status === "syncing" ? (row?.lastError ?? null) : null;
  await store.connections.setStatus(
    lane.member.row.id,
    {
      status,
      reason: status === "error" && error ? reasonOf(error) : null,
      lastError: error ? error.message : kept,
      ...complete,
    },
    at,
  );
}
