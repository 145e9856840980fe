import type { Clock } from "../lib/clock.ts";
import type { Context } from "./command.ts";

const redrawMs = 80;

/** How far long work has come, on one line of a terminal that is written over; nothing elsewhere. */
export function createCountLine(
  { io }: Pick<Context, "io">,
  clock: Clock,
): { readonly show: (text: string) => void; readonly end: () => void } {
  const { stderr } = io;
  let drawnAtMs = Number.NEGATIVE_INFINITY;
  if (stderr.isTTY !== true) return { show: () => {}, end: () => {} };
  return {
    show: (text) => {
      const nowMs = clock.now();
      if (nowMs - drawnAtMs < redrawMs) return;
      drawnAtMs = nowMs;
      stderr.write(`\r\u001b[2K${text.slice(0, Math.max(20, (stderr.columns ?? 80) - 1))}`);
    },
    end: () => {
      if (drawnAtMs !== Number.NEGATIVE_INFINITY) stderr.write("\r\u001b[2K");
    },
  };
}
