import type { Instant } from "../../lib/clock.ts";
import { isRecord } from "../../lib/json.ts";
import type { ActivityMetadata, ActivityObservation, ActivityType } from "../../model/activity.ts";
import { parseMoney, type Money } from "../../model/money.ts";
import { isEmail, normalEmail } from "../../model/normal.ts";
import { readId, readObjects, readRecord, readText, UnreadableRecord } from "../kit/records.ts";

/** QuickBooks' transactions that are activities here, in the order in which a full listing reads them. */
export const moneyEntities = ["Invoice", "Payment", "CreditMemo"] as const;
export type MoneyEntity = (typeof moneyEntities)[number];

export const typeOf: Readonly<Record<MoneyEntity, ActivityType>> = {
  Invoice: "invoice",
  Payment: "payment",
  CreditMemo: "credit",
};

const pages: Readonly<Record<MoneyEntity, string>> = {
  Invoice: "invoice",
  Payment: "recvpayment",
  CreditMemo: "creditmemo",
};

export interface SeenMoney {
  readonly requestedAt: Instant;
  /** Whether it is QuickBooks itself, with its pages, that is talked to. */
  readonly linked: boolean;
}

/** A transaction as an activity. Throws UnreadableRecord. */
export function readMoney(
  entity: MoneyEntity,
  value: unknown,
  { requestedAt, linked }: SeenMoney,
): ActivityObservation {
  const record = readRecord(value, `the ${entity}`);
  const externalId = readId(record["Id"], "Id");
  const shared = {
    type: typeOf[entity],
    externalId,
    externalUrl: linked ? pageOf(entity, externalId) : null,
    durationMinutes: null,
    requestedAt,
  };
  if (record["status"] === "Deleted")
    return { ...shared, ...nothing, occurredAt: requestedAt, state: "deleted" };
  const number = readText(record[entity === "Payment" ? "PaymentRefNum" : "DocNumber"], "number");
  const email = isRecord(record["BillEmail"]) ? record["BillEmail"]["Address"] : null;
  const customer = record["CustomerRef"];
  return {
    ...shared,
    title: titleOf(entity, number),
    description: readText(record["PrivateNote"], "PrivateNote"),
    occurredAt: dayOf(record["TxnDate"], "TxnDate"),
    status: statusOf(entity, record),
    money: amountOf(record),
    customerId: isRecord(customer) ? readId(customer["value"], "CustomerRef") : null,
    participants: addressesOf(email),
    metadata: metadataOf(entity, record, number),
    state: "present",
  };
}

const nothing = {
  title: "",
  description: null,
  status: null,
  money: null,
  customerId: null,
  participants: [],
  metadata: {},
} as const;

function titleOf(entity: MoneyEntity, number: string | null): string {
  const name = { Invoice: "Invoice", Payment: "Payment", CreditMemo: "Credit memo" }[entity];
  return number === null || number === "" ? name : `${name} ${number}`;
}

/** QuickBooks has no word for it: what is left of the amount tells, and a voided one has none and says so in its note. */
function statusOf(entity: MoneyEntity, record: Readonly<Record<string, unknown>>): string {
  const [total, note] = [record["TotalAmt"], record["PrivateNote"]];
  if (total === 0 && typeof note === "string" && /^voided/i.test(note)) return "void";
  if (entity === "Payment") return isOpen(record["UnappliedAmt"]) ? "unapplied" : "applied";
  if (entity === "CreditMemo")
    return isOpen(record["RemainingCredit"] ?? record["Balance"]) ? "open" : "applied";
  if (!isOpen(record["Balance"])) return "paid";
  return record["Balance"] === total ? "open" : "partially-paid";
}

function isOpen(rest: unknown): boolean {
  return typeof rest === "number" && rest !== 0;
}

/** A JSON number; its shortest text has the decimals that were sent, and is read without arithmetic. */
function amountOf(record: Readonly<Record<string, unknown>>): Money {
  const [amount, ref] = [record["TotalAmt"], record["CurrencyRef"]];
  const currency = isRecord(ref) ? ref["value"] : null;
  const money =
    typeof amount === "number" && typeof currency === "string"
      ? parseMoney(String(amount), currency)
      : null;
  if (money === null) throw new UnreadableRecord("TotalAmt is no amount of its currency");
  return money;
}

function metadataOf(
  entity: MoneyEntity,
  record: Readonly<Record<string, unknown>>,
  number: string | null,
): ActivityMetadata {
  const due = readText(record["DueDate"], "DueDate");
  const linked =
    entity === "Payment"
      ? readObjects(record["Line"], "Line").flatMap((line) => linkedTo(line, "Invoice"))
      : linkedTo(record, "Payment");
  const name = entity === "Payment" ? "invoices" : "payments";
  return {
    ...(number ? { number } : {}),
    ...(due ? { due_at: dayOf(due, "DueDate") } : {}),
    ...(linked.length > 0 ? { [name]: [...new Set(linked)] } : {}),
  };
}

function linkedTo(record: Readonly<Record<string, unknown>>, type: string): readonly string[] {
  return readObjects(record["LinkedTxn"], "LinkedTxn")
    .filter((link) => link["TxnType"] === type)
    .flatMap((link) => readText(link["TxnId"], "TxnId") ?? []);
}

function addressesOf(text: unknown): readonly string[] {
  if (typeof text !== "string") return [];
  return [...new Set(text.split(/[,;]/).map(normalEmail).filter(isEmail))];
}

/** Transactions have a day and no time: it is kept as that day's beginning in UTC. */
function dayOf(value: unknown, what: string): Instant {
  const text = readText(value, what) ?? "";
  const at = `${text}T00:00:00.000Z`;
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text) || Number.isNaN(Date.parse(at)))
    throw new UnreadableRecord(`${what} is no day`);
  return at;
}

function pageOf(entity: MoneyEntity, id: string): string {
  return `https://qbo.intuit.com/app/${pages[entity]}?txnId=${encodeURIComponent(id)}`;
}
