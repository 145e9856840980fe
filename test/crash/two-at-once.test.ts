import { afterEach, describe, expect, it } from "vitest";
import type { Storage } from "../../src/store/ports.ts";
import { eachDatabase } from "../support/databases.ts";
import { createEdits } from "./edits.ts";
import { expectRight, prepareFirstSync, prepareLaterSync, syncInside } from "./recovery.ts";
import { openCrashRoom } from "./room.ts";
import { crashSettings } from "./settings.ts";
import { owedWrites } from "./verdict.ts";

const isShort = crashSettings.rounds === null;
/** So many that the waits of the last one still fit its patience. */
const syncsAtOnce = isShort ? 2 : 4;

const ends: (() => unknown)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

describe.each(eachDatabase)("syncs at once on one database, $name", (database) => {
  it("wait for each other and write nothing twice", async () => {
    const { room, edits } = await openRoom(await database.storage());
    const syncs = Array.from({ length: syncsAtOnce }, () => room.start("sync", "--json"));
    // People go on meanwhile, here as well.
    const added = await edits.add("here");
    await edits.change("here", added, "phone");
    for (const { ended } of syncs) {
      expect(await ended).toMatchObject({ code: 0, stderr: "" });
      expect((await ended).json()).toMatchObject({ outcome: "complete" });
    }
    expect(await owedWrites(room)).toMatchObject({ unanswered: 0 });
    await syncInside(room);
    await syncInside(room);
    await expectRight(room, edits);
  });
});

async function openRoom(storage: Storage) {
  const room = await openCrashRoom(storage);
  ends.push(() => room.close());
  const edits = createEdits(room);
  await (isShort ? prepareFirstSync : prepareLaterSync)(room, edits);
  return { room, edits };
}
