import { toEpochMs } from "../lib/clock.ts";
import { isEmpty, sameValue } from "../model/fields.ts";
import type { FieldValue } from "../model/fields.ts";
import { normalValue } from "../model/normal.ts";
import type { Typing } from "./chronicle.ts";
import type { Rules } from "./history.ts";
import { mappingOf, show, violation } from "./oracle.ts";
import type { Scene, Violation } from "./oracle.ts";
import { startMs } from "./world.ts";

/** Each value that a person typed last on its side has won, has lost by a rule, or waits (laws 1 and 5). */
export function checkEdits(scene: Scene): readonly Violation[] {
  const latest = new Map(
    scene.chronicle.typed.map((one) => [`${one.side} ${one.id} ${one.field}`, one]),
  );
  return [...latest.values()].flatMap((typing) => {
    const { side, field, value } = typing;
    const mapping = side === "here" ? undefined : mappingOf(scene, side, typing.id);
    if (side !== "here" && mapping?.state !== "linked") return [];
    const clientId = side === "here" ? typing.id : mapping?.clientId;
    const client = scene.hub.clients.find((one) => one.id === clientId);
    if (client === undefined || client.removedAt !== null) return [];
    const place = side === "here" ? undefined : scene.world.places[side];
    const lens = place?.provider.clients?.lens;
    if (lens !== undefined && !lens.holds(field)) return [];
    const final = client.fields[field] ?? null;
    const normal = (of: FieldValue) =>
      lens === undefined ? of : (lens.normal({ [field]: of })[field] ?? null);
    if (sameValue(final, value) || sameValue(normal(final), normal(value))) return [];
    if (
      scene.chronicle.typed.some(
        (later) =>
          later.atMs >= typing.atMs &&
          later !== typing &&
          sameValue(later.value, final) &&
          later.field === field,
      )
    )
      return [];
    if (isReturn(scene, client.id, typing) || isRetyped(scene, client.id, typing)) return [];
    if (wasOverwrittenUnread(scene, typing)) return [];
    const lost = scene.world.journal.some(
      (change) =>
        change.clientId === client.id &&
        change.field === field &&
        (sameValue(change.lost, value) || sameValue(normal(change.lost), normal(value))),
    );
    if (lost || isEmpty(value)) return [];
    const waits = scene.hub.conflicts.some(
      (one) =>
        one.clientId === client.id &&
        one.field === field &&
        [one.local, one.remote].some(
          (held) => sameValue(held, value) || sameValue(held, normal(value)),
        ),
    );
    if (waits) return [];
    return [
      violation(
        "edit-lost",
        "1",
        `${field} ${show(value)}, typed ${side === "here" ? "here" : `at ${place?.plan.name} ${typing.id}`}, is neither the value of client ${client.id} (${show(final)}) nor journalled as lost`,
      ),
    ];
  });
}

/**
 * Under `last-write-wins` the value that was typed last is the one that stands (law 1). A record has one time for all
 * of its fields: only values of records that nobody touched later are compared.
 */
export function checkWinners(scene: Scene): readonly Violation[] {
  const { world, hub, chronicle } = scene;
  // Times that were told before our clock was set say little about times after.
  if (chronicle.counts.jumps > 0) return [];
  if (world.places.some((place) => !place.rules.every(isPlain))) return [];
  const byField = new Map<string, { readonly clientId: string; readonly of: Typing[] }>();
  /** Per client, when each of its records was touched last. */
  const touched = new Map<string, Map<string, number>>();
  /** Clients with a record that no longer is theirs, or not alone: what was typed there may have counted or not. */
  const unclear = new Set<string>();
  for (const typing of chronicle.typed) {
    const mapping = typing.side === "here" ? null : mappingOf(scene, typing.side, typing.id);
    if (mapping === undefined) continue;
    const clientId = mapping?.clientId ?? typing.id;
    if (mapping !== null && mapping.state !== "linked") unclear.add(clientId);
    const key = `${clientId} ${typing.field}`;
    const known = byField.get(key) ?? { clientId, of: [] };
    known.of.push(typing);
    byField.set(key, known);
    const records = touched.get(clientId) ?? new Map<string, number>();
    touched.set(clientId, records.set(`${typing.side}`, typing.atMs));
  }
  return [...byField.values()].flatMap(({ clientId, of }) => {
    const last = of.at(-1);
    const client = hub.clients.find((one) => one.id === clientId);
    if (last === undefined || !client || client.removedAt !== null) return [];
    if (unclear.has(clientId) || of.some((one) => wasOverwrittenUnread(scene, one))) return [];
    const latestMs = earliestTold(scene, last) - clearlyMs;
    // What nobody typed is as old as the world.
    const others = [...(touched.get(clientId) ?? [])].filter(([side]) => side !== `${last.side}`);
    const isClear = latestMs > startMs && others.every(([, atMs]) => atMs < latestMs);
    const held = hub.conflicts.some((one) => one.clientId === clientId && one.field === last.field);
    if (!isClear || held || last.field === "email") return [];
    if (isEmpty(last.value) && wasLinkedAfter(scene, clientId, last.atMs)) return [];
    const final = client.fields[last.field] ?? null;
    const lenses = world.places.flatMap((place) => place.provider.clients?.lens ?? []);
    const same = lenses.some((lens) =>
      sameValue(
        lens.normal({ [last.field]: final })[last.field],
        lens.normal({ [last.field]: last.value })[last.field],
      ),
    );
    if (same || of.some((typing) => isReturn(scene, clientId, typing))) return [];
    return [
      violation(
        "wrong-winner",
        "1",
        `${last.field} of client ${clientId} is ${show(final)}; ${show(last.value)} was typed last, at ${last.side}`,
      ),
    ];
  });
}

/** When the edit may seem to have been made: where records tell no times, perhaps as early as the pass before it. */
function earliestTold({ world, chronicle }: Scene, { side, atMs }: Typing): number {
  if (side === "here" || world.places[side]?.account.tellsTimes) return atMs;
  return chronicle.passes[side]?.findLast(({ endedMs }) => endedMs <= atMs)?.startedMs ?? 0;
}

/** Where two first meet, a value beats none, whenever that was emptied (law 1). */
function wasLinkedAfter({ world }: Scene, clientId: string, atMs: number): boolean {
  return world.journal.some(
    (change) =>
      change.clientId === clientId && change.action !== "update" && toEpochMs(change.at) >= atMs,
  );
}

/** It had arrived here, and a person typed another one over it, here or on another side. */
function isRetyped({ world, chronicle }: Scene, clientId: string, typing: Typing): boolean {
  const { field, value, atMs } = typing;
  const later = chronicle.typed.filter(
    (one) => one !== typing && one.field === field && one.atMs >= atMs,
  );
  return world.journal.some(
    (change) =>
      change.clientId === clientId &&
      change.field === field &&
      sameValue(change.before, value) &&
      (change.rule === "edited-here" ||
        (change.rule === "remote-changed" &&
          later.some((one) => sameValue(normalValue(field, one.value), change.after)))),
  );
}

/** Where a stale write is not refused, an edit between its reading and its writing is lost unseen (law 6). */
function wasOverwrittenUnread({ world }: Scene, { side, id, afterRequest }: Typing): boolean {
  if (side === "here") return false;
  const place = world.places[side];
  if (place === undefined || place.account.refusesStale) return false;
  const next = place.account.sandbox.control
    .ledger(afterRequest)
    .find(({ path }) => path.includes(encodeURIComponent(id)));
  return next?.wrote === true;
}

/** Back to what the client had before: against the base that is no change (law 1). */
function isReturn({ world }: Scene, clientId: string, { atMs, field, value }: Typing): boolean {
  return world.journal.some(
    (change) =>
      change.clientId === clientId &&
      change.field === field &&
      toEpochMs(change.at) < atMs &&
      [change.before, change.after].some((before) => sameValue(before, value)),
  );
}

/** Providers tell times by the second, and answers by their Date header too. */
const clearlyMs = 5000;

function isPlain(rules: Rules): boolean {
  return (
    rules.direction === "both" &&
    Object.keys(rules.fieldDirections).length === 0 &&
    rules.conflict.default === "last-write-wins" &&
    Object.keys(rules.conflict.fields).length === 0 &&
    rules.clear.default === "propagate" &&
    Object.keys(rules.clear.fields).length === 0
  );
}
