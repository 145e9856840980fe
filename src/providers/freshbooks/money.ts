import type { Instant } from "../../lib/clock.ts";
import { isRecord } from "../../lib/json.ts";
import type { ActivityObservation, ActivityType } from "../../model/activity.ts";
import { parseMoney, type Money } from "../../model/money.ts";
import { readRecord, readText, UnreadableRecord } from "../kit/records.ts";
import { title as provider } from "./answers.ts";
import { readEastern, type Told } from "./eastern.ts";

/** FreshBooks' lists that are activities here. */
export const moneyKinds = ["invoices", "payments"] as const;
export type MoneyKind = (typeof moneyKinds)[number];

export const typeOf: Readonly<Record<MoneyKind, ActivityType>> = {
  invoices: "invoice",
  payments: "payment",
};

export interface SeenMoney {
  readonly requestedAt: Instant;
  /** Whether it is FreshBooks itself, with its pages, that is talked to. */
  readonly linked: boolean;
}

/** An activity, and when its record last changed; null where that cannot be told. */
export interface ReadMoney {
  readonly observation: ActivityObservation;
  readonly updated: Told | null;
}

/** Throws UnreadableRecord. https://www.freshbooks.com/api/invoices, https://www.freshbooks.com/api/payments */
export function readMoney(kind: MoneyKind, value: unknown, seen: SeenMoney): ReadMoney {
  const record = readRecord(value, `the entry of ${kind}`);
  const updated = readText(record["updated"], "updated");
  return {
    observation: kind === "invoices" ? readInvoice(record, seen) : readPayment(record, seen),
    updated: updated === null ? null : readEastern(updated),
  };
}

type Wire = Readonly<Record<string, unknown>>;

function readInvoice(record: Wire, { requestedAt, linked }: SeenMoney): ActivityObservation {
  const id = idOf(record["id"], "id");
  const number = readText(record["invoice_number"], "invoice_number");
  const due = readText(record["due_date"], "due_date");
  return {
    type: "invoice",
    externalId: id,
    externalUrl: linked ? `https://my.freshbooks.com/#/invoice/${id}` : null,
    title: number === null || number === "" ? "Invoice" : `Invoice ${number}`,
    description: emptyAsNull(readText(record["description"], "description")),
    occurredAt: dayOf(record["create_date"], "create_date"),
    durationMinutes: null,
    status: readText(record["v3_status"], "v3_status"),
    money: amountOf(record["amount"]),
    customerId: idOf(record["customerid"], "customerid"),
    participants: [],
    metadata: {
      ...(number ? { number } : {}),
      ...(due ? { due_at: dayOf(due, "due_date") } : {}),
    },
    state: record["vis_state"] === 1 ? "deleted" : "present",
    requestedAt,
  };
}

function readPayment(record: Wire, { requestedAt, linked }: SeenMoney): ActivityObservation {
  const id = idOf(record["id"], "id");
  const invoice = idOf(record["invoiceid"], "invoiceid");
  const kind = readText(record["type"], "type");
  return {
    type: "payment",
    externalId: id,
    // A payment has no page of its own: it stands on its invoice's.
    externalUrl: linked ? `https://my.freshbooks.com/#/invoice/${invoice}` : null,
    title: kind === null || kind === "" ? "Payment" : `Payment (${kind})`,
    description: emptyAsNull(readText(record["note"], "note")),
    occurredAt: dayOf(record["date"], "date"),
    durationMinutes: null,
    status: null,
    money: amountOf(record["amount"]),
    customerId: idOf(record["clientid"], "clientid"),
    participants: [],
    metadata: { invoices: [invoice] },
    state: record["vis_state"] === 1 ? "deleted" : "present",
    requestedAt,
  };
}

/** Ids are numbers there. */
function idOf(value: unknown, what: string): string {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return String(value);
  if (typeof value === "string" && /^\d{1,20}$/.test(value)) return value;
  throw new UnreadableRecord(`${what} is no id of ${provider}'s`);
}

/** A text with a point: read digit by digit. */
function amountOf(value: unknown): Money {
  const { amount, code } = isRecord(value) ? value : {};
  const money =
    typeof amount === "string" && typeof code === "string" ? parseMoney(amount, code) : null;
  if (money === null) throw new UnreadableRecord("amount is no amount of its currency");
  return money;
}

/** Invoices and payments have a day and no time: it is kept as that day's beginning in UTC. */
function dayOf(value: unknown, what: string): Instant {
  const text = readText(value, what) ?? "";
  const at = `${text}T00:00:00.000Z`;
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text) || Number.isNaN(Date.parse(at)))
    throw new UnreadableRecord(`${what} is no day`);
  return at;
}

function emptyAsNull(text: string | null): string | null {
  return text === "" ? null : text;
}
