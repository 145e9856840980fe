import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { must } from "../../src/lib/assert.ts";
import { createTargets } from "./targets.ts";
import type { Target } from "./target.ts";
import { inputOf } from "./try.ts";
import type { Failure } from "./try.ts";
import type { Job, Orders, Report } from "./worker.ts";

export interface FuzzOptions {
  readonly seed: number;
  /** Over all targets, by their shares; or for each of them. */
  readonly inputs: number | { readonly each: number };
  /** One target alone. */
  readonly target?: string;
  /** The number of the first input; 0 where it is left out. */
  readonly from?: number;
  readonly workers?: number;
}

export interface FuzzRow {
  readonly target: string;
  readonly inputs: number;
  readonly taken: number;
  readonly refused: number;
  /** Of all workers together. */
  readonly seconds: number;
}

export interface FuzzResult {
  readonly rows: readonly FuzzRow[];
  readonly failures: readonly Failure[];
}

/** A worker without a sign of life for so long hangs in one input. */
const hangMs = 30_000;

const jobInputs = 1000;

/** Tries that many inputs on every target, in threads of their own: what hangs or dies there is told, too. */
export async function runFuzz(options: FuzzOptions): Promise<FuzzResult> {
  const folder = mkdtempSync(join(tmpdir(), "astralis-fuzz-"));
  try {
    const all = await createTargets(folder);
    const targets = all.filter(
      ({ name }) => options.target === undefined || name === options.target,
    );
    if (targets.length === 0)
      throw new Error(
        `There is no target ${options.target}; there are ${all.map(({ name }) => name).join(", ")}.`,
      );
    const jobs = jobsOf(targets, options);
    const reports: Report[] = [];
    const failures: Failure[] = [];
    const next = () => {
      const failed = new Set(failures.map(({ target }) => target));
      for (let job = jobs.shift(); job !== undefined; job = jobs.shift())
        if (!failed.has(job.target)) return job;
      return null;
    };
    const crew = Array.from({ length: options.workers ?? 2 }, async () => {
      for (let goesOn = true; goesOn;) {
        const lost = await drive({ seed: options.seed, folder }, next, (report) => {
          reports.push(report);
          if (report.failure !== null) failures.push(report.failure);
        });
        goesOn = lost !== null;
        if (lost !== null) failures.push(lostInput(targets, options.seed, lost));
      }
    });
    await Promise.all(crew);
    return { rows: targets.map(({ name }) => rowOf(name, reports)), failures };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Lost {
  readonly job: Job;
  readonly index: number;
  readonly message: string;
}

/** One worker until there are no jobs, or until it hangs or dies; what it died of. */
function drive(
  orders: Omit<Orders, "pulse">,
  next: () => Job | null,
  take: (report: Report) => void,
): Promise<Lost | null> {
  const pulse = new SharedArrayBuffer(8);
  const beat = new Int32Array(pulse);
  const worker = new Worker(new URL("./worker.ts", import.meta.url), {
    workerData: { ...orders, pulse } satisfies Orders,
  });
  return new Promise((resolve, reject) => {
    let job: Job | null = null;
    let seen = { count: -1, atMs: performance.now() };
    const end = (lost: Lost | null) => {
      clearInterval(watch);
      resolve(worker.terminate().then(() => lost));
    };
    const lose = (message: string) => {
      if (job === null) reject(new Error(`a worker could not begin: ${message}`));
      else end({ job, index: Atomics.load(beat, 0), message });
    };
    const watch = setInterval(() => {
      const count = Atomics.load(beat, 1);
      if (count !== seen.count) seen = { count, atMs: performance.now() };
      else if (performance.now() - seen.atMs > hangMs) lose(`did not end within ${hangMs} ms`);
    }, 500);
    worker.on("error", (error) => lose(error.stack ?? String(error)));
    worker.on("message", (report: Report | null) => {
      if (report !== null) take(report);
      job = next();
      if (job === null) end(null);
      else worker.postMessage(job, []);
    });
  });
}

function lostInput(targets: readonly Target[], seed: number, lost: Lost): Failure {
  const target = must(
    targets.find(({ name }) => name === lost.job.target),
    "the target of the job",
  );
  const input = inputOf(target, seed, lost.index);
  const { index, message } = lost;
  return { target: target.name, index, message, stack: message, input, smallest: input };
}

/** Every target's inputs in pieces, taken in turns, so that a failure anywhere shows early. */
function jobsOf(targets: readonly Target[], options: FuzzOptions): Job[] {
  const { inputs, from = 0 } = options;
  const shares = targets.reduce((sum, { share }) => sum + share, 0);
  const jobs = targets.flatMap(({ name, share }) => {
    const count = typeof inputs === "number" ? Math.ceil((inputs * share) / shares) : inputs.each;
    return Array.from({ length: Math.ceil(count / jobInputs) }, (_none, place) => ({
      target: name,
      from: from + place * jobInputs,
      count: Math.min(jobInputs, count - place * jobInputs),
    }));
  });
  return jobs.toSorted((a, b) => a.from - b.from);
}

function rowOf(target: string, reports: readonly Report[]): FuzzRow {
  const own = reports.filter(({ job }) => job.target === target);
  const sum = (of: (report: Report) => number) =>
    own.reduce((total, report) => total + of(report), 0);
  const [taken, refused] = [sum((report) => report.taken), sum((report) => report.refused)];
  const seconds = sum(({ tookMs }) => tookMs) / 1000;
  return { target, inputs: taken + refused, taken, refused, seconds };
}
