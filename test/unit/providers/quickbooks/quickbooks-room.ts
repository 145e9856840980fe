import { isRecord } from "../../../../src/lib/json.ts";
import type { Observation } from "../../../../src/model/observation.ts";
import type { WriteAnswer } from "../../../../src/providers/provider.ts";
import { accountHint, signIn } from "../../../conformance/provider-quickbooks-records.ts";
import { openRoom, type Room, type RoomOptions } from "../../../conformance/provider-room.ts";

const rooms: Room[] = [];

export async function enter(options: RoomOptions = {}): Promise<Room> {
  const entrance = { provider: "quickbooks", vendor: "quickbooks", signIn, accountHint };
  const room = await openRoom(entrance, { clients: 0, ...options });
  rooms.push(room);
  return room;
}

export async function leave(): Promise<void> {
  await Promise.all(rooms.splice(0).map((room) => room.close()));
}

/** Somebody else at work in the same company. */
export async function save(
  room: Room,
  customer: Readonly<Record<string, unknown>>,
): Promise<Record<string, unknown>> {
  const { credentials } = room.sandbox.describe();
  const path = `/v3/company/${credentials["realm_id"]}/customer`;
  const response = await fetch(`${room.sandbox.origin}${path}`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${credentials["access_token"]}`,
      "content-type": "application/json",
      accept: "application/json",
    },
    body: JSON.stringify(customer),
  });
  const body: unknown = await response.json();
  if (!isRecord(body) || !isRecord(body["Customer"]))
    throw new Error(`the customer was not saved: ${response.status}`);
  return body["Customer"];
}

/** A customer as QuickBooks itself has it. */
export function kept(room: Room, id: string): Record<string, unknown> {
  const state = room.sandbox.control.state();
  const customers = isRecord(state) && Array.isArray(state["customers"]) ? state["customers"] : [];
  const found = customers.filter(isRecord).find((customer) => customer["Id"] === id);
  if (found === undefined) throw new Error(`there is no customer ${id}`);
  return found;
}

/** The requests since the last look: method and the end of the path. */
export function requests(room: Room): readonly string[] {
  const seen = room.sandbox.control.ledger().map(({ method, path }) => {
    const [, , , , ...rest] = path.split("/");
    return `${method} ${rest.join("/")}`;
  });
  room.sandbox.control.clearLedger();
  return seen;
}

export function observed(answer: WriteAnswer): Observation {
  if (answer.kind !== "done") throw new Error(`the write ended as ${JSON.stringify(answer)}`);
  return answer.observation;
}

let keys = 0;

export function create(
  room: Room,
  fields: Readonly<Record<string, string | null>>,
  ownId = `0190-${(keys += 1)}`,
): Promise<WriteAnswer> {
  return room.clients.create({ fields, ownId, key: `create-${(keys += 1)}` });
}

export function update(
  room: Room,
  seen: Observation,
  changes: Readonly<Record<string, string | null>>,
): Promise<WriteAnswer> {
  return room.clients.update({
    externalId: seen.externalId,
    changes,
    expected: { version: seen.version, fields: seen.fields },
    key: `update-${(keys += 1)}`,
  });
}
