import { Writable } from "node:stream";
import { describe, expect, it } from "vitest";
import { createProgressLine } from "../../../src/cli/progress.ts";
import { createStepClock } from "../../../src/lib/clock.ts";
import type { Progress } from "../../../src/sync/engine.ts";

function screen(terminal: { readonly isTTY: boolean; readonly columns?: number }) {
  const written: string[] = [];
  const stream = new Writable({
    write: (chunk: unknown, _encoding, done) => {
      written.push(String(chunk));
      done();
    },
  });
  return { written, stream: Object.assign(stream, terminal) };
}

const at = (step: Progress["step"], done: number, total: number | null = null): Progress => ({
  connection: "billing",
  collection: "clients",
  step,
  done,
  total,
});

describe("progress on a terminal", () => {
  it("writes over one line, not too often, and takes it away at the end", () => {
    const clock = createStepClock(0);
    const { written, stream } = screen({ isTTY: true, columns: 80 });
    const line = createProgressLine(stream, clock);
    line.show(at("pulling", 100));
    clock.advance(10);
    line.show(at("pulling", 200));
    clock.advance(100);
    line.show(at("reconciling", 300, 400));
    line.end();
    line.end();
    expect(written).toEqual([
      "\r\u001b[2Kbilling: clients, pulling 100",
      "\r\u001b[2Kbilling: clients, reconciling 300/400",
      "\r\u001b[2K",
    ]);
  });

  it("stays within the width of the terminal", () => {
    const { written, stream } = screen({ isTTY: true, columns: 24 });
    const line = createProgressLine(stream, createStepClock(0));
    line.show(at("reconciling", 123_456, 999_999));
    expect(written[0]?.replace("\r\u001b[2K", "")).toHaveLength(23);
  });
});

describe("progress elsewhere", () => {
  it("is a line for each step, and every ten seconds", () => {
    const clock = createStepClock(0);
    const { written, stream } = screen({ isTTY: false });
    const line = createProgressLine(stream, clock);
    line.show(at("waiting", 0));
    line.show(at("pulling", 100));
    clock.advance(9000);
    line.show(at("pulling", 200));
    clock.advance(1000);
    line.show(at("pulling", 300));
    line.show(at("done", 300, 300));
    line.end();
    expect(written.join("")).toBe(
      "billing: clients, waiting\nbilling: clients, pulling 100\nbilling: clients, pulling 300\nbilling: clients, done 300/300\n",
    );
  });
});
