/** What Stripe keeps of money, as far as it is simulated; amounts are in Stripe's own units. */
interface Dated {
  readonly id: string;
  /** Seconds since 1970. */
  readonly created: number;
  readonly currency: string;
}

export interface Invoice extends Dated {
  readonly customer: string;
  readonly customerEmail: string | null;
  readonly customerName: string | null;
  readonly total: number;
  readonly description: string | null;
  readonly dueDate: number | null;
  /** null while it is a draft. */
  readonly number: string | null;
  readonly status: "draft" | "open" | "paid" | "uncollectible" | "void";
  readonly finalizedAt: number | null;
  readonly paidAt: number | null;
  readonly voidedAt: number | null;
  readonly uncollectibleAt: number | null;
  readonly payments: readonly InvoicePayment[];
}

export interface InvoicePayment {
  readonly id: string;
  readonly created: number;
  readonly intent: string;
  readonly amount: number;
}

export interface PaymentIntent extends Dated {
  readonly customer: string | null;
  readonly amount: number;
  readonly description: string | null;
  readonly receiptEmail: string | null;
  readonly status: "requires_payment_method" | "processing" | "succeeded" | "canceled";
  readonly latestCharge: string | null;
}

export interface Charge extends Dated {
  readonly customer: string | null;
  readonly amount: number;
  readonly amountRefunded: number;
  readonly description: string | null;
  readonly email: string | null;
  readonly status: "succeeded" | "pending" | "failed";
  /** null for a payment by the older Charges API. */
  readonly intent: string | null;
}

export interface Refund extends Dated {
  readonly customer: string | null;
  readonly amount: number;
  readonly charge: string;
  readonly intent: string | null;
  readonly status: "succeeded" | "failed";
}

type Shown = Record<string, unknown>;

/** What nobody here ever sets. */
const sameInEveryInvoice = {
  account_country: "US",
  account_name: "Lighthouse Studio",
  account_tax_ids: null,
  amount_overpaid: 0,
  amount_shipping: 0,
  application: null,
  auto_advance: false,
  automatic_tax: {
    disabled_reason: null,
    enabled: false,
    liability: null,
    provider: null,
    status: null,
  },
  automatically_finalizes_at: null,
  billing_reason: "manual",
  collection_method: "send_invoice",
  custom_fields: null,
  customer_account: null,
  customer_address: null,
  customer_phone: null,
  customer_shipping: null,
  customer_tax_exempt: "none",
  customer_tax_ids: [],
  default_payment_method: null,
  default_source: null,
  default_tax_rates: [],
  discounts: [],
  footer: null,
  from_invoice: null,
  hosted_invoice_url: null,
  invoice_pdf: null,
  issuer: { type: "self" },
  last_finalization_error: null,
  latest_revision: null,
  livemode: false,
  metadata: {},
  next_payment_attempt: null,
  on_behalf_of: null,
  parent: null,
  payment_settings: {
    default_mandate: null,
    payment_method_options: null,
    payment_method_types: null,
  },
  post_payment_credit_notes_amount: 0,
  pre_payment_credit_notes_amount: 0,
  receipt_number: null,
  rendering: null,
  shipping_cost: null,
  shipping_details: null,
  starting_balance: 0,
  statement_descriptor: null,
  test_clock: null,
  total_discount_amounts: [],
  total_pretax_credit_amounts: [],
  total_taxes: [],
  webhooks_delivered_at: null,
} as const;

export function showInvoice(invoice: Invoice, withPayments = false): Shown {
  const { id, total, currency, status, finalizedAt } = invoice;
  const paid = status === "paid" ? total : 0;
  return {
    id,
    object: "invoice",
    ...sameInEveryInvoice,
    amount_due: total,
    amount_paid: paid,
    amount_remaining: total - paid,
    attempt_count: status === "paid" ? 1 : 0,
    attempted: status === "paid",
    created: invoice.created,
    currency,
    customer: invoice.customer,
    customer_email: invoice.customerEmail,
    customer_name: invoice.customerName,
    description: invoice.description,
    due_date: invoice.dueDate,
    effective_at: finalizedAt,
    ending_balance: finalizedAt === null ? null : 0,
    lines: { object: "list", data: [], has_more: false, url: `/v1/invoices/${id}/lines` },
    number: invoice.number,
    ...(withPayments ? { payments: showPayments(invoice) } : {}),
    period_end: invoice.created,
    period_start: invoice.created,
    status,
    status_transitions: {
      finalized_at: finalizedAt,
      marked_uncollectible_at: invoice.uncollectibleAt,
      paid_at: invoice.paidAt,
      voided_at: invoice.voidedAt,
    },
    subtotal: total,
    subtotal_excluding_tax: total,
    total,
    total_excluding_tax: total,
  };
}

function showPayments(invoice: Invoice): Shown {
  return {
    object: "list",
    data: invoice.payments.map((payment) => ({
      id: payment.id,
      object: "invoice_payment",
      amount_paid: payment.amount,
      amount_requested: payment.amount,
      created: payment.created,
      currency: invoice.currency,
      invoice: invoice.id,
      is_default: true,
      livemode: false,
      payment: { payment_intent: payment.intent, type: "payment_intent" },
      status: "paid",
      status_transitions: { canceled_at: null, paid_at: payment.created },
    })),
    has_more: false,
    url: `/v1/invoices/${invoice.id}/payments`,
  };
}

export function showIntent(intent: PaymentIntent): Shown {
  return {
    id: intent.id,
    object: "payment_intent",
    allowed_payment_method_types: null,
    amount: intent.amount,
    amount_capturable: 0,
    amount_received: intent.status === "succeeded" ? intent.amount : 0,
    application: null,
    application_fee_amount: null,
    automatic_payment_methods: null,
    canceled_at: null,
    cancellation_reason: null,
    capture_method: "automatic",
    client_secret: null,
    confirmation_method: "automatic",
    created: intent.created,
    currency: intent.currency,
    customer: intent.customer,
    customer_account: null,
    description: intent.description,
    excluded_payment_method_types: null,
    last_payment_error: null,
    latest_charge: intent.latestCharge,
    livemode: false,
    managed_payments: null,
    metadata: {},
    next_action: null,
    on_behalf_of: null,
    payment_method: null,
    payment_method_configuration_details: null,
    payment_method_options: {},
    payment_method_types: ["card"],
    payment_record: null,
    processing: null,
    receipt_email: intent.receiptEmail,
    review: null,
    setup_future_usage: null,
    shipping: null,
    source: null,
    statement_descriptor: null,
    statement_descriptor_suffix: null,
    status: intent.status,
    transfer_group: null,
  };
}

export function showCharge(charge: Charge): Shown {
  const { amount, status } = charge;
  return {
    id: charge.id,
    object: "charge",
    amount,
    amount_captured: status === "succeeded" ? amount : 0,
    amount_refunded: charge.amountRefunded,
    application: null,
    application_fee: null,
    application_fee_amount: null,
    balance_transaction: null,
    billing_details: {
      address: null,
      email: charge.email,
      name: null,
      phone: null,
      tax_id: null,
    },
    calculated_statement_descriptor: null,
    captured: status === "succeeded",
    created: charge.created,
    currency: charge.currency,
    customer: charge.customer,
    description: charge.description,
    disputed: false,
    failure_balance_transaction: null,
    failure_code: status === "failed" ? "card_declined" : null,
    failure_message: status === "failed" ? "Your card was declined." : null,
    fraud_details: null,
    livemode: false,
    metadata: {},
    on_behalf_of: null,
    outcome: null,
    paid: status === "succeeded",
    payment_intent: charge.intent,
    payment_method: null,
    payment_method_details: null,
    receipt_email: null,
    receipt_number: null,
    receipt_url: null,
    refunded: charge.amountRefunded === amount,
    review: null,
    shipping: null,
    source: null,
    source_transfer: null,
    statement_descriptor: null,
    statement_descriptor_suffix: null,
    status,
    transfer_data: null,
    transfer_group: null,
  };
}

export function showRefund(refund: Refund): Shown {
  return {
    id: refund.id,
    object: "refund",
    amount: refund.amount,
    balance_transaction: null,
    charge: refund.charge,
    created: refund.created,
    currency: refund.currency,
    customer: refund.customer,
    customer_account: null,
    metadata: {},
    payment_intent: refund.intent,
    payment_method: null,
    reason: "requested_by_customer",
    receipt_number: null,
    source_transfer_reversal: null,
    status: refund.status,
    transfer_reversal: null,
  };
}
