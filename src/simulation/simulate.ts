import type { Clock } from "../lib/clock.ts";
import { generateHistory } from "./generate.ts";
import type { ConnectionPlan, History } from "./history.ts";
import { playHistory } from "./run-history.ts";
import type { Played } from "./run-history.ts";
import type { Violation } from "./oracle.ts";
import { shrink } from "./shrink.ts";

export interface SimulationOptions {
  /** Of the first history; each further one adds 1. */
  readonly seed: number;
  readonly histories: number;
  /** Only these steps of each history, by their places from 0. */
  readonly steps?: readonly number[];
  /** Takes the place of the records that the accounts start with. */
  readonly clients?: number;
  /** Takes the place of the connections and rules that the seed makes up. */
  readonly connections?: readonly ConnectionPlan[];
  /** Stops after so many failed histories. */
  readonly failures: number;
  /** Measures how long it took. */
  readonly clock: Clock;
  readonly onHistory?: (done: number, totals: Totals) => void;
  readonly onFailure?: (failure: Failure) => void;
  readonly signal?: AbortSignal;
}

/** Sums over histories. */
export interface Totals {
  readonly histories: number;
  readonly steps: number;
  readonly edits: number;
  readonly syncs: number;
  readonly requests: number;
  readonly statements: number;
  readonly crashes: number;
  /** Faults that were served, by kind. */
  readonly faults: Readonly<Record<string, number>>;
  readonly failed: number;
}

export interface Simulation extends Totals {
  readonly seed: number;
  readonly duration_ms: number;
  readonly histories_per_second: number;
  /** What the process held when the first history was over, and when the last one was. */
  readonly held: { readonly first: Held; readonly last: Held };
  readonly failures: readonly Failure[];
}

export interface Held {
  /** Timers, sockets, files and the like that keep a process alive. */
  readonly handles: number;
  /** After a collection, where the process was started with `--expose-gc`. */
  readonly heap_mb: number;
}

/** A history that broke a law, as short as it could be made. */
export interface Failure {
  readonly seed: number;
  readonly violations: readonly Violation[];
  /** The places of the steps that are enough for it. */
  readonly steps: readonly number[];
  readonly clients: number;
  /** Those steps, for people. */
  readonly story: readonly string[];
  /** The command that plays it again. */
  readonly replay: string;
}

/** Plays histories one after another; those that break a law are shrunk. */
export async function simulate(options: SimulationOptions): Promise<Simulation> {
  const startedMs = options.clock.now();
  let totals = nothing;
  let first: Held | null = null;
  const failures: Failure[] = [];
  for (let index = 0; index < options.histories; index += 1) {
    options.signal?.throwIfAborted();
    const history = narrowed(generateHistory(options.seed + index), options);
    const played = await playHistory(history);
    totals = sum(totals, played);
    first ??= heldNow();
    if (played.violations.length > 0) {
      const failure = await failureOf(history, played, options);
      failures.push(failure);
      options.onFailure?.(failure);
      if (failures.length >= options.failures) break;
    }
    options.onHistory?.(index + 1, totals);
  }
  const durationMs = options.clock.now() - startedMs;
  const last = heldNow();
  return {
    seed: options.seed,
    ...totals,
    duration_ms: durationMs,
    histories_per_second: Math.round((totals.histories / Math.max(1, durationMs)) * 10_000) / 10,
    held: { first: first ?? last, last },
    failures,
  };
}

function heldNow(): Held {
  globalThis.gc?.();
  return {
    handles: process.getActiveResourcesInfo().length,
    heap_mb: Math.round(process.memoryUsage().heapUsed / 1e5) / 10,
  };
}

const nothing: Totals = {
  histories: 0,
  steps: 0,
  edits: 0,
  syncs: 0,
  requests: 0,
  statements: 0,
  crashes: 0,
  faults: {},
  failed: 0,
};

function narrowed(history: History, options: SimulationOptions): History {
  const { steps, clients, connections } = options;
  return {
    ...history,
    connections: connections ?? history.connections,
    clients: clients ?? history.clients,
    steps: steps === undefined ? history.steps : steps.flatMap((at) => history.steps[at] ?? []),
  };
}

function sum(totals: Totals, played: Played): Totals {
  const faults = { ...totals.faults };
  const { counts, fuse } = played;
  const own = {
    busy: fuse.busy,
    "stale rows": fuse.stale,
    "edit meanwhile": fuse.meanwhile,
    "clock set": counts.jumps,
  };
  for (const [kind, count] of [...Object.entries(played.faults), ...Object.entries(own)])
    if (count > 0) faults[kind] = (faults[kind] ?? 0) + count;
  return {
    histories: totals.histories + 1,
    steps: totals.steps + counts.steps,
    edits: totals.edits + counts.edits,
    syncs: totals.syncs + counts.syncs,
    requests: totals.requests + played.requests,
    statements: totals.statements + fuse.statements,
    crashes: totals.crashes + fuse.crashes,
    faults,
    failed: totals.failed + (played.violations.length > 0 ? 1 : 0),
  };
}

async function failureOf(
  history: History,
  played: Played,
  options: SimulationOptions,
): Promise<Failure> {
  const checks = new Set(played.violations.map(({ check }) => check));
  const fails = async (shorter: History) => {
    options.signal?.throwIfAborted();
    const { violations } = await playHistory(shorter);
    return violations.some(({ check }) => checks.has(check));
  };
  const shortest = await shrink(history, fails);
  const { violations } = await playHistory(shortest);
  const whole = generateHistory(history.seed);
  // Steps are told apart by their seeds: the history may have been narrowed before.
  const places = shortest.steps.map(({ seed }) =>
    whole.steps.findIndex((step) => step.seed === seed),
  );
  return {
    seed: history.seed,
    violations: violations.length > 0 ? violations : played.violations,
    steps: places,
    clients: shortest.clients,
    story: shortest.steps.map((step, index) => storyOf(places[index] ?? 0, step)),
    replay: `astralis selftest --seed ${history.seed} --histories 1 --clients ${shortest.clients} --steps ${places.join(",")}${options.connections ? " --own-rules" : ""}`,
  };
}

function storyOf(place: number, step: History["steps"][number]): string {
  const { kind, waitMs, seed: _, ...rest } = step;
  return `${place}. after ${Math.round(waitMs / 1000)} s: ${kind} ${JSON.stringify(rest)}`;
}
