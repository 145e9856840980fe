import { createRandom, randomText } from "../kit/random.ts";
import type { World } from "../kit/vendor.ts";
import type { Customer } from "./customer.ts";
import type { Charge, Invoice, PaymentIntent, Refund } from "./money.ts";
import { createTimeline, type Timeline } from "./timeline.ts";

/** The account's invoices and payments. Its owner acts on them in the Dashboard; the API here only shows them. */
export interface MoneyStore {
  readonly invoices: Timeline<Invoice>;
  readonly intents: Timeline<PaymentIntent>;
  readonly charges: Timeline<Charge>;
  readonly refunds: Timeline<Refund>;
  newId(prefix: string): string;
  /** Of a finalized invoice: the customer's prefix and a count. */
  newNumber(prefix: string): string;
  /** A payment and the charge that carries it out. */
  pay(payment: NewPayment): { readonly intent: PaymentIntent; readonly charge: Charge };
  /** All of it is older than the list of events reaches; a third of the customers has paid, a third owes. */
  seed(customers: readonly Customer[]): void;
  clear(): void;
}

export interface NewPayment {
  /** Seconds since 1970. */
  readonly created: number;
  readonly customer: string | null;
  readonly amount: number;
  readonly currency: string;
  readonly email: string | null;
  /** By the older Charges API: without an intent. */
  readonly legacy?: boolean;
  readonly fails?: boolean;
}

const idSeed = 7214;

export function createMoneyStore(world: World): MoneyStore {
  const invoices = createTimeline<Invoice>();
  const intents = createTimeline<PaymentIntent>();
  const charges = createTimeline<Charge>();
  const refunds = createTimeline<Refund>();
  let invoiceCount = 0;
  // Of its own, so that the ids of customers do not depend on money.
  let random = createRandom(idSeed);

  const newId = (prefix: string) => `${prefix}_1${randomText(random, 23)}`;
  const newNumber = (prefix: string) => `${prefix}-${String((invoiceCount += 1)).padStart(4, "0")}`;

  const pay: MoneyStore["pay"] = ({ email, legacy = false, fails = false, ...shared }) => {
    const [id, charged] = [newId("pi"), newId("ch")];
    const charge: Charge = {
      ...shared,
      id: charged,
      amountRefunded: 0,
      description: null,
      email,
      status: fails ? "failed" : "succeeded",
      intent: legacy ? null : id,
    };
    const intent: PaymentIntent = {
      ...shared,
      id,
      description: null,
      receiptEmail: email,
      status: fails ? "requires_payment_method" : "succeeded",
      latestCharge: charged,
    };
    charges.add(charge);
    if (!legacy) intents.add(intent);
    return { intent, charge };
  };

  const seedInvoice = (customer: Customer, total: number, paid: boolean) => {
    const { id, email, name, created } = customer;
    const of = { customer: id, amount: total, currency: "usd", email, created };
    const intent = paid ? pay(of).intent.id : null;
    invoices.add({
      id: newId("in"),
      created,
      currency: "usd",
      customer: id,
      customerEmail: email,
      customerName: name,
      total,
      description: null,
      dueDate: created + 14 * 86_400,
      number: newNumber(customer.invoice_prefix),
      status: paid ? "paid" : "open",
      finalizedAt: created,
      paidAt: paid ? created : null,
      voidedAt: null,
      uncollectibleAt: null,
      payments: intent === null ? [] : [{ id: newId("inpay"), created, intent, amount: total }],
    });
  };

  return {
    invoices,
    intents,
    charges,
    refunds,
    newId,
    newNumber,
    pay,
    seed: (customers) => {
      const newest = Math.floor(world.now() / 1000) - 31 * 86_400;
      for (const [index, customer] of customers.entries())
        if (customer.created <= newest && index % 3 !== 2)
          seedInvoice(customer, 1000 + index * 250, index % 3 === 0);
    },
    clear: () => {
      invoiceCount = 0;
      random = createRandom(idSeed);
      for (const timeline of [invoices, intents, charges, refunds]) timeline.clear();
    },
  };
}
