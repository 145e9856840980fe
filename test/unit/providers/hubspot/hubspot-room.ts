import { afterEach } from "vitest";
import { isRecord } from "../../../../src/lib/json.ts";
import type { Fields } from "../../../../src/model/fields.ts";
import type { Observation } from "../../../../src/model/observation.ts";
import type { Lookup, UpdateRequest, WriteAnswer } from "../../../../src/providers/provider.ts";
import { openRoom, type Room, type RoomOptions } from "../../../conformance/provider-room.ts";

export const contactsPath = "/crm/objects/2026-03/contacts";

const rooms: Room[] = [];

afterEach(async () => {
  await Promise.all(rooms.splice(0).map((room) => room.close()));
});

export async function enter(options: RoomOptions = {}, key = "api_key"): Promise<Room> {
  const room = await openRoom(
    {
      provider: "hubspot",
      vendor: "hubspot",
      signIn: async (sandbox) => sandbox.describe().credentials[key] ?? "",
    },
    { clients: 0, ...options },
  );
  rooms.push(room);
  return room;
}

/** Somebody else at work in the same account; past the adapter, but in the same ledger. */
export async function call(room: Room, method: string, path: string, body?: unknown) {
  const { credentials } = room.sandbox.describe();
  const response = await fetch(`${room.sandbox.origin}${contactsPath}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${credentials["api_key"]}`,
      "content-type": "application/json",
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status}`);
  const answer: unknown = response.status === 204 ? {} : await response.json();
  return isRecord(answer) ? answer : {};
}

/** A contact that somebody else makes; its id. */
export async function contact(room: Room, properties: Record<string, string>): Promise<string> {
  return String((await call(room, "POST", "", { properties }))["id"]);
}

let keys = 0;

export function createOf(fields: Fields) {
  keys += 1;
  return { fields, ownId: `0190-${keys}`, key: `create-${keys}` };
}

export function updateOf(seen: Observation, changes: Fields): UpdateRequest {
  keys += 1;
  const expected = { version: seen.version, fields: seen.fields };
  return { externalId: seen.externalId, changes, expected, key: `update-${keys}` };
}

export function observed(answer: WriteAnswer | Lookup | undefined): Observation {
  if (answer !== undefined && "observation" in answer) return answer.observation;
  throw new Error(`it ended as ${JSON.stringify(answer)}`);
}

export async function seen(room: Room, id: string): Promise<Observation> {
  return observed((await room.clients.get([id]))[0]);
}

/** Which requests there were: "POST /search". */
export function requestsOf(room: Room): readonly string[] {
  return room.sandbox.control
    .ledger()
    .map(({ method, template }) => `${method} ${template.replace(contactsPath, "")}`);
}

/** The bodies of the requests to that path. */
export function bodiesOf(room: Room, path: string): readonly string[] {
  return room.sandbox.control
    .ledger()
    .filter(({ template }) => template === `${contactsPath}${path}`)
    .map(({ body }) => body);
}
