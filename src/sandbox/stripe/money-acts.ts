import { BadInput, readFields, type FieldReader } from "../kit/input.ts";
import type { World } from "../kit/vendor.ts";
import type { Customer } from "./customer.ts";
import { previousAttributes, type EventLog } from "./events.ts";
import {
  showCharge,
  showIntent,
  showInvoice,
  showRefund,
  type Invoice,
  type Refund,
} from "./money.ts";
import type { MoneyStore, NewPayment } from "./money-store.ts";

interface Parts {
  readonly world: World;
  readonly money: MoneyStore;
  readonly events: EventLog;
  readonly customer: (id: string) => Customer | undefined;
}

type Act = (input: Readonly<Record<string, unknown>>) => unknown;

/** What the account's owner does in the Dashboard, with its events; returns the object as the API shows it. */
export function createMoneyActs(
  parts: Parts,
): (name: string, input: Readonly<Record<string, unknown>>) => unknown {
  const { money, world, customer: customerOf } = parts;
  const nowSeconds = () => Math.floor(world.now() / 1000);
  const cause = { id: null, idempotencyKey: null };
  const tell = (type: string, shown: Record<string, unknown>, before?: Record<string, unknown>) =>
    parts.events.record(type, shown, {
      cause,
      ...(before === undefined ? {} : { previousAttributes: previousAttributes(before, shown) }),
    });

  const change = (before: Invoice, changes: Partial<Invoice>, ...types: readonly string[]) => {
    const after = { ...before, ...changes };
    money.invoices.replace(after);
    tell("invoice.updated", showInvoice(after), showInvoice(before));
    for (const type of types) tell(type, showInvoice(after));
    return showInvoice(after);
  };

  const finalize = (before: Invoice) => {
    const number = money.newNumber(customerOf(before.customer)?.invoice_prefix ?? "SANDBOX");
    const changes = { status: "open", number, finalizedAt: nowSeconds() } as const;
    return change(before, changes, "invoice.finalized");
  };

  const payment = (of: Omit<NewPayment, "created">) => {
    const made = money.pay({ ...of, created: nowSeconds() });
    tell(of.fails ? "charge.failed" : "charge.succeeded", showCharge(made.charge));
    const type = `payment_intent.${of.fails ? "payment_failed" : "succeeded"}`;
    if (!of.legacy) tell(type, showIntent(made.intent));
    return made;
  };

  const pay = (before: Invoice) => {
    const { customer, total: amount, currency, customerEmail: email } = before;
    const { intent } = payment({ customer, amount, currency, email });
    const created = nowSeconds();
    const payments = [{ id: money.newId("inpay"), created, intent: intent.id, amount }];
    const changes = { status: "paid", paidAt: created, payments } as const;
    return change(before, changes, "invoice.paid", "invoice.payment_succeeded");
  };

  const onInvoice =
    (act: (invoice: Invoice) => unknown): Act =>
    (input) => {
      const id = readFields(input, ["invoice"]).text("invoice") ?? "";
      return act(known(money.invoices.get(id), "invoice"));
    };

  const acts: Readonly<Record<string, Act>> = {
    invoice: (input) => {
      const fields = readFields(input, ["customer", "amount", "currency", "description", "draft"]);
      const customer = known(customerOf(fields.text("customer") ?? ""), "customer");
      const invoice = draftOf(fields, customer, money.newId("in"), nowSeconds());
      money.invoices.add(invoice);
      tell("invoice.created", showInvoice(invoice));
      return fields.boolean("draft") === true ? showInvoice(invoice) : finalize(invoice);
    },
    finalize: onInvoice(finalize),
    pay: onInvoice(pay),
    void: onInvoice((one) =>
      change(one, { status: "void", voidedAt: nowSeconds() }, "invoice.voided"),
    ),
    uncollectible: onInvoice((one) => {
      const changes = { status: "uncollectible", uncollectibleAt: nowSeconds() } as const;
      return change(one, changes, "invoice.marked_uncollectible");
    }),
    delete: onInvoice((one) => {
      if (one.status !== "draft") throw new BadInput("Only a draft can be deleted.");
      money.invoices.remove(one.id);
      tell("invoice.deleted", showInvoice(one));
      return { id: one.id, object: "invoice", deleted: true };
    }),
    payment: (input) => {
      const asked = askedPayment(input);
      const made = payment(asked);
      return asked.legacy ? showCharge(made.charge) : showIntent(made.intent);
    },
    refund: (input) => {
      const refund = refundOf(readFields(input, ["payment", "amount", "without_customer"]), {
        money,
        created: nowSeconds(),
      });
      tell("refund.created", showRefund(refund));
      return showRefund(refund);
    },
    "fail-refund": (input) => {
      const id = readFields(input, ["refund"]).text("refund") ?? "";
      const after: Refund = { ...known(money.refunds.get(id), "refund"), status: "failed" };
      money.refunds.replace(after);
      tell("refund.failed", showRefund(after));
      return showRefund(after);
    },
  };

  return (name, input) => {
    const act = Object.hasOwn(acts, name) ? acts[name] : undefined;
    if (act === undefined) throw new BadInput(`There is ${Object.keys(acts).join(", ")}.`);
    return act(input);
  };
}

function draftOf(fields: FieldReader, customer: Customer, id: string, created: number): Invoice {
  return {
    id,
    created,
    currency: fields.text("currency") ?? "usd",
    customer: customer.id,
    customerEmail: customer.email,
    customerName: customer.name,
    total: fields.number("amount") ?? 1000,
    description: fields.text("description") ?? null,
    dueDate: created + 14 * 86_400,
    number: null,
    status: "draft",
    finalizedAt: null,
    paidAt: null,
    voidedAt: null,
    uncollectibleAt: null,
    payments: [],
  };
}

function askedPayment(input: Readonly<Record<string, unknown>>): Omit<NewPayment, "created"> {
  const names = ["customer", "amount", "currency", "email", "legacy", "fails"];
  const fields = readFields(input, names);
  return {
    customer: fields.text("customer") ?? null,
    amount: fields.number("amount") ?? 1000,
    currency: fields.text("currency") ?? "usd",
    email: fields.text("email") ?? null,
    legacy: fields.boolean("legacy") ?? false,
    fails: fields.boolean("fails") ?? false,
  };
}

function refundOf(
  fields: FieldReader,
  { money, created }: { readonly money: MoneyStore; readonly created: number },
): Refund {
  const id = fields.text("payment") ?? "";
  const charge = known(money.charges.get(money.intents.get(id)?.latestCharge ?? id), "payment");
  const refund: Refund = {
    id: money.newId("re"),
    created,
    currency: charge.currency,
    customer: fields.boolean("without_customer") === true ? null : charge.customer,
    amount: fields.number("amount") ?? charge.amount,
    charge: charge.id,
    intent: charge.intent,
    status: "succeeded",
  };
  money.refunds.add(refund);
  money.charges.replace({ ...charge, amountRefunded: charge.amountRefunded + refund.amount });
  return refund;
}

function known<T>(found: T | undefined, what: string): T {
  if (found === undefined) throw new BadInput(`There is no such ${what}.`);
  return found;
}
