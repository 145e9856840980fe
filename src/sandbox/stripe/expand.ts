import { invalidRequest } from "./errors.ts";

/** Fields that hold ids or nothing here, so that expanding them shows the same. */
const unchanged = [
  "cash_balance",
  "default_source",
  "discount",
  "invoice_credit_balance",
  "invoice_settings.default_payment_method",
  "tax",
  "test_clock",
];

const emptyLists = ["sources", "subscriptions", "tax_ids"];

type Shown = Readonly<Record<string, unknown>>;

/** Adds to a customer what `expand` asks for; the account has no sources, subscriptions or tax ids. */
export function customerExpander(paths: readonly string[]): (shown: Shown) => Shown {
  const foreign = paths.find((path) => !unchanged.includes(path) && !emptyLists.includes(path));
  if (foreign !== undefined) throw notExpandable(foreign);
  const lists = paths.filter((path) => emptyLists.includes(path));
  return (shown) => ({
    ...shown,
    ...Object.fromEntries(
      lists.map((name) => {
        const url = `/v1/customers/${String(shown["id"])}/${name}`;
        return [name, { object: "list", data: [], has_more: false, url }];
      }),
    ),
  });
}

/** The same for each customer of a listing, where paths begin with "data.". */
export function listExpander(paths: readonly string[]): (shown: Shown) => Shown {
  const foreign = paths.find((path) => !path.startsWith("data."));
  if (foreign !== undefined) throw notExpandable(foreign);
  return customerExpander(paths.map((path) => path.slice("data.".length)));
}

export function notExpandable(path: string): Error {
  return invalidRequest(`This property cannot be expanded (${path}).`, { param: "expand" });
}
