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

/** Adds what `expand` asks for to a customer; the account has no sources, subscriptions or tax ids. */
export function expandCustomer(
  shown: Record<string, unknown>,
  paths: readonly string[],
): Record<string, unknown> {
  const expanded = { ...shown };
  for (const path of paths) {
    if (emptyLists.includes(path))
      expanded[path] = {
        object: "list",
        data: [],
        has_more: false,
        url: `/v1/customers/${String(shown["id"])}/${path}`,
      };
    else if (!unchanged.includes(path)) throw notExpandable(path);
  }
  return expanded;
}

/** Paths of a listing begin with "data."; what they say of each object. */
export function pathsInList(paths: readonly string[]): readonly string[] {
  return paths.map((path) => {
    if (!path.startsWith("data.")) throw notExpandable(path);
    return path.slice("data.".length);
  });
}

export function notExpandable(path: string): Error {
  return invalidRequest(`This property cannot be expanded (${path}).`, { param: "expand" });
}
