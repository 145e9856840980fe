import { BadInput, readFields } from "../kit/input.ts";
import type { World } from "../kit/vendor.ts";
import { isActive, showDeleted, type Customer } from "./customer.ts";
import { pacificSecond, wholeSecond } from "./times.ts";

export const moneyEntities = ["Invoice", "Payment", "CreditMemo"] as const;
export type MoneyEntity = (typeof moneyEntities)[number];

/** A transaction as it is kept; amounts are in hundredths. */
export interface Transaction {
  readonly entity: MoneyEntity;
  readonly id: string;
  readonly syncToken: number;
  readonly createdMs: number;
  readonly updatedMs: number;
  readonly customer: string;
  readonly email: string | null;
  readonly currency: string;
  readonly total: number;
  /** What is still open of an invoice, unapplied of a payment, left of a credit. */
  readonly rest: number;
  /** The invoice that a payment pays, the payments of an invoice. */
  readonly linked: readonly string[];
  readonly isVoid: boolean;
}

/** The company's invoices, payments and credit memos; people in QuickBooks act on them, the API here shows them. */
export interface MoneyStore {
  /** By ascending id. */
  all(entity: MoneyEntity): readonly Transaction[];
  /** What changed since then, oldest first, also what was deleted. */
  changedSince(entity: MoneyEntity, sinceMs: number): readonly Record<string, unknown>[];
  act(name: string, input: Readonly<Record<string, unknown>>): unknown;
  seed(customers: readonly Customer[]): void;
  clear(): void;
}

interface Customers {
  get(id: string): Customer | null;
  /** A customer's balance and time move with its transactions. */
  pay(id: string, amount: number): boolean;
}

export function createMoneyStore(world: World, customers: Customers): MoneyStore {
  let transactions = new Map<string, Transaction>();
  let gone = new Map<string, { readonly entity: MoneyEntity; readonly atMs: number }>();
  let lastId = 0;

  const put = (transaction: Transaction) => {
    transactions.set(transaction.id, transaction);
    return showTransaction(transaction);
  };
  const add = (
    of: Pick<Transaction, "entity" | "customer" | "currency" | "total" | "rest" | "linked">,
    atMs = world.now(),
  ) => {
    const id = String((lastId += 1));
    const { PrimaryEmailAddr: email } = customers.get(of.customer)?.values ?? {};
    return put({
      ...of,
      id,
      syncToken: 0,
      createdMs: atMs,
      updatedMs: atMs,
      email: typeof email === "object" ? (email["Address"] ?? null) : null,
      isVoid: false,
    });
  };
  const change = (before: Transaction, changes: Partial<Transaction>) =>
    put({ ...before, syncToken: before.syncToken + 1, updatedMs: world.now(), ...changes });
  const known = (id: string | undefined, entity?: MoneyEntity) => {
    const found = transactions.get(id ?? "");
    if (found === undefined || (entity !== undefined && found.entity !== entity))
      throw new BadInput(`There is no such ${entity ?? "transaction"}.`);
    return found;
  };
  const pay = (invoice: Transaction, total: number) => {
    const { customer, currency } = invoice;
    const of = { entity: "Payment", customer, currency, total, rest: 0 } as const;
    const shown = add({ ...of, linked: [invoice.id] });
    const linked = [...invoice.linked, String(shown["Id"])];
    change(invoice, { rest: invoice.rest - total, linked });
    customers.pay(customer, total / 100);
    return shown;
  };

  return {
    all: (entity) => [...transactions.values()].filter((one) => one.entity === entity),
    changedSince: (entity, sinceMs) => {
      const present = [...transactions.values()]
        .filter((one) => one.entity === entity)
        .map((one) => ({ atMs: wholeSecond(one.updatedMs), shown: showTransaction(one) }));
      const absent = [...gone]
        .filter(([, one]) => one.entity === entity)
        .map(([id, { atMs }]) => ({ atMs: wholeSecond(atMs), shown: showDeleted(id, atMs) }));
      return [...present, ...absent]
        .filter(({ atMs }) => atMs >= sinceMs)
        .toSorted((a, b) => a.atMs - b.atMs)
        .map(({ shown }) => shown);
    },
    act: (name, input) => {
      if (name === "invoice" || name === "credit") {
        const fields = readFields(input, ["customer", "amount", "currency"]);
        const customer = fields.text("customer") ?? "";
        if (customers.get(customer) === null) throw new BadInput("There is no such customer.");
        const total = fields.number("amount") ?? 1000;
        const entity = name === "invoice" ? "Invoice" : "CreditMemo";
        customers.pay(customer, (name === "invoice" ? -total : total) / 100);
        const currency = fields.text("currency") ?? "USD";
        return add({ entity, customer, currency, total, rest: total, linked: [] });
      }
      if (name === "pay") {
        const fields = readFields(input, ["invoice", "amount"]);
        const invoice = known(fields.text("invoice"), "Invoice");
        return pay(invoice, fields.number("amount") ?? invoice.rest);
      }
      if (name === "void")
        return change(known(readFields(input, ["id"]).text("id")), {
          total: 0,
          rest: 0,
          isVoid: true,
        });
      if (name !== "delete") throw new BadInput("There is invoice, credit, pay, void, delete.");
      const { id, entity } = known(readFields(input, ["id"]).text("id"));
      transactions.delete(id);
      gone.set(id, { entity, atMs: world.now() });
      return { Id: id, domain: "QBO", status: "Deleted" };
    },
    // A third of the customers has paid, a third owes; dated as the customers are.
    seed: (seeded) => {
      for (const [index, customer] of seeded.entries()) {
        if (!isActive(customer) || index % 3 === 2) continue;
        const isPaid = index % 3 === 0;
        const total = 10_000 + index * 250;
        const of = { customer: customer.id, currency: "USD", total };
        const payment = isPaid ? String(lastId + 2) : null;
        const linked = payment === null ? [] : [payment];
        const rest = isPaid ? 0 : total;
        const invoice = add({ ...of, entity: "Invoice", rest, linked }, customer.createdMs);
        if (isPaid)
          add(
            { ...of, entity: "Payment", rest: 0, linked: [String(invoice["Id"])] },
            customer.createdMs,
          );
      }
    },
    clear: () => {
      transactions = new Map();
      gone = new Map();
      lastId = 0;
    },
  };
}

/** https://developer.intuit.com/app/developer/qbo/docs/api/accounting/all-entities/invoice, and so on. */
export function showTransaction(one: Transaction): Record<string, unknown> {
  const { entity, id, total, rest, customer } = one;
  const linkedType = entity === "Invoice" ? "Payment" : "Invoice";
  const linked = one.linked.map((TxnId) => ({ TxnId, TxnType: linkedType }));
  return {
    domain: "QBO",
    sparse: false,
    Id: id,
    SyncToken: String(one.syncToken),
    MetaData: {
      CreateTime: pacificSecond(one.createdMs),
      LastUpdatedTime: pacificSecond(one.updatedMs),
    },
    TxnDate: pacificSecond(one.createdMs).slice(0, 10),
    CurrencyRef: { value: one.currency },
    CustomerRef: { value: customer },
    TotalAmt: total / 100,
    ...(one.isVoid ? { PrivateNote: "Voided" } : {}),
    ...own(),
  };

  function own(): Record<string, unknown> {
    if (entity === "Payment")
      return { UnappliedAmt: rest / 100, Line: [{ Amount: total / 100, LinkedTxn: linked }] };
    const shared = {
      DocNumber: String(1000 + Number(id)),
      ...(one.email === null ? {} : { BillEmail: { Address: one.email } }),
      Line: [],
    };
    if (entity === "CreditMemo")
      return { ...shared, Balance: rest / 100, RemainingCredit: rest / 100 };
    return { ...shared, Balance: rest / 100, LinkedTxn: linked, EmailStatus: "NotSet" };
  }
}
