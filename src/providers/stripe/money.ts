import type { Instant } from "../../lib/clock.ts";
import { isRecord } from "../../lib/json.ts";
import type { ActivityMetadata, ActivityObservation, ActivityType } from "../../model/activity.ts";
import { scaleMoney, type Money } from "../../model/money.ts";
import { isEmail, normalEmail } from "../../model/normal.ts";
import { readId, readRecord, readText, UnreadableRecord } from "../kit/records.ts";
import { toldInstant } from "../kit/times.ts";

/** Stripe's objects that are activities here, in the order in which a full listing reads them. */
export const moneyKinds = ["invoice", "payment_intent", "charge", "refund"] as const;
export type MoneyKind = (typeof moneyKinds)[number];

/** A payment through a PaymentIntent has its charges as well: it is one activity, under the intent's id. */
export const typeOf: Readonly<Record<MoneyKind, ActivityType>> = {
  invoice: "invoice",
  payment_intent: "payment",
  charge: "payment",
  refund: "refund",
};

export interface SeenMoney {
  readonly requestedAt: Instant;
  /** The dashboard's origin and mode; null where it is not Stripe itself that is talked to. */
  readonly dashboard: string | null;
}

/**
 * An object as an activity; null for what is none: a payment that was never tried, and a charge whose PaymentIntent
 * stands for it. Throws UnreadableRecord.
 */
export function readMoney(
  kind: MoneyKind,
  value: unknown,
  seen: SeenMoney,
): ActivityObservation | null {
  const record = readRecord(value, `the ${kind}`);
  const read = readers[kind](record, seen);
  if (read === null) return null;
  const id = readId(record["id"], "id");
  return {
    type: typeOf[kind],
    externalId: id,
    externalUrl: null,
    description: null,
    durationMinutes: null,
    occurredAt: instantAt(record["created"], "created"),
    status: readText(record["status"], "status"),
    customerId: idOf(record["customer"], "customer"),
    participants: [],
    metadata: {},
    state: "present",
    requestedAt: seen.requestedAt,
    ...read,
  };
}

/** What a record that is gone leaves to say. */
export function goneMoney(kind: MoneyKind, id: string, requestedAt: Instant): ActivityObservation {
  return {
    type: typeOf[kind],
    externalId: id,
    externalUrl: null,
    title: "",
    description: null,
    durationMinutes: null,
    occurredAt: requestedAt,
    status: null,
    money: null,
    customerId: null,
    participants: [],
    metadata: {},
    state: "deleted",
    requestedAt,
  };
}

type Read = Partial<ActivityObservation> & Pick<ActivityObservation, "title" | "money">;
type Wire = Readonly<Record<string, unknown>>;

const readers: Readonly<Record<MoneyKind, (record: Wire, seen: SeenMoney) => Read | null>> = {
  invoice: readInvoice,
  payment_intent: readIntent,
  charge: readCharge,
  refund: readRefund,
};

/** https://docs.stripe.com/api/invoices/object. Its payments are its own list since 2025-03-31.basil. */
function readInvoice(record: Wire, seen: SeenMoney): Read {
  const number = readText(record["number"], "number");
  const transitions = isRecord(record["status_transitions"]) ? record["status_transitions"] : {};
  const finalized = transitions["finalized_at"] ?? record["created"];
  return {
    title: number === null ? "Draft invoice" : `Invoice ${number}`,
    description: readText(record["description"], "description"),
    occurredAt: instantAt(finalized, "finalized_at"),
    money: amountOf(record, "total"),
    externalUrl: pageOf(seen, "invoices", record["id"]),
    participants: addresses(record["customer_email"]),
    metadata: named({
      number,
      due_at:
        typeof record["due_date"] === "number" ? instantAt(record["due_date"], "due_date") : null,
      payments: paymentsOf(record["payments"]),
    }),
  };
}

/** https://docs.stripe.com/api/payment_intents/object */
function readIntent(record: Wire, seen: SeenMoney): Read | null {
  const status = readText(record["status"], "status");
  const charge = idOf(record["latest_charge"], "latest_charge");
  const isUntried = charge === null && !["succeeded", "processing"].includes(status ?? "");
  if (isUntried) return null;
  return {
    title: "Payment",
    description: readText(record["description"], "description"),
    money: amountOf(record, status === "succeeded" ? "amount_received" : "amount"),
    externalUrl: pageOf(seen, "payments", record["id"]),
    participants: addresses(record["receipt_email"]),
    metadata: named({ charge }),
  };
}

/** https://docs.stripe.com/api/charges/object */
function readCharge(record: Wire, seen: SeenMoney): Read | null {
  if (idOf(record["payment_intent"], "payment_intent") !== null) return null;
  const billing = isRecord(record["billing_details"]) ? record["billing_details"] : {};
  return {
    title: "Payment",
    description: readText(record["description"], "description"),
    money: amountOf(record, "amount"),
    externalUrl: pageOf(seen, "payments", record["id"]),
    participants: addresses(billing["email"], record["receipt_email"]),
  };
}

/** https://docs.stripe.com/api/refunds/object */
function readRefund(record: Wire, seen: SeenMoney): Read {
  const payment = paymentOf(record);
  return {
    title: "Refund",
    description: readText(record["reason"], "reason")?.replaceAll("_", " ") ?? null,
    money: amountOf(record, "amount"),
    externalUrl: payment === null ? null : pageOf(seen, "payments", payment),
    metadata: named({ payment }),
  };
}

/** The id of the payment that a refund gives back, as its activity has it. */
function paymentOf(record: Wire): string | null {
  return idOf(record["payment_intent"], "payment_intent") ?? idOf(record["charge"], "charge");
}

/** The ids of an invoice's payments. */
function paymentsOf(list: unknown): readonly string[] {
  const entries = isRecord(list) && Array.isArray(list["data"]) ? list["data"] : [];
  return entries.flatMap((entry: unknown) => {
    const payment = isRecord(entry) && isRecord(entry["payment"]) ? entry["payment"] : {};
    const id = idOf(payment["payment_intent"], "payment") ?? idOf(payment["charge"], "payment");
    return id === null ? [] : [id];
  });
}

/**
 * Stripe's own decimals, where they are not two (https://docs.stripe.com/currencies). They are not ISO 4217's: MGA
 * has none here, and ISK and UGX, though they have none by now, are still told in hundredths.
 */
const stripeDigits: ReadonlyMap<string, number> = new Map([
  ..."BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF"
    .split(" ")
    .map((code) => [code, 0] as const),
  ..."BHD JOD KWD OMR TND".split(" ").map((code) => [code, 3] as const),
]);

/** A Stripe amount as ISO 4217 counts it; null where it cannot be. */
export function stripeMoney(amount: number, currency: string): Money | null {
  const code = currency.toUpperCase();
  return scaleMoney(amount, stripeDigits.get(code) ?? 2, code);
}

function amountOf(record: Wire, key: string): Money {
  const [amount, currency] = [record[key], record["currency"]];
  const money =
    typeof amount === "number" && typeof currency === "string"
      ? stripeMoney(amount, currency)
      : null;
  if (money === null) throw new UnreadableRecord(`${key} is no amount of its currency`);
  return money;
}

/** As Stripe tells it: what is on an invoice is not moved by the difference between two clocks. */
function instantAt(seconds: unknown, what: string): Instant {
  const told =
    typeof seconds === "number" && Number.isSafeInteger(seconds)
      ? toldInstant(seconds * 1000)
      : null;
  if (told === null) throw new UnreadableRecord(`${what} is no time`);
  return told;
}

/** An id, or the object where the request asked for it. */
function idOf(value: unknown, what: string): string | null {
  if (value === null || value === undefined) return null;
  return readId(isRecord(value) ? value["id"] : value, what);
}

function addresses(...values: readonly unknown[]): readonly string[] {
  const texts = values.flatMap((value) => (typeof value === "string" ? [normalEmail(value)] : []));
  return [...new Set(texts.filter(isEmail))];
}

function named(
  facts: Readonly<Record<string, string | readonly string[] | null>>,
): ActivityMetadata {
  return Object.fromEntries(
    Object.entries(facts).filter(
      (fact): fact is [string, string | readonly string[]] =>
        fact[1] !== null && fact[1].length > 0,
    ),
  );
}

function pageOf({ dashboard }: SeenMoney, place: string, id: unknown): string | null {
  return dashboard === null ? null : `${dashboard}/${place}/${encodeURIComponent(String(id))}`;
}
