import type { ConnectionResult } from "../model/run.ts";
import type { SafetyStop } from "../sync/engine.ts";
import { safetyStops } from "../sync/engine.ts";
import type { Chronicle } from "./chronicle.ts";
import { digestOf, readHub } from "./hub.ts";
import { lastRequest, sync } from "./play.ts";
import type { Place, SimulatedWorld } from "./world.ts";

const minuteMs = 60_000;
const longestRounds = 25;

/** How the world came to rest. */
export interface Rest {
  readonly quiet: boolean;
  /** What the last rounds still did, for the report. */
  readonly doing: readonly string[];
}

/**
 * Ends all that hinders, then syncs, as a person does who follows each hint, until one more sync writes
 * nothing, anywhere (law 4).
 */
export async function bringToRest(world: SimulatedWorld, chronicle: Chronicle): Promise<Rest> {
  world.fuse.disarm();
  for (const { account } of world.places) account.sandbox.control.clearFaults();
  let before = await readHub(world);
  const doing: string[] = [];
  for (let round = 0; round < longestRounds; round += 1) {
    world.clock.advance(round === 0 ? 120 * minuteMs : 20 * minuteMs);
    const marks = world.places.map(lastRequest);
    // What a false answer hid shows in the next listing of everything; the first may only end one from before.
    const full = round < 2 && world.places.some(wasLiedTo);
    const document = await sync(world, chronicle, world.process(), { full });
    for (const connection of document?.connections ?? [])
      await follow(world, chronicle, connection);
    const wrote = world.places.flatMap((place, index) => writesAfter(place, marks[index] ?? 0));
    const after = await readHub(world);
    const moved = digestOf(before) !== digestOf(after);
    before = after;
    const failed = (document?.connections ?? []).filter(({ error }) => error !== undefined);
    const idle = failed.length === 0 && wrote.length === 0 && !moved;
    // What waits for its time would still move: then there is no rest yet.
    const waiting = after.outbox.some(({ state }) => state !== "parked" && state !== "held");
    // The first round may only have ended a listing that was cut off before.
    if (document !== null && idle && !waiting && !full && round > 0) return { quiet: true, doing };
    doing.push(
      `round ${round}: ${moved ? "the database moved; " : ""}${wrote.join(", ")} ${failed
        .map(({ name, error }) => `${name}: ${error?.code} ${error?.message}`)
        .join("; ")}`,
    );
  }
  return { quiet: false, doing: doing.slice(-6) };
}

/** Does what the error's hint asks for. */
async function follow(
  world: SimulatedWorld,
  chronicle: Chronicle,
  connection: ConnectionResult,
): Promise<void> {
  const { name, error } = connection;
  if (error === undefined) return;
  const place = world.places.find((one) => one.plan.name === name);
  if (place === undefined) return;
  if (error.code === "safety-stop") {
    const accept = safetyStops.filter((stop): stop is SafetyStop =>
      error.hint.endsWith(`--accept ${stop}`),
    );
    const document = await sync(world, chronicle, world.process(), { connection: name, accept });
    if (document?.connections.some(needsSignIn)) await world.reconnect(place);
  }
  if (needsSignIn(connection)) await world.reconnect(place);
}

function needsSignIn({ error }: ConnectionResult): boolean {
  return error?.code === "reauth-required";
}

/** Whether the provider said of records that they are not there, which no one can tell from the truth. */
export function wasLiedTo({ account }: Place): boolean {
  return account.sandbox.control
    .ledger()
    .some(
      ({ fault, status }) =>
        fault === "empty-page" || (fault === "status" && (status === 404 || status === 410)),
    );
}

/** Requests that change no record, whatever their method. */
const readsByPost = /\/(token|tokens\/bearer|search|batch\/read)$/;

function writesAfter(place: Place, number: number): readonly string[] {
  return place.account.sandbox.control
    .ledger(number)
    .filter(({ method, path }) => method !== "GET" && !readsByPost.test(path))
    .map(
      (entry) =>
        `${place.plan.name} ${entry.method} ${entry.path} ${entry.body.slice(0, 200)} -> ${entry.status}`,
    );
}
