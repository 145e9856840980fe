import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { parentPort, threadId, workerData } from "node:worker_threads";
import { must } from "../../src/lib/assert.ts";
import type { Failure } from "./try.ts";
import { failureOf, inputOf, tryInput } from "./try.ts";
import { createTargets } from "./targets.ts";

/** Some inputs of one target. */
export interface Job {
  readonly target: string;
  readonly from: number;
  readonly count: number;
}

export interface Report {
  readonly job: Job;
  readonly taken: number;
  readonly refused: number;
  readonly tookMs: number;
  readonly failure: Failure | null;
}

export interface Orders {
  readonly seed: number;
  readonly folder: string;
  /** Counts up with each input, so that whoever waits sees that it goes on. */
  readonly pulse: SharedArrayBuffer;
}

const port = must(parentPort, "it runs as a thread of its own");
const { seed, folder, pulse }: Orders = workerData;
const beat = new Int32Array(pulse);
const own = join(folder, String(threadId));
mkdirSync(own, { recursive: true });
const targets = await createTargets(own);

port.on("message", (job: Job) => {
  void work(job).then((report) => port.postMessage(report));
});
port.postMessage(null);

async function work(job: Job): Promise<Report> {
  const target = must(
    targets.find(({ name }) => name === job.target),
    `there is no target ${job.target}`,
  );
  const startedMs = performance.now();
  const verdicts = { taken: 0, refused: 0 };
  let failure: Failure | null = null;
  for (let index = job.from; index < job.from + job.count && failure === null; index += 1) {
    Atomics.store(beat, 0, index);
    Atomics.add(beat, 1, 1);
    const input = inputOf(target, seed, index);
    try {
      verdicts[await tryInput(target, input)] += 1;
    } catch (error) {
      const onTry = () => void Atomics.add(beat, 1, 1);
      failure = await failureOf(target, { index, input, error }, onTry);
    }
  }
  return { job, ...verdicts, tookMs: performance.now() - startedMs, failure };
}
