import { BadInput, readFields } from "../kit/input.ts";
import type { SandboxAnswer } from "../kit/vendor.ts";
import type { World } from "../kit/vendor.ts";
import type { Client } from "./client.ts";
import { easternText } from "./eastern.ts";
import { AccountingError, errno, invalidValue } from "./errors.ts";
import { dayOf, pageOf, perPageOf } from "./list-input.ts";

/** An invoice, or a payment of one; amounts are texts, as FreshBooks tells them. */
export interface Entry {
  readonly kind: "invoices" | "payments";
  readonly id: number;
  readonly client: number;
  readonly amount: string;
  readonly currency: string;
  readonly email: string | null;
  /** Of a payment. */
  readonly invoice: number | null;
  readonly isPaid: boolean;
  readonly isDraft: boolean;
  readonly visState: 0 | 1 | 2;
  readonly createdMs: number;
  readonly updatedMs: number;
}

/** The money of one business; people in FreshBooks act on it, the API here shows it. */
export interface MoneyStore {
  list(kind: Entry["kind"], query: URLSearchParams, accountId: string): SandboxAnswer;
  one(kind: Entry["kind"], id: string, accountId: string): SandboxAnswer;
  act(name: string, input: Readonly<Record<string, unknown>>): unknown;
  seed(clients: readonly Client[]): void;
  clear(): void;
}

export function createMoneyStore(
  world: World,
  clientOf: (id: number) => Client | undefined,
): MoneyStore {
  let entries = new Map<number, Entry>();
  let lastId = 500_000;
  const nowMs = () => Math.floor(world.now() / 1000) * 1000;
  const add = (entry: Omit<Entry, "id" | "visState" | "createdMs" | "updatedMs">, atMs: number) => {
    const id = (lastId += 1);
    const made: Entry = { ...entry, id, visState: 0, createdMs: atMs, updatedMs: atMs };
    entries.set(id, made);
    return made;
  };
  const known = (id: number | undefined) => {
    const found = entries.get(id ?? -1);
    if (found === undefined) throw new BadInput("There is no such invoice or payment.");
    return found;
  };
  const change = (entry: Entry, changes: Partial<Entry>) => {
    const changed = { ...entry, ...changes, updatedMs: nowMs() };
    entries.set(entry.id, changed);
    return changed;
  };
  const pay = (invoice: Entry, atMs: number) => {
    const { client, amount, currency, email } = invoice;
    const of = { client, amount, currency, email, isPaid: true, isDraft: false } as const;
    const payment = add({ ...of, kind: "payments", invoice: invoice.id }, atMs);
    entries.set(invoice.id, { ...invoice, isPaid: true, updatedMs: atMs });
    return payment;
  };
  const show = (entry: Entry, accountId: string) =>
    entry.kind === "invoices" ? showInvoice(entry, accountId) : showPayment(entry);

  return {
    list: (kind, query, accountId) => {
      for (const name of query.keys())
        if (!["page", "per_page", "search[vis_state]", "search[updated_min]"].includes(name))
          throw invalidValue(name, `The sandbox does not simulate ${name}.`);
      const visState = query.get("search[vis_state]");
      const since = query.get("search[updated_min]");
      const day = since === null ? "" : dayOf("updated_min", since);
      const shown = visState === null ? [0, 2] : [Number(visState)];
      const accepted = [...entries.values()].filter(
        (entry) =>
          entry.kind === kind &&
          shown.includes(entry.visState) &&
          easternText(entry.updatedMs) >= day,
      );
      const [page, perPage] = [pageOf(query.get("page")), perPageOf(query.get("per_page"))];
      const items = accepted.slice((page - 1) * perPage, page * perPage);
      return result({
        [kind]: items.map((entry) => show(entry, accountId)),
        page,
        pages: Math.ceil(accepted.length / perPage),
        per_page: perPage,
        total: accepted.length,
      });
    },
    one: (kind, id, accountId) => {
      const entry = entries.get(Number(id));
      if (entry?.kind === kind) return result({ [kind.slice(0, -1)]: show(entry, accountId) });
      const object = kind.slice(0, -1);
      throw new AccountingError(404, {
        errno: errno.unknownResource,
        field: `${object}id`,
        message: `${object === "invoice" ? "Invoice" : "Payment"} not found.`,
        object,
        value: id,
      });
    },
    act: (name, input) => {
      if (name === "invoice") {
        const fields = readFields(input, ["customer", "amount", "currency", "draft"]);
        const client = clientOf(Number(fields.text("customer")));
        if (client === undefined) throw new BadInput("There is no such client.");
        const made = add(
          {
            kind: "invoices",
            client: client.id,
            amount: fields.text("amount") ?? "10.00",
            currency: fields.text("currency") ?? "USD",
            email: client.texts.email,
            invoice: null,
            isPaid: false,
            isDraft: fields.boolean("draft") ?? false,
          },
          nowMs(),
        );
        return showInvoice(made, "");
      }
      if (name === "pay") {
        const fields = readFields(input, ["invoice"]);
        return showPayment(pay(known(Number(fields.text("invoice"))), nowMs()));
      }
      if (name !== "delete") throw new BadInput("There is invoice, pay, delete.");
      return show(change(known(Number(readFields(input, ["id"]).text("id"))), { visState: 1 }), "");
    },
    // A third of the clients has paid, a third owes.
    seed: (clients) => {
      for (const [index, client] of clients.entries()) {
        if (index % 3 === 2) continue;
        const invoice = add(
          {
            kind: "invoices",
            client: client.id,
            amount: `${100 + index}.50`,
            currency: "USD",
            email: client.texts.email,
            invoice: null,
            isPaid: false,
            isDraft: false,
          },
          client.signedUpMs,
        );
        if (index % 3 === 0) pay(invoice, client.signedUpMs);
      }
    },
    clear: () => {
      entries = new Map();
      lastId = 500_000;
    },
  };
}

/** https://www.freshbooks.com/api/invoices */
function showInvoice(entry: Entry, accountId: string): Record<string, unknown> {
  const { id, amount, currency: code, isPaid } = entry;
  return {
    accountid: accountId,
    accounting_systemid: accountId,
    amount: { amount, code },
    create_date: easternText(entry.createdMs).slice(0, 10),
    created_at: easternText(entry.createdMs),
    currency_code: code,
    customerid: entry.client,
    date_paid: isPaid ? easternText(entry.updatedMs).slice(0, 10) : null,
    description: null,
    due_date: easternText(entry.createdMs + 30 * 86_400_000).slice(0, 10),
    id,
    invoice_number: String(id).padStart(7, "0"),
    invoiceid: id,
    notes: "",
    outstanding: { amount: isPaid ? "0.00" : amount, code },
    paid: { amount: isPaid ? amount : "0.00", code },
    payment_status: isPaid ? "paid" : "unpaid",
    updated: easternText(entry.updatedMs),
    v3_status: isPaid ? "paid" : entry.isDraft ? "draft" : "sent",
    vis_state: entry.visState,
  };
}

/** https://www.freshbooks.com/api/payments */
function showPayment(entry: Entry): Record<string, unknown> {
  return {
    amount: { amount: entry.amount, code: entry.currency },
    clientid: entry.client,
    date: easternText(entry.createdMs).slice(0, 10),
    from_credit: false,
    gateway: null,
    id: entry.id,
    invoiceid: entry.invoice,
    logid: entry.id,
    note: null,
    type: "Check",
    updated: easternText(entry.updatedMs),
    vis_state: entry.visState,
  };
}

function result(content: Readonly<Record<string, unknown>>): SandboxAnswer {
  return { status: 200, body: { response: { result: content } } };
}
