import { setTimeout as sleep } from "node:timers/promises";
import type { Account } from "../support/accounts.ts";
import type { Ended, Running } from "../support/command-line.ts";
import type { CrashRoom } from "./room.ts";

/** When a process is killed. */
export type Moment =
  /** After this share of what a sync usually takes, from the start of its process. */
  | { readonly kind: "time"; readonly share: number }
  /** That many requests of this kind were carried out, and that many milliseconds went by since. */
  | {
      readonly kind: "request";
      readonly target: Target;
      readonly count: number;
      readonly afterMs: number;
    }
  /** The program said that it does this, and that many milliseconds went by since. */
  | { readonly kind: "step"; readonly pattern: RegExp; readonly afterMs: number };

export interface Target {
  readonly name: string;
  readonly vendor: "stripe" | "google";
  readonly method: string;
  readonly path: RegExp;
}

/** Every kind of request that a sync sends. */
export const targets: readonly Target[] = [
  target("stripe list", "GET", /^\/v1\/(customers|events)$/),
  target("stripe read", "GET", /^\/v1\/customers\/./),
  target("stripe create", "POST", /^\/v1\/customers$/),
  target("stripe update", "POST", /^\/v1\/customers\/./),
  target("stripe delete", "DELETE", /^\/v1\/customers\/./),
  target("google list", "GET", /^\/v1\/people\/me\/connections$/),
  target("google read", "GET", /^\/v1\/people\/c\d/),
  target("google create", "POST", /^\/v1\/people:createContact$/),
  target("google update", "PATCH", /:updateContact$/),
  target("google delete", "DELETE", /:deleteContact$/),
];

/** How long the chosen request waits for its answer, so that there is a while before it and a while after. */
export const answerDelayMs = 200;
/** All others are slowed as well: it is the program's time that is to be hit, and this spreads it. */
const usualDelayMs = 8;

export function momentText(moment: Moment): string {
  switch (moment.kind) {
    case "time":
      return `after ${Math.round(100 * moment.share)} % of its time`;
    case "step":
      return `${moment.afterMs} ms after "${moment.pattern.source}"`;
    case "request": {
      const left = moment.afterMs - answerDelayMs;
      const when = left < 0 ? `${-left} ms before` : `${left} ms after`;
      return `${when} the answer to ${moment.target.name} ${moment.count}`;
    }
  }
}

export interface Victim {
  readonly room: CrashRoom;
  readonly start: () => Running;
  /** How long it runs when nobody disturbs it. */
  readonly usualMs: () => Promise<number>;
}

export interface Struck {
  readonly ended: Ended;
  /** How long it had run; null where it was over before the moment. */
  readonly livedMs: number | null;
}

/** Kills the process at the moment. */
export function killAt(moment: Moment, victim: Victim): Promise<Struck> {
  return strikeAt(moment, victim, (running) => void running.child.kill("SIGKILL"));
}

/** Does that to a process that is under way, at the moment, and waits for its end. */
export async function strikeAt(
  moment: Moment,
  { room, start, usualMs }: Victim,
  strike: (running: Running) => unknown,
): Promise<Struck> {
  const delayMs = moment.kind === "time" ? moment.share * (await usualMs()) : moment.afterMs;
  const served = moment.kind === "request" ? prepare(moment, room[moment.target.vendor]) : null;
  slowDown(room);
  const startedAt = performance.now();
  const running = start();
  const due = moment.kind === "time" ? Promise.resolve() : reached(moment, running, served);
  await Promise.race([running.ended, due.then(() => sleep(delayMs))]);
  const isOver = running.child.exitCode !== null;
  const livedMs = isOver ? null : Math.round(performance.now() - startedAt);
  if (!isOver) await strike(running);
  const ended = await running.ended;
  for (const { sandbox } of [room.stripe, room.google]) sandbox.control.clearFaults();
  return { ended, livedMs };
}

/** Till the faults are cleared. */
export function slowDown(room: CrashRoom): void {
  const slow = { match: {}, kind: "delay", delayMs: usualDelayMs, times: 0 } as const;
  for (const { sandbox } of [room.stripe, room.google]) sandbox.control.addFaults(slow);
}

function prepare(
  { target, count }: Extract<Moment, { kind: "request" }>,
  { sandbox }: Account,
): () => number {
  const { control } = sandbox;
  const before = control.ledger().at(-1)?.number ?? 0;
  control.addFaults({
    match: { method: target.method, path: target.path.source },
    kind: "delay",
    delayMs: answerDelayMs,
    after: count - 1,
  });
  return () =>
    control
      .ledger(before)
      .filter(({ method, path }) => method === target.method && target.path.test(path)).length;
}

async function reached(
  moment: Exclude<Moment, { kind: "time" }>,
  running: Running,
  served: (() => number) | null,
): Promise<void> {
  if (moment.kind === "step") {
    // One that ends without having said so is over: whoever waits hears that.
    await running.saw("stderr", moment.pattern).catch(() => running.ended);
    return;
  }
  const isServed = () => served === null || served() >= moment.count;
  while (!isServed() && running.child.exitCode === null) await sleep(1);
}

export function target(name: string, method: string, path: RegExp): Target {
  return { name, method, path, vendor: name.startsWith("stripe") ? "stripe" : "google" };
}
