import type { Fields } from "../../../../src/model/fields.ts";
import type { Observation } from "../../../../src/model/observation.ts";
import type {
  CreateRequest,
  ManyAnswer,
  UpdateRequest,
  WriteAnswer,
} from "../../../../src/providers/provider.ts";
import { isRecord } from "../../../../src/lib/json.ts";
import {
  openRoom,
  pullAll,
  type Room,
  type RoomOptions,
} from "../../../conformance/provider-room.ts";
import { signIn } from "../../../conformance/provider-salesforce-records.ts";

const entrance = { provider: "salesforce", vendor: "salesforce", signIn };

export function enterSalesforce(options: RoomOptions = {}): Promise<Room> {
  return openRoom(entrance, options);
}

/** Somebody else at work in the same org; a list of records is under "list". */
export async function call(room: Room, method: string, path: string, json?: unknown) {
  const { credentials } = room.sandbox.describe();
  const response = await fetch(`${room.sandbox.origin}/services/data/v66.0${path}`, {
    method,
    headers: {
      authorization: `Bearer ${credentials["access_token"]}`,
      "content-type": "application/json",
    },
    ...(json === undefined ? {} : { body: JSON.stringify(json) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  const body: unknown = text === "" ? {} : JSON.parse(text);
  return isRecord(body) ? body : { list: body };
}

export async function addContact(room: Room, values: Readonly<Record<string, unknown>>) {
  return String((await call(room, "POST", "/sobjects/Contact", values))["id"]);
}

/** The contact as the org has it, the recycle bin included. */
export function contactOf(room: Room, id: string): Readonly<Record<string, unknown>> {
  const state = room.sandbox.control.state();
  const contacts = isRecord(state) && Array.isArray(state["contacts"]) ? state["contacts"] : [];
  const found = contacts.filter(isRecord).find((contact) => contact["Id"] === id);
  if (found === undefined) throw new Error(`there is no contact ${id}`);
  return found;
}

export async function see(room: Room, id: string): Promise<Observation> {
  const [found] = await room.clients.get([id]);
  if (found?.kind !== "found") throw new Error(`the look-up ended as ${JSON.stringify(found)}`);
  return found.observation;
}

export async function seeAll(room: Room, cursor: string | null): Promise<readonly Observation[]> {
  return (await pullAll(room.clients, cursor)).flatMap((page) => page.observations);
}

export function updateOf(seen: Observation, changes: Fields): UpdateRequest {
  const expected = { version: seen.version, fields: seen.fields };
  return { externalId: seen.externalId, changes, expected, key: "k" };
}

export function createOf(fields: Fields) {
  return { fields, ownId: "0190", key: "k" };
}

export function observed(answer: WriteAnswer | ManyAnswer | undefined): Observation {
  if (answer?.kind !== "done") throw new Error(`the write ended as ${JSON.stringify(answer)}`);
  return answer.observation;
}

/** The verbs on several. */
export function many({ clients }: Room) {
  const none = () => Promise.reject(new Error("the session has no such verb"));
  return {
    createMany: (requests: readonly CreateRequest[]) => clients.createMany?.(requests) ?? none(),
    updateMany: (requests: readonly UpdateRequest[]) => clients.updateMany?.(requests) ?? none(),
  };
}
