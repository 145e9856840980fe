import type { Instant } from "../lib/clock.ts";
import { stableJson } from "../lib/json.ts";
import { activityKey } from "../model/activity.ts";
import type { Activity, ActivityFacts, ActivityObservation } from "../model/activity.ts";
import type { Mapping } from "../model/mapping.ts";

/** What a page of activities is compared with. */
export interface KnownActivities {
  readonly activities: readonly Activity[];
  /** Of the records that the activities name as their customers, in whatever state. */
  readonly mappings: readonly Mapping[];
}

export interface ActivityCircumstances {
  readonly orgId: string;
  readonly connectionId: string;
  readonly at: Instant;
  readonly ids: () => string;
}

export interface TakenActivities {
  readonly put: readonly Activity[];
  readonly created: number;
  readonly updated: number;
  readonly deleted: number;
}

/**
 * Takes observations into the timeline: a new one becomes a row, a newer one changes its row in place, an older one
 * is dropped (law 6). The client is the one that the customer's record is mapped to: also where that record is a
 * duplicate, was merged or unlinked, since a mapping is never dropped (law 7). Without one the activity waits.
 */
export function takeActivities(
  known: KnownActivities,
  seen: readonly ActivityObservation[],
  here: ActivityCircumstances,
): TakenActivities {
  const rows = new Map(known.activities.map((activity) => [activityKey(activity), activity]));
  const clients = new Map(
    known.mappings.map((mapping) => [mapping.externalId, mapping.clientId] as const),
  );
  const put = new Map<string, Activity>();
  for (const observation of seen) {
    const key = activityKey(observation);
    const before = put.get(key) ?? rows.get(key);
    const after = before ? changed(before, observation, here) : created(observation, here);
    if (after) put.set(key, linked(after, clients));
  }
  const counts = { created: 0, updated: 0, deleted: 0 };
  for (const [key, after] of put) {
    const before = rows.get(key);
    if (before === undefined) counts.created += 1;
    else if (after.state === "deleted" && before.state === "present") counts.deleted += 1;
    else if (!sameFacts(before, after)) counts.updated += 1;
  }
  return { put: [...put.values()], ...counts };
}

/** Of a record that was never seen there is nothing to keep once it is deleted. */
function created(seen: ActivityObservation, here: ActivityCircumstances): Activity | null {
  if (seen.state === "deleted") return null;
  return {
    ...seen,
    id: here.ids(),
    orgId: here.orgId,
    connectionId: here.connectionId,
    clientId: null,
    createdAt: here.at,
    updatedAt: here.at,
  };
}

function changed(
  before: Activity,
  seen: ActivityObservation,
  here: ActivityCircumstances,
): Activity | null {
  if (seen.requestedAt < before.requestedAt) return null;
  const { state, requestedAt } = seen;
  if (state === "deleted")
    return {
      ...before,
      state,
      requestedAt,
      ...(before.state === state ? {} : { updatedAt: here.at }),
    };
  // Another customer's: the client that it had is no longer its own.
  const clientId = seen.customerId === before.customerId ? before.clientId : null;
  const after = { ...before, ...seen, clientId };
  return sameFacts(before, after) ? after : { ...after, updatedAt: here.at };
}

function linked(activity: Activity, clients: ReadonlyMap<string | null, string>): Activity {
  const { customerId } = activity;
  const clientId = customerId === null ? undefined : clients.get(customerId);
  return clientId === undefined ? activity : { ...activity, clientId };
}

function sameFacts(a: Activity, b: Activity): boolean {
  return stableJson(facts(a)) === stableJson(facts(b));
}

function facts(activity: Activity): ActivityFacts & Pick<Activity, "state"> {
  const {
    id: _id,
    orgId: _org,
    connectionId: _connection,
    clientId: _client,
    requestedAt: _requested,
    createdAt: _created,
    updatedAt: _updated,
    ...rest
  } = activity;
  return rest;
}
