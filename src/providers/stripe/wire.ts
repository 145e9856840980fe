import type Stripe from "stripe";
import { AstralisError, ProviderError } from "../../lib/errors.ts";
import { retryAfterSeconds } from "../../lib/http.ts";
import { isRecord } from "../../lib/json.ts";
import type { Account } from "../../model/connection.ts";
import {
  AnswerError,
  malformed,
  refusedRequest,
  unavailable,
  unwrapped,
  type FailedAnswer,
} from "../kit/answers.ts";
import {
  isId,
  readId,
  readObject,
  readRecord,
  readText,
  UnreadableRecord,
} from "../kit/records.ts";
import { createTransport } from "../kit/transport.ts";
import type { Session } from "../provider.ts";
import type { MoneyKind } from "./money.ts";

/** The version that the adapter is written against; the library sends the same one by itself. */
export const apiVersion = "2026-10-28.endive";

/** Under this key a customer's metadata carries the id of ours. */
export const ownIdKey = "astralis_client_id";

export interface Address {
  readonly line1: string | null;
  readonly line2: string | null;
  readonly city: string | null;
  readonly state: string | null;
  readonly postal_code: string | null;
  readonly country: string | null;
}

/** https://docs.stripe.com/api/customers/object, as far as it is read here. */
export interface Customer {
  readonly id: string;
  /** A deleted customer has nothing but its id. */
  readonly deleted: boolean;
  readonly livemode: boolean;
  readonly created: number | null;
  readonly email: string | null;
  readonly name: string | null;
  readonly business_name: string | null;
  readonly phone: string | null;
  readonly description: string | null;
  readonly address: Address | null;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Parameters of a create or an update; empty text clears. */
export interface CustomerPatch {
  email?: string;
  name?: string;
  business_name?: string;
  phone?: string;
  description?: string;
  address?: "" | Readonly<Record<string, string>>;
}

/** A change of a customer (https://docs.stripe.com/api/events/object). */
export interface CustomerEvent {
  readonly id: string;
  /** Seconds since 1970, by Stripe's clock. */
  readonly created: number;
  readonly customerId: string;
  /** What an update changed, by name; null where the event does not say, or is not in our version. */
  readonly changed: readonly string[] | null;
}

/** A page of a list, unparsed; newest first. */
export interface WirePage {
  readonly entries: readonly unknown[];
  readonly hasMore: boolean;
}

export interface WriteOptions {
  readonly key: string;
}

/** What a write answered; `replayed` says that it is the answer of an earlier call under the same key. */
export interface Written {
  readonly customer: unknown;
  readonly replayed: boolean;
}

export interface StripeWire {
  toOurTime(providerMs: number): number;
  toProviderTime(ourMs: number): number;
  account(): Promise<Account>;
  listCustomers(parameters: Stripe.CustomerListParams): Promise<WirePage>;
  searchCustomers(query: string): Promise<readonly unknown[]>;
  listEvents(parameters: Stripe.EventListParams): Promise<WirePage>;
  retrieve(id: string): Promise<unknown>;
  create(parameters: Stripe.CustomerCreateParams, options: WriteOptions): Promise<Written>;
  update(
    id: string,
    parameters: Stripe.CustomerUpdateParams,
    options: WriteOptions,
  ): Promise<Written>;
  remove(id: string): Promise<unknown>;
  /** Invoices come with their payments. */
  listMoney(kind: MoneyKind, parameters: MoneyListParams): Promise<WirePage>;
  retrieveMoney(kind: MoneyKind, id: string): Promise<unknown>;
}

/** What every list of money takes. */
export interface MoneyListParams {
  readonly limit: number;
  readonly starting_after?: string;
  readonly created?: { readonly lte: number };
}

/** Throws AnswerError for what only the verb can judge: an unknown id, a refused parameter. */
export function openWire(session: Session): StripeWire {
  const { clock } = session.deps;
  const transport = createTransport(session, {
    title: "Stripe",
    waitSeconds: (answer) => {
      const { code } = errorOf(answer);
      if (answer.status !== 429 && code !== "rate_limit") return null;
      // Another request may hold the same customer: that passes sooner than a spent quota.
      return retryAfterSeconds(answer.headers, clock) ?? (code === "lock_timeout" ? 1 : 2);
    },
  });
  let loading: Promise<Stripe> | null = null;
  const call = async <Answer>(work: (stripe: Stripe) => Promise<Answer>): Promise<Answer> => {
    loading ??= loadStripe(session.endpoints.api, transport.sdkFetch);
    try {
      return await work(await loading);
    } catch (error) {
      throw judged(unwrapped(error));
    }
  };
  return {
    toOurTime: (providerMs) => transport.toOurTime(providerMs),
    toProviderTime: (ourMs) => transport.toProviderTime(ourMs),
    account: async () => {
      const account = await call((stripe) => stripe.accounts.retrieveCurrent());
      return parseAccount(account);
    },
    listCustomers: async (parameters) =>
      parsePage(await call((stripe) => stripe.customers.list(parameters))),
    searchCustomers: async (query) =>
      parsePage(await call((stripe) => stripe.customers.search({ query, limit: 100 }))).entries,
    listEvents: async (parameters) =>
      parsePage(await call((stripe) => stripe.events.list(parameters))),
    retrieve: (id) => call((stripe) => stripe.customers.retrieve(id)),
    create: async (parameters, { key }) =>
      writtenOf(
        await call((stripe) => stripe.customers.create(parameters, { idempotencyKey: key })),
      ),
    update: async (id, parameters, { key }) =>
      writtenOf(
        await call((stripe) => stripe.customers.update(id, parameters, { idempotencyKey: key })),
      ),
    remove: (id) => call((stripe) => stripe.customers.del(id)),
    listMoney: async (kind, parameters) =>
      parsePage(await call((stripe) => moneyVerbs[kind].list(stripe, { ...parameters }))),
    retrieveMoney: (kind, id) => call((stripe) => moneyVerbs[kind].retrieve(stripe, id)),
  };
}

interface MoneyVerbs {
  list(stripe: Stripe, parameters: Stripe.PaginationParams): Promise<unknown>;
  retrieve(stripe: Stripe, id: string): Promise<unknown>;
}

const moneyVerbs: Readonly<Record<MoneyKind, MoneyVerbs>> = {
  invoice: {
    list: (stripe, parameters) =>
      stripe.invoices.list({ ...parameters, expand: ["data.payments"] }),
    retrieve: (stripe, id) => stripe.invoices.retrieve(id, { expand: ["payments"] }),
  },
  payment_intent: {
    list: (stripe, parameters) => stripe.paymentIntents.list(parameters),
    retrieve: (stripe, id) => stripe.paymentIntents.retrieve(id),
  },
  charge: {
    list: (stripe, parameters) => stripe.charges.list(parameters),
    retrieve: (stripe, id) => stripe.charges.retrieve(id),
  },
  refund: {
    list: (stripe, parameters) => stripe.refunds.list(parameters),
    retrieve: (stripe, id) => stripe.refunds.retrieve(id),
  },
};

function writtenOf(customer: Stripe.Response<unknown>): Written {
  // With a fetch beneath it the library hands out that answer's own headers, whatever its types say.
  const headers: unknown = customer.lastResponse.headers;
  const replayed = headers instanceof Headers && headers.get("idempotent-replayed") === "true";
  return { customer, replayed };
}

/** The library does nothing but spell requests: the transport beneath it signs, judges and never retries. */
async function loadStripe(api: string, fetch: typeof globalThis.fetch) {
  const { default: StripeClient } = await import("stripe");
  const { protocol, hostname, port } = new URL(api);
  return new StripeClient("set-by-the-transport", {
    apiVersion,
    protocol: protocol === "http:" ? "http" : "https",
    host: hostname,
    port: port === "" ? (protocol === "http:" ? 80 : 443) : Number(port),
    maxNetworkRetries: 0,
    telemetry: false,
    // The fetch beneath has its own, shorter one.
    timeout: 600_000,
    httpClient: StripeClient.createFetchHttpClient(fetch),
  });
}

/** The parts of Stripe's error body that name things without repeating values. */
export function errorOf(answer: FailedAnswer): { code: string; param: string; type: string } {
  const error = isRecord(answer.body) && isRecord(answer.body["error"]) ? answer.body["error"] : {};
  return { code: word(error["code"]), param: word(error["param"]), type: word(error["type"]) };
}

function word(value: unknown): string {
  return typeof value === "string" && /^[\w[\].-]{1,64}$/.test(value) ? value : "";
}

/** An id that does not exist, as opposed to a parameter that names none. */
export function isMissing(error: unknown): error is AnswerError {
  return (
    error instanceof AnswerError &&
    (error.answer.status === 404 || errorOf(error.answer).code === "resource_missing")
  );
}

/** A refusal of a write in our words; null where the error is something else. */
export function refusalOf(error: unknown): string | null {
  if (!(error instanceof AnswerError) || ![400, 402, 422].includes(error.answer.status))
    return null;
  const { code, param } = errorOf(error.answer);
  const what = param === "" ? "the customer" : `the customer's ${param}`;
  return `Stripe does not accept ${what}${code === "" ? "" : ` (${code})`}`;
}

function judged(error: unknown): unknown {
  if (error instanceof AstralisError) return error;
  if (!(error instanceof AnswerError)) return malformedUnless(error);
  const { answer } = error;
  const { type, code } = errorOf(answer);
  if (answer.status === 409 || code === "idempotency_key_in_use")
    return unavailable("Stripe is still at work on the same request", answer.write, {
      afterSeconds: 2,
    });
  if (type === "idempotency_error")
    return new ProviderError(
      "provider-refused",
      "Stripe has carried out another request under the same key",
      { executed: "unknown" },
    );
  return [400, 402, 404, 422].includes(answer.status) ? error : refusedRequest("Stripe", answer);
}

/** The library itself stumbled over an answer: what is left are its own errors, whose text may hold values. */
function malformedUnless(error: unknown): unknown {
  const ofLibrary = error instanceof Error && "rawType" in error;
  return ofLibrary ? malformed("Stripe's answer could not be read", true) : error;
}

export function parsePage(value: unknown): WirePage {
  if (!isRecord(value) || !Array.isArray(value["data"]) || typeof value["has_more"] !== "boolean")
    throw malformed("Stripe answered something else than a list", false);
  return { entries: value["data"], hasMore: value["has_more"] };
}

export function parseCustomer(value: unknown): Customer {
  const record = readRecord(value, "the customer");
  const text = (key: string) => readText(record[key], key);
  const { address, created } = record;
  return {
    id: readId(record["id"], "id"),
    deleted: record["deleted"] === true,
    livemode: record["livemode"] === true,
    created: isSeconds(created) ? created : null,
    email: text("email"),
    name: text("name"),
    business_name: text("business_name"),
    phone: text("phone"),
    description: text("description"),
    address: address === undefined || address === null ? null : parseAddress(address),
    metadata: parseMetadata(record["metadata"]),
  };
}

function isSeconds(value: unknown): value is number {
  return Number.isSafeInteger(value);
}

function parseAddress(value: unknown): Address {
  const record = readObject(value, "address");
  const text = (key: string) => readText(record[key], `address.${key}`);
  return {
    line1: text("line1"),
    line2: text("line2"),
    city: text("city"),
    state: text("state"),
    postal_code: text("postal_code"),
    country: text("country"),
  };
}

function parseMetadata(value: unknown): Readonly<Record<string, string>> {
  if (value === undefined || value === null) return {};
  const entries = Object.entries(readObject(value, "metadata"));
  return Object.fromEntries(entries.map(([key, text]) => [key, readText(text, "metadata") ?? ""]));
}

export function parseEvent(value: unknown): CustomerEvent {
  const record = readRecord(value, "the event");
  const payload = readObject(record["data"], "the event's data");
  const { created } = record;
  if (!isSeconds(created)) throw new UnreadableRecord("the event's time is missing");
  const previous = payload["previous_attributes"];
  const known = record["type"] === "customer.updated" && record["api_version"] === apiVersion;
  return {
    id: readId(record["id"], "the event's id"),
    created,
    customerId: readId(readObject(payload["object"], "the event's object")["id"], "id"),
    changed: known && isRecord(previous) ? Object.keys(previous) : null,
  };
}

function parseAccount(value: unknown): Account {
  const { id, settings, business_profile: profile, email } = isRecord(value) ? value : {};
  if (!isId(id)) throw malformed("Stripe's answer names no account", false);
  const dashboard =
    isRecord(settings) && isRecord(settings["dashboard"]) ? settings["dashboard"] : {};
  const names = [dashboard["display_name"], isRecord(profile) ? profile["name"] : null, email];
  const name = names.find((item) => typeof item === "string" && item !== "");
  return { id, name: typeof name === "string" ? name : id };
}
