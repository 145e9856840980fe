import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { eachDatabase } from "../support/databases.ts";
import { addFirstClients, createEdits } from "./edits.ts";
import { answerDelayMs, killAt, momentText, target, type Moment } from "./moments.ts";
import { expectRight, prepareLaterSync, syncInside, syncTillRight } from "./recovery.ts";
import { printReport, type ReportRow } from "./report.ts";
import { connectBoth, followLink, openCrashRoom, type CrashRoom } from "./room.ts";
import { announce, fewerRounds, numbersBelow, roundRandom } from "./settings.ts";

const rows: ReportRow[] = [];

const tokenRequest = target("google token", "POST", /^\/token$/);
const userRequest = target("google userinfo", "GET", /userinfo/);

const ends: (() => unknown)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

beforeAll(() => announce("kill -9 of a sign-in"));

afterAll(() => printReport("kill -9 of a sign-in", rows, ["killed", "afterwards"]));

describe.each(eachDatabase)("a token's renewal that is killed, on $name", (database) => {
  it.each(numbersBelow(fewerRounds))(
    "costs at most a sign-in, which the next sync asks for by its command, round %i",
    async (round) => {
      const random = roundRandom(1_000 + round);
      // Google keeps refresh tokens; providers that replace them end the old one before the answer has come.
      const rotates = round % 2 === 0;
      const moment = around(tokenRequest, random);
      const room = await openRoom(await database.storage());
      const edits = createEdits(room);
      await prepareLaterSync(room, edits);
      room.google.sandbox.control.changeVendor({ rotate_refresh_tokens: rotates });
      room.google.sandbox.control.endTokens("expired");
      const { livedMs } = await kill(moment, room, "sync");
      const startedAt = performance.now();
      const next = await room.start("sync", "--json").ended;
      const nextMs = Math.round(performance.now() - startedAt);
      note({ round, database: database.name, what: rotates ? "renewal, rotating" : "renewal" }, [
        momentText(moment),
        livedMs,
        nextMs,
        `exit ${next.code}`,
      ]);
      // Nobody waits for the lease of a process that is dead.
      expect(nextMs).toBeLessThan(20_000);
      if (next.code !== 0) {
        expect(rotates).toBe(true);
        expect(next.code).toBe(4);
        expect(next.json()).toMatchObject({
          connections: [
            { name: "stripe", outcome: "complete" },
            {
              name: "gmail",
              error: { code: "reauth-required", hint: expect.stringContaining("reconnect gmail") },
            },
          ],
        });
        await signIn(room, "reconnect", "gmail");
      }
      await syncTillRight(room, edits);
    },
    120_000,
  );
});

describe.each(eachDatabase)("a sign-in that is killed, on $name", (database) => {
  it.each(numbersBelow(fewerRounds))(
    "leaves a connection that is signed in or not, and can be signed in again, round %i",
    async (round) => {
      const random = roundRandom(2_000 + round);
      const moment = around(round % 2 === 0 ? tokenRequest : userRequest, random);
      const room = await openRoom(await database.storage());
      const { livedMs } = await kill(moment, room, "connect", "gmail", "--no-browser");
      const { stdout, code } = await room.start("connections", "--json").ended;
      const state = /"not-connected"/.test(stdout) ? "signed out" : "signed in";
      note({ round, database: database.name, what: "sign-in" }, [
        momentText(moment),
        livedMs,
        "",
        state,
      ]);
      expect(code).toBe(0);
      const edits = createEdits(room);
      await signIn(room, "connect", "gmail");
      await connectBoth(room);
      await addFirstClients(edits);
      await syncInside(room);
      await expectRight(room, edits);
    },
    120_000,
  );
});

/** Before or after the answer to the first such request. */
function around(wanted: typeof tokenRequest, random: () => number): Moment {
  const afterMs = Math.floor(random() * 2 * answerDelayMs);
  return { kind: "request", target: wanted, count: 1, afterMs };
}

async function openRoom(storage: Parameters<typeof openCrashRoom>[0]): Promise<CrashRoom> {
  const room = await openCrashRoom(storage);
  ends.push(() => room.close());
  return room;
}

/** Starts the program, plays the browser where it shows a link, and kills it at the moment. */
function kill(moment: Moment, room: CrashRoom, ...args: readonly string[]) {
  return killAt(moment, {
    room,
    start: () => {
      const running = room.start(...args);
      if (args.includes("--no-browser"))
        void running
          .saw("stderr", link)
          .then(followLink)
          // Killed before the browser came back: that is what this is about.
          .catch(() => {});
      return running;
    },
    usualMs: () => Promise.resolve(0),
  });
}

const link = /^http:\/\/127\.0\.0\.1:\d+\/\S+$/m;

async function signIn(room: CrashRoom, ...args: readonly string[]): Promise<void> {
  const running = room.start(...args, "--no-browser");
  await followLink(await running.saw("stderr", link));
  expect(await running.ended).toMatchObject({ code: 0 });
}

function note(
  which: { readonly round: number; readonly database: string; readonly what: string },
  [moment, livedMs, nextMs, afterwards]: readonly [string, number | null, number | "", string],
): void {
  rows.push({
    ...which,
    moment,
    killed: livedMs === null ? "over before" : "killed",
    "next sync ms": nextMs,
    afterwards,
  });
}
