import type { Instant } from "../../lib/clock.ts";
import type { Filter } from "../../model/connection.ts";
import { normalEmail } from "../../model/normal.ts";
import type { Observation } from "../../model/observation.ts";
import { outsideOf } from "../kit/filter.ts";
import { toldInstant } from "../kit/times.ts";
import { unmetIn } from "./filter.ts";
import { customerLens } from "./lens.ts";
import { ownIdKey, type Customer, type StripeWire } from "./wire.ts";

export interface ObserveOptions {
  readonly requestedAt: Instant;
  /** When the customer was edited, in seconds by Stripe's clock, where an event tells it. */
  readonly editedAt?: number;
}

/** Turns a customer into what the engine sees. */
export type Observe = (customer: Customer, options: ObserveOptions) => Observation;

/** `linked` says whether it is Stripe itself, with its dashboard, that is talked to. */
export function createObserve(
  wire: StripeWire,
  linked: boolean,
  filter: Filter | null = null,
): Observe {
  return (customer, { requestedAt, editedAt }) => ({
    externalId: customer.id,
    externalType: "customer",
    externalUrl: linked ? pageOf(customer) : null,
    state: customer.deleted ? "deleted" : "present",
    mergedInto: null,
    version: null,
    modifiedAt: editedAt === undefined ? null : toldInstant(wire.toOurTime(editedAt * 1000)),
    requestedAt,
    fields: customer.deleted ? {} : customerLens.get(customer),
    emails: [normalEmail(customer.email ?? "")].filter((email) => email !== ""),
    phones: customer.phone === null ? [] : [customer.phone],
    ownId: customer.metadata[ownIdKey] ?? null,
    ...(customer.deleted ? {} : outsideOf(unmetIn(filter, customer))),
  });
}

function pageOf(customer: Customer): string {
  const mode = customer.livemode ? "" : "test/";
  return `https://dashboard.stripe.com/${mode}customers/${encodeURIComponent(customer.id)}`;
}
