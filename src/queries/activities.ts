import { toInstant } from "../lib/clock.ts";
import type { Activity, ActivityType } from "../model/activity.ts";
import type { ActivityMetadata } from "../model/activity.ts";
import type { ActivityFilter, PageOf, Store } from "../store/ports.ts";
import { connectionsById, findOrganization, nameOf } from "./names.ts";

/** An entry of a timeline as `--json` shows it. */
export interface ActivityDocument {
  readonly id: string;
  /** The client's id; null while its customer is no client here. */
  readonly client: string | null;
  readonly type: ActivityType;
  readonly title: string;
  readonly description?: string;
  readonly occurred_at: string;
  readonly duration_minutes?: number;
  readonly amount_minor?: number;
  readonly currency?: string;
  readonly status?: string;
  readonly participants: readonly string[];
  readonly metadata: ActivityMetadata;
  readonly connection: string;
  readonly external_id: string;
  readonly external_url: string | null;
}

export interface ActivitiesDocument {
  readonly activities: readonly ActivityDocument[];
  readonly next?: string;
}

/** What `clients show` says of the timeline. */
export interface TimelineDocument {
  readonly activities: number;
  readonly last_at: string | null;
}

export interface ActivityQuestion {
  readonly clientId?: string;
  readonly type?: ActivityType;
  readonly sinceMs?: number;
  readonly page: PageOf;
}

/** The newest first. */
export async function listActivities(
  store: Store,
  orgName: string,
  { clientId, type, sinceMs, page }: ActivityQuestion,
): Promise<ActivitiesDocument> {
  const org = await findOrganization(store, orgName);
  if (org === null) return { activities: [] };
  const filter: ActivityFilter = {
    ...(clientId === undefined ? {} : { clientId }),
    ...(type === undefined ? {} : { type }),
    ...(sinceMs === undefined ? {} : { since: toInstant(sinceMs) }),
  };
  const { items, next } = await store.reads.activities(org.id, filter, page);
  const connections = await connectionsById(store, org.id);
  const activities = items.map((activity) =>
    toDocument(activity, nameOf(connections, activity.connectionId)),
  );
  return { activities, ...(next === null ? {} : { next }) };
}

export async function timelineOf(store: Store, clientId: string): Promise<TimelineDocument> {
  const { activities, lastAt } = await store.reads.timeline(clientId);
  return { activities, last_at: lastAt };
}

function toDocument(activity: Activity, connection: string): ActivityDocument {
  const { description, durationMinutes, money, status } = activity;
  return {
    id: activity.id,
    client: activity.clientId,
    type: activity.type,
    title: activity.title,
    ...(description === null ? {} : { description }),
    occurred_at: activity.occurredAt,
    ...(durationMinutes === null ? {} : { duration_minutes: durationMinutes }),
    ...(money === null ? {} : { amount_minor: money.amountMinor, currency: money.currency }),
    ...(status === null ? {} : { status }),
    participants: activity.participants,
    metadata: activity.metadata,
    connection,
    external_id: activity.externalId,
    external_url: activity.externalUrl,
  };
}
