import { isEmpty, sameValue } from "../model/fields.ts";
import type { FieldValue } from "../model/fields.ts";
import { normalValue } from "../model/normal.ts";
import type { Mapping } from "../model/mapping.ts";
import type { AccountRecord } from "./accounts/account.ts";
import type { Chronicle } from "./chronicle.ts";
import type { Hub } from "./hub.ts";
import { wasLiedTo } from "./rest.ts";
import type { Place, SimulatedWorld } from "./world.ts";

/** What must not be, and is. */
export interface Violation {
  /** Names the check; equal for equal kinds of violations. */
  readonly check: string;
  /** The law that it breaks. */
  readonly law: string;
  readonly detail: string;
}

/** A world at rest, with all that the checks look at. */
export interface Scene {
  readonly world: SimulatedWorld;
  readonly chronicle: Chronicle;
  readonly hub: Hub;
  /** Records by account, then by id. */
  readonly records: readonly ReadonlyMap<string, AccountRecord>[];
}

export function checkConvergence(scene: Scene): readonly Violation[] {
  return scene.hub.mappings.flatMap((mapping) => {
    const index = placeIndex(scene, mapping);
    const place = scene.world.places[index];
    if (mapping.state !== "linked" || place === undefined) return [];
    const client = scene.hub.clients.find((one) => one.id === mapping.clientId);
    const record = scene.records[index]?.get(mapping.externalId ?? "");
    const at = `${place.plan.name} ${mapping.externalId} of client ${mapping.clientId}`;
    if (client?.removedAt)
      return [violation("linked-to-removed", "7", `${at} is linked, the client is removed`)];
    if (record === undefined || client === undefined)
      return [violation("linked-to-nothing", "7", `${at} is linked, and there is no such record`)];
    const lens = place.provider.clients?.lens;
    const held = lens?.normal(client.fields) ?? {};
    return Object.entries(record.fields).flatMap(([field, text]) => {
      const remote = normalValue(field, text);
      const seen = mapping.seen?.fields[field] ?? null;
      if (!sameValue(remote, seen))
        return [
          violation(
            "unseen-edit",
            "6",
            `${at}: ${field} is ${show(remote)}, last seen ${show(seen)}`,
          ),
        ];
      const local = held[field];
      // A record can hold a value in another spelling than the provider's normal one, such as a country's name.
      const spelt = lens?.normal({ [field]: remote })[field];
      // What the provider cannot hold is not in its normal form: what the record has stays (law 3).
      if (local === undefined) return [];
      if (sameValue(local, remote) || sameValue(local, spelt)) return [];
      if (isExplained(scene, { place, mapping, field, local, remote })) return [];
      return [
        violation(
          "not-converged",
          "1",
          `${at}: ${field} is ${show(local)} here and ${show(remote)} there; base ${show(mapping.base?.fields[field])}`,
        ),
      ];
    });
  });
}

interface Difference {
  readonly place: Place;
  readonly mapping: Mapping;
  readonly field: string;
  readonly local: FieldValue;
  readonly remote: FieldValue;
}

/** A conflict that a person must decide, a write that waits for one, or a rule that keeps the sides apart. */
function isExplained(scene: Scene, { place, mapping, field, local, remote }: Difference): boolean {
  const { hub } = scene;
  const held = hub.conflicts.some((one) => one.mappingId === mapping.id && one.field === field);
  const waits = hub.outbox.some(
    (entry) => entry.mappingId === mapping.id && ["parked", "held"].includes(entry.state),
  );
  const oneWay = place.rules.some(
    (rules) => (rules.fieldDirections[field] ?? rules.direction) !== "both",
  );
  // An edit of a text that the provider holds in part can make room there that nothing fills (law 3).
  const agreed = mapping.base?.fields[field];
  const inPart =
    typeof local === "string" &&
    typeof remote === "string" &&
    local.startsWith(remote) &&
    local.length > 100 &&
    sameValue(agreed?.remote, remote);
  const cleared = isEmpty(local) || isEmpty(remote);
  const ignored = place.rules.some(
    (rules) => (rules.clear.fields[field] ?? rules.clear.default) === "ignore",
  );
  return held || waits || inPart || oneWay || (cleared && ignored);
}

/** Every record is known, every client is where it belongs, and nothing is left to be sent (law 5). */
export function checkCompleteness(scene: Scene): readonly Violation[] {
  const { world, hub, records } = scene;
  const found: Violation[] = [];
  for (const [index, place] of world.places.entries()) {
    const mapped = new Set(
      hub.mappings
        .filter((one) => one.connectionId === place.connectionId)
        .filter((one) => !["merged", "cancelled"].includes(one.state))
        .map((one) => one.externalId),
    );
    const parked = new Set(
      hub.parked
        .filter((one) => one.connectionId === place.connectionId)
        .map((one) => one.externalId),
    );
    for (const id of records[index]?.keys() ?? [])
      if (!mapped.has(id) && !parked.has(id))
        found.push(
          violation(
            "record-unknown",
            "5",
            `${place.plan.name} ${id} is neither mapped nor set aside`,
          ),
        );
    found.push(...missingCreates(scene, place));
  }
  for (const entry of hub.outbox) {
    if (entry.state === "parked" || entry.state === "held") continue;
    found.push(
      violation(
        "outbox-open",
        "5",
        `${entry.action} for client ${entry.clientId} is ${entry.state}: ${entry.reason}`,
      ),
    );
  }
  return found;
}

function missingCreates({ hub }: Scene, place: Place): readonly Violation[] {
  const rules = place.rules.at(-1);
  const there = rules?.create.there ?? place.provider.type === "billing";
  if (!there || rules?.direction === "pull") return [];
  return hub.clients.flatMap((client) => {
    const known = hub.mappings.some(
      (one) =>
        one.clientId === client.id &&
        one.connectionId === place.connectionId &&
        one.state !== "cancelled",
    );
    return known || client.removedAt !== null
      ? []
      : [
          violation(
            "client-not-created",
            "8",
            `client ${client.id} was never owed to ${place.plan.name}`,
          ),
        ];
  });
}

/**
 * Nothing was made twice (law 5). A record that a person deleted before its making was known is not there to be found,
 * and is made again; so is one that the provider said is not there.
 */
export function checkDuplicates(scene: Scene): readonly Violation[] {
  const { world, hub, chronicle } = scene;
  return world.places.flatMap((place, index) => {
    if (wasLiedTo(place)) return [];
    const made = new Map<string, number>();
    for (const entry of place.account.sandbox.control.ledger()) {
      for (const { recordId, mappingId } of entry.wrote ? place.account.createdBy(entry) : []) {
        if (chronicle.removedThere[index]?.has(recordId)) continue;
        const mapping = hub.mappings.find((one) =>
          mappingId === null
            ? one.connectionId === place.connectionId && one.externalId === recordId
            : one.id === mappingId,
        );
        const whose = mapping ? `client ${mapping.clientId}` : `mapping ${mappingId ?? recordId}`;
        made.set(whose, (made.get(whose) ?? 0) + 1);
      }
    }
    return [...made].flatMap(([whose, count]) =>
      count === 1
        ? []
        : [
            violation(
              "created-twice",
              "5",
              `${place.plan.name} has ${count} records made for ${whose}`,
            ),
          ],
    );
  });
}

/** Nothing was deleted that no person asked for, and what was asked for is done (law 7). */
export function checkDeletes(scene: Scene): readonly Violation[] {
  const { world, hub, chronicle } = scene;
  const found: Violation[] = [];
  for (const client of hub.clients)
    if (client.removedAt !== null && !mayBeRemoved(scene, client.id))
      found.push(violation("client-removed", "7", `nobody asked to remove client ${client.id}`));
  for (const place of world.places) {
    for (const entry of place.account.sandbox.control.ledger()) {
      const id = entry.wrote ? place.account.deletedBy(entry) : null;
      if (id === null) continue;
      const mapping = hub.mappings.find(
        (one) => one.connectionId === place.connectionId && one.externalId === id,
      );
      const policy = place.rules.some((rules) => rules.deletes === "propagate");
      if (mapping === undefined || !policy || !mayBeRemoved(scene, mapping.clientId))
        found.push(
          violation("record-deleted", "7", `nobody asked to delete ${place.plan.name} ${id}`),
        );
    }
  }
  for (const [clientId, owed] of chronicle.removedHere) {
    const client = hub.clients.find((one) => one.id === clientId);
    if (client?.removedAt === null) continue;
    for (const [index, place] of world.places.entries()) {
      if (!owed.includes(place.plan.name) || wasLiedTo(place)) continue;
      const left = hub.mappings.find(
        (one) =>
          one.clientId === clientId &&
          one.connectionId === place.connectionId &&
          one.state === "suppressed" &&
          scene.records[index]?.has(one.externalId ?? ""),
      );
      const waits = hub.outbox.some(
        (entry) => entry.clientId === clientId && entry.connectionId === place.connectionId,
      );
      if (left !== undefined && !waits && !isShared(scene, left))
        found.push(
          violation(
            "delete-lost",
            "5",
            `${place.plan.name} ${left.externalId} was to be deleted with client ${clientId}`,
          ),
        );
    }
  }
  return found;
}

/** Whether the record stands for another client as well by now. */
function isShared({ hub }: Scene, mapping: Mapping): boolean {
  return hub.mappings.some(
    (one) =>
      one.id !== mapping.id &&
      one.externalId === mapping.externalId &&
      one.connectionId === mapping.connectionId,
  );
}

function mayBeRemoved({ world, hub, chronicle }: Scene, clientId: string): boolean {
  if (chronicle.removedHere.has(clientId)) return true;
  return hub.mappings.some((mapping) => {
    const index = world.places.findIndex((place) => place.connectionId === mapping.connectionId);
    const propagates =
      world.places[index]?.rules.some((rules) => rules.deletes === "propagate") ?? false;
    return (
      mapping.clientId === clientId &&
      propagates &&
      (chronicle.removedThere[index]?.has(latestId(chronicle, index, mapping.externalId ?? "")) ??
        false)
    );
  });
}

/** Secrets are where secrets are, and what was opened is closed. */
export async function checkTraces(scene: Scene): Promise<readonly Violation[]> {
  const { world } = scene;
  const found: Violation[] = [];
  for (const text of world.heard)
    for (const secret of world.secrets)
      if (secret.length > 8 && text.includes(secret))
        found.push(violation("secret-shown", "10", text.replaceAll(secret, "***").slice(0, 300)));
  const { opened, closed } = world.scratches;
  if (opened !== closed)
    found.push(violation("scratch-left", "11", `${opened - closed} scratch copies were left open`));
  for (const place of world.places) {
    const { staged, cursors, leases } = world.store;
    const of = { mode: "full", since: "" } as const;
    const rows = (await staged.tally(place.connectionId, "clients", of)).staged;
    if (rows > 0)
      found.push(
        violation("staged-left", "11", `${rows} staged rows of ${place.plan.name} are left`),
      );
    const cursor = await cursors.get(place.connectionId, "clients");
    if (cursor?.listing)
      found.push(violation("listing-left", "11", `a listing of ${place.plan.name} is left`));
    for (const name of [`connection:${place.connectionId}`, `refresh:${place.connectionId}`]) {
      const answer = await leases.acquire(name, "oracle", 1);
      if ("heldBy" in answer)
        found.push(violation("lease-left", "10", `${answer.heldBy} still holds ${name}`));
    }
  }
  return found;
}

export function mappingOf(
  { world, hub, chronicle }: Scene,
  side: number,
  id: string,
): Mapping | undefined {
  const place = world.places[side];
  const current = latestId(chronicle, side, id);
  const of = hub.mappings.filter(
    (one) => one.connectionId === place?.connectionId && one.externalId === current,
  );
  return of.find((one) => one.state === "linked") ?? of[0];
}

/** The id that stands for the record by now. */
function latestId(chronicle: Chronicle, side: number, id: string): string {
  const next = chronicle.renamed[side]?.get(id);
  return next === undefined ? id : latestId(chronicle, side, next);
}

function placeIndex({ world }: Scene, mapping: Mapping): number {
  return world.places.findIndex((place) => place.connectionId === mapping.connectionId);
}

export function violation(check: string, law: string, detail: string): Violation {
  return { check, law, detail };
}

export function show(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
