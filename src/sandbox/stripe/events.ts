import { randomText } from "../kit/random.ts";
import type { World } from "../kit/vendor.ts";
import { createTimeline, type Page, type PageRequest } from "./timeline.ts";

export const apiVersion = "2026-10-28.endive";

/** The request that causes an event; without an id where nobody asked for it through the API. */
export interface Cause {
  readonly id: string | null;
  readonly idempotencyKey: string | null;
}

export interface StripeEvent {
  readonly id: string;
  readonly created: number;
  readonly type: string;
  readonly object: Readonly<Record<string, unknown>>;
  readonly previousAttributes: Readonly<Record<string, unknown>> | null;
  readonly cause: Cause;
}

export interface EventLog {
  record(
    type: string,
    object: Readonly<Record<string, unknown>>,
    options: {
      readonly cause: Cause;
      readonly previousAttributes?: Readonly<Record<string, unknown>>;
      /** Seconds since 1970; now where it is left out. */
      readonly created?: number;
    },
  ): void;
  /** One of the last 30 days. */
  get(id: string): StripeEvent | undefined;
  knows(id: string): boolean;
  /** Of the last 30 days, newest first. */
  page(request: PageRequest<StripeEvent>): Page<StripeEvent>;
  all(): readonly StripeEvent[];
  clear(): void;
}

const keptSeconds = 30 * 24 * 60 * 60;

export function createEventLog(world: World): EventLog {
  const events = createTimeline<StripeEvent>();
  const nowSeconds = () => Math.floor(world.now() / 1000);
  return {
    record: (type, object, { cause, previousAttributes, created }) =>
      events.add({
        id: `evt_1${randomText(() => world.random(), 23)}`,
        created: created ?? nowSeconds(),
        type,
        object,
        previousAttributes: previousAttributes ?? null,
        cause,
      }),
    get: (id) => {
      const event = events.get(id);
      return event !== undefined && event.created >= nowSeconds() - keptSeconds ? event : undefined;
    },
    knows: (id) => events.knows(id),
    page: (request) => {
      const gte = Math.max(request.range?.gte ?? 0, nowSeconds() - keptSeconds);
      return events.page({ ...request, range: { ...request.range, gte } });
    },
    all: () => events.all(),
    clear: () => events.clear(),
  };
}

export function showEvent(event: StripeEvent): Record<string, unknown> {
  return {
    id: event.id,
    object: "event",
    api_version: apiVersion,
    created: event.created,
    data: {
      object: event.object,
      ...(event.previousAttributes === null
        ? {}
        : { previous_attributes: event.previousAttributes }),
    },
    livemode: false,
    pending_webhooks: 0,
    request: { id: event.cause.id, idempotency_key: event.cause.idempotencyKey },
    type: event.type,
  };
}

/**
 * The former values of what changed. Of an object on both sides only its changed members; a member that was not
 * there is null. Empty where nothing changed.
 */
export function previousAttributes(
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const previous: Record<string, unknown> = {};
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const [old, fresh] = [before[name], after[name]];
    if (JSON.stringify(old) === JSON.stringify(fresh)) continue;
    previous[name] =
      isRecord(old) && isRecord(fresh) ? previousAttributes(old, fresh) : (old ?? null);
  }
  return previous;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
