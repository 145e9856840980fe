import { expect } from "vitest";
import type { Storage } from "../../src/store/ports.ts";
import type { Ended, Running } from "../support/command-line.ts";
import { errorsOf } from "./documents.ts";
import { createEdits } from "./edits.ts";
import { prepareLaterSync, syncTillRight } from "./recovery.ts";
import type { ReportRow } from "./report.ts";
import { openCrashRoom, type CrashRoom } from "./room.ts";

/** What a day's sync adds to the database's files, and a little more. */
export const mostBytes = 400_000;

/** A sync that may run out of space, and what it takes to have space again. */
export interface Play {
  readonly sync: (room: CrashRoom) => Running;
  readonly after?: () => void;
}

/** Returns how it ended and how long the next sync took. */
export async function playDiskRound(storage: Storage, { sync, after }: Play): Promise<ReportRow> {
  const room = await openCrashRoom(storage);
  try {
    const edits = createEdits(room);
    await prepareLaterSync(room, edits);
    const ended = await sync(room).ended;
    after?.();
    if (ended.code !== 0) expectClear(ended);
    const nextMs = await syncTillRight(room, edits);
    return { ended: `exit ${ended.code}`, "next sync ms": nextMs };
  } finally {
    await room.close();
  }
}

/** Every error that is told names the database and what to look at. */
function expectClear(ended: Ended): void {
  const errors = errorsOf(ended);
  // Failed, or partial where some of the work was done before.
  expect([1, 3]).toContain(ended.code);
  expect(errors.length).toBeGreaterThan(0);
  for (const error of errors)
    expect(error).toMatchObject({
      code: "store-unwritable",
      message: expect.stringContaining("cannot be written"),
      hint: expect.stringContaining("free space"),
    });
}
