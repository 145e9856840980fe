import type { Clock } from "../lib/clock.ts";
import type { Progress } from "../sync/engine.ts";
import type { Terminal } from "./io.ts";

export interface ProgressLine {
  readonly show: (progress: Progress) => void;
  /** Takes the line away. */
  readonly end: () => void;
}

const redrawMs = 80;
const plainEveryMs = 10_000;

/** On a terminal one line that is written over; elsewhere a line for each step, and every ten seconds. */
export function createProgressLine(stream: Terminal, clock: Clock): ProgressLine {
  return stream.isTTY === true ? rewriting(stream, clock) : plain(stream, clock);
}

function rewriting(stream: Terminal, clock: Clock): ProgressLine {
  let drawnAtMs = 0;
  let isDrawn = false;
  return {
    show: (progress) => {
      const nowMs = clock.now();
      if (isDrawn && nowMs - drawnAtMs < redrawMs) return;
      drawnAtMs = nowMs;
      isDrawn = true;
      const line = lineOf(progress).slice(0, Math.max(20, (stream.columns ?? 80) - 1));
      stream.write(`\r\u001b[2K${line}`);
    },
    end: () => {
      if (isDrawn) stream.write("\r\u001b[2K");
      isDrawn = false;
    },
  };
}

function plain(stream: Terminal, clock: Clock): ProgressLine {
  const last = new Map<string, { step: string; atMs: number }>();
  return {
    show: (progress) => {
      const key = `${progress.connection}/${progress.collection}`;
      const before = last.get(key);
      const nowMs = clock.now();
      if (before?.step === progress.step && nowMs - before.atMs < plainEveryMs) return;
      last.set(key, { step: progress.step, atMs: nowMs });
      stream.write(`${lineOf(progress)}\n`);
    },
    end: () => {},
  };
}

function lineOf({ connection, collection, step, done, total }: Progress): string {
  const count = total === null ? (done > 0 ? ` ${done}` : "") : ` ${done}/${total}`;
  return `${connection}: ${collection}, ${step}${step === "waiting" ? "" : count}`;
}
