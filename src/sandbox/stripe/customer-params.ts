import type { Address, CustomerValues, InvoiceSettings, Shipping } from "./customer.ts";
import { invalidRequest, missing } from "./errors.ts";
import { customerExpander } from "./expand.ts";
import { characterCount, emptyRefused, readParams, required, type Params } from "./params.ts";
import type { Form } from "./form.ts";

const both = [
  "address",
  "balance",
  "business_name",
  "cash_balance",
  "description",
  "email",
  "expand",
  "individual_name",
  "invoice_prefix",
  "invoice_settings",
  "metadata",
  "name",
  "next_invoice_sequence",
  "phone",
  "preferred_locales",
  "shipping",
  "source",
  "tax",
  "tax_exempt",
  "validate",
];

const known = {
  create: [...both, "payment_method", "tax_id_data", "test_clock"],
  update: [...both, "default_source"],
} as const;

/** Objects that this account has none of, so that every id of one is unknown. */
const absentObjects = {
  default_source: "source",
  payment_method: "PaymentMethod",
  source: "token",
  test_clock: "test clock",
} as const;

/** Reads the body of a create or an update: how it changes a customer's values, and what to expand. */
export function readCustomerParams(
  form: Form,
  verb: "create" | "update",
): {
  readonly change: (values: CustomerValues) => CustomerValues;
  readonly expand: (shown: Readonly<Record<string, unknown>>) => unknown;
} {
  const params = readParams(form, known[verb]);
  for (const [name, kind] of Object.entries(absentObjects)) {
    const id = params.word(name);
    if (id !== undefined) throw missing(kind, id, { param: name, status: 400 });
  }
  for (const name of ["cash_balance", "tax", "tax_id_data"])
    if (params.has(name))
      throw invalidRequest(`The sandbox does not simulate the parameter ${name}.`, { param: name });
  const given = defined({
    address: addressOf(params, "address"),
    balance: params.integer("balance"),
    business_name: params.text("business_name", 150),
    description: params.text("description"),
    email: emailOf(params),
    individual_name: params.text("individual_name", 150),
    invoice_prefix: params.word("invoice_prefix"),
    name: params.text("name", 256),
    next_invoice_sequence: params.integer("next_invoice_sequence", { min: 1 }),
    phone: params.text("phone", 20),
    preferred_locales: params.list("preferred_locales"),
    shipping: shippingOf(params),
    tax_exempt: taxExemptOf(params),
  });
  const changeMetadata = metadataOf(params);
  const changeSettings = invoiceSettingsOf(params);
  return {
    expand: customerExpander(params.list("expand") ?? []),
    change: (values) => ({
      ...values,
      ...given,
      metadata: changeMetadata(values.metadata),
      invoice_settings: changeSettings(values.invoice_settings),
    }),
  };
}

type Given<T> = { [Name in keyof T]?: Exclude<T[Name], undefined> };

/** Without the members that are undefined. */
function defined<T extends object>(values: T): Given<T> {
  const given: Given<T> = { ...values };
  for (const name in given) if (given[name] === undefined) delete given[name];
  return given;
}

function emailOf(params: Params): string | null | undefined {
  const email = params.text("email", 512);
  // A domain needs a dot; spaces around the address and other scripts are refused too.
  if (
    typeof email === "string" &&
    !/^[\x21-\x3f\x41-\x7e]+@[a-z0-9-]+(\.[a-z0-9-]+)+$/i.test(email)
  )
    throw invalidRequest(`Invalid email address: ${email}`, {
      code: "email_invalid",
      param: "email",
    });
  return email;
}

const addressFields = ["city", "country", "line1", "line2", "postal_code", "state"] as const;

/** An address is taken as a whole: fields that are not sent are null in it afterwards. */
function addressOf(params: Params, name: string): Address | null | undefined {
  const fields = params.object(name, addressFields);
  if (fields === undefined || fields === null) return fields;
  const text = (field: (typeof addressFields)[number]) => fields.text(field) ?? null;
  return {
    city: text("city"),
    country: text("country"),
    line1: text("line1"),
    line2: text("line2"),
    postal_code: text("postal_code"),
    state: text("state"),
  };
}

function shippingOf(params: Params): Shipping | null | undefined {
  const fields = params.object("shipping", ["address", "name", "phone"]);
  if (fields === undefined || fields === null) return fields;
  const address = required(addressOf(fields, "address") ?? undefined, "shipping[address]");
  const name = required(fields.word("name"), "shipping[name]");
  return { address, name, phone: fields.text("phone") ?? null };
}

function taxExemptOf(params: Params): string | undefined {
  const value = params.text("tax_exempt");
  if (value === null) return "none";
  if (value !== undefined && !["none", "exempt", "reverse"].includes(value))
    throw invalidRequest("Invalid tax_exempt: must be one of none, exempt, or reverse", {
      param: "tax_exempt",
    });
  return value;
}

type Metadata = Readonly<Record<string, string>>;

/** Merges into what is there: an empty value drops its key, an empty `metadata` drops all. */
function metadataOf(params: Params): (before: Metadata) => Metadata {
  const pairs = params.object("metadata", "any");
  if (pairs === undefined) return (before) => before;
  if (pairs === null) return () => ({});
  const given = pairs.names.map((key) => [key, metadataValue(pairs, key)] as const);
  return (before) => {
    const merged = new Map(Object.entries(before));
    for (const [key, value] of given) {
      if (value === "") merged.delete(key);
      else merged.set(key, value);
    }
    if (merged.size > 50)
      throw invalidRequest(
        `Metadata can have up to 50 keys, but this object would have ${merged.size}.`,
        { param: "metadata" },
      );
    return Object.fromEntries(merged);
  };
}

function metadataValue(pairs: Params, key: string): string {
  if (characterCount(key) > 40)
    throw invalidRequest(
      `Metadata keys can have up to 40 characters, but you passed in a key that is ${characterCount(key)} characters. Invalid key: ${key}`,
      { param: "metadata" },
    );
  const value = pairs.text(key, Number.POSITIVE_INFINITY) ?? "";
  if (characterCount(value) > 500)
    throw invalidRequest(
      `Metadata values can have up to 500 characters, but you passed in a value that is ${characterCount(value)} characters. Invalid value: ${value}`,
      { param: `metadata[${key}]` },
    );
  return value;
}

function invoiceSettingsOf(params: Params): (before: InvoiceSettings) => InvoiceSettings {
  const fields = params.object("invoice_settings", [
    "custom_fields",
    "default_payment_method",
    "footer",
    "rendering_options",
  ]);
  if (fields === undefined) return (before) => before;
  if (fields === null) throw emptyRefused("invoice_settings");
  const method = fields.word("default_payment_method");
  if (method !== undefined)
    throw missing("PaymentMethod", method, {
      param: "invoice_settings[default_payment_method]",
      status: 400,
    });
  for (const name of ["custom_fields", "rendering_options"])
    if (fields.has(name))
      throw invalidRequest(`The sandbox does not simulate invoice_settings[${name}].`, {
        param: `invoice_settings[${name}]`,
      });
  const footer = fields.text("footer");
  return (before) => ({ ...before, ...(footer === undefined ? {} : { footer }) });
}
