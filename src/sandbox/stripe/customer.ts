import { randomText } from "../kit/random.ts";

export interface Address {
  readonly city: string | null;
  readonly country: string | null;
  readonly line1: string | null;
  readonly line2: string | null;
  readonly postal_code: string | null;
  readonly state: string | null;
}

export interface Shipping {
  readonly address: Address;
  readonly name: string;
  readonly phone: string | null;
}

/** What requests can change. */
export interface CustomerValues {
  readonly address: Address | null;
  readonly balance: number;
  readonly business_name: string | null;
  readonly description: string | null;
  readonly email: string | null;
  readonly individual_name: string | null;
  readonly invoice_prefix: string;
  readonly invoice_settings: InvoiceSettings;
  readonly metadata: Readonly<Record<string, string>>;
  readonly name: string | null;
  readonly next_invoice_sequence: number;
  readonly phone: string | null;
  readonly preferred_locales: readonly string[];
  readonly shipping: Shipping | null;
  readonly tax_exempt: string;
}

export interface InvoiceSettings {
  readonly custom_fields: readonly { readonly name: string; readonly value: string }[] | null;
  readonly default_payment_method: string | null;
  readonly footer: string | null;
  readonly rendering_options: {
    readonly amount_tax_display: string | null;
    readonly template: string | null;
  } | null;
}

/** A customer as it is kept; a change makes a new one, so that events can hold the former. */
export interface Customer extends CustomerValues {
  readonly id: string;
  /** Seconds since 1970. */
  readonly created: number;
}

export function newCustomerId(random: () => number): string {
  return `cus_${randomText(random, 14)}`;
}

export function emptyValues(random: () => number): CustomerValues {
  return {
    address: null,
    balance: 0,
    business_name: null,
    description: null,
    email: null,
    individual_name: null,
    invoice_prefix: randomText(random, 8, "ABCDEF0123456789"),
    invoice_settings: {
      custom_fields: null,
      default_payment_method: null,
      footer: null,
      rendering_options: null,
    },
    metadata: {},
    name: null,
    next_invoice_sequence: 1,
    phone: null,
    preferred_locales: [],
    shipping: null,
    tax_exempt: "none",
  };
}

/** A customer as answers and events show it. */
export function showCustomer(customer: Customer): Record<string, unknown> {
  const { business_name, individual_name } = customer;
  return {
    id: customer.id,
    object: "customer",
    address: customer.address,
    balance: customer.balance,
    ...(business_name === null ? {} : { business_name }),
    created: customer.created,
    currency: null,
    customer_account: null,
    default_source: null,
    delinquent: false,
    description: customer.description,
    discount: null,
    email: customer.email,
    ...(individual_name === null ? {} : { individual_name }),
    invoice_prefix: customer.invoice_prefix,
    invoice_settings: customer.invoice_settings,
    livemode: false,
    metadata: customer.metadata,
    name: customer.name,
    next_invoice_sequence: customer.next_invoice_sequence,
    phone: customer.phone,
    preferred_locales: customer.preferred_locales,
    shipping: customer.shipping,
    tax_exempt: customer.tax_exempt,
    test_clock: null,
  };
}

export function showDeleted(id: string): Record<string, unknown> {
  return { id, object: "customer", deleted: true };
}
