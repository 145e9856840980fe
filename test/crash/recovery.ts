import { expect } from "vitest";
import { addFirstClients, workADay, type Edits } from "./edits.ts";
import { connectBoth, type CrashRoom } from "./room.ts";
import { findWrongs, owedWrites, writesServed } from "./verdict.ts";

/** Signed in, and clients in every place that no sync has seen. */
export async function prepareFirstSync(room: CrashRoom, edits: Edits): Promise<void> {
  await room.withApp(async () => {
    await connectBoth(room);
    await addFirstClients(edits);
  });
}

/** The same clients everywhere, and a day's work in every place since. */
export async function prepareLaterSync(room: CrashRoom, edits: Edits): Promise<void> {
  await room.withApp(async () => {
    await prepareFirstSync(room, edits);
    await syncInside(room);
    edits.settled();
    await workADay(edits);
  });
}

/**
 * The next sync makes everything good and leaves nothing owed; after a second one, which confirms what a provider
 * deleted (law 7), one more writes nothing (law 4). Returns how long the next sync's process ran.
 */
export async function syncTillRight(room: CrashRoom, edits: Edits): Promise<number> {
  const startedAt = performance.now();
  const ended = await room.start("sync", "--json").ended;
  const durationMs = Math.round(performance.now() - startedAt);
  expect(ended).toMatchObject({ code: 0, stderr: "" });
  expect(ended.json()).toMatchObject({ outcome: "complete" });
  await room.withApp(async () => {
    expect(await owedWrites(room)).toMatchObject({ due: 0, unanswered: 0 });
    await syncInside(room);
    await expectRight(room, edits);
  });
  return durationMs;
}

/** All sides as people left them, nothing owed, and one more sync writes nothing. */
export async function expectRight(room: CrashRoom, edits: Edits): Promise<void> {
  const before = writesServed(room);
  await syncInside(room);
  expect(writesServed(room)).toBe(before);
  expect(await findWrongs(room, edits.deeds)).toEqual([]);
}

/** A complete sync inside the test's process. */
export async function syncInside(room: CrashRoom): Promise<void> {
  const document = await room.withApp((app) => app.engine.sync(app.org(undefined)));
  expect(document.connections.flatMap(({ error }) => error ?? [])).toEqual([]);
  expect(document.outcome).toBe("complete");
}
