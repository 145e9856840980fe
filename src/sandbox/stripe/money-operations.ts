import { missing } from "./errors.ts";
import { notExpandable } from "./expand.ts";
import type { Permission } from "./keys.ts";
import { listParams, readPageRequest, showList } from "./lists.ts";
import { showCharge, showIntent, showInvoice, showRefund } from "./money.ts";
import type { MoneyStore } from "./money-store.ts";
import type { Operation } from "./operation.ts";
import { readParams, type Params } from "./params.ts";
import type { Timeline } from "./timeline.ts";

interface Listed {
  readonly id: string;
  readonly created: number;
}

interface Kind<T extends Listed> {
  /** "invoices": its place under /v1/. */
  readonly name: string;
  /** As refusals name it. */
  readonly title: string;
  /** The path's parameter, as the description writes it. */
  readonly parameter: string;
  readonly permission: Permission;
  readonly objects: Timeline<T>;
  /** Filters by the value of a member. */
  readonly filters: Readonly<Record<string, (item: T) => string | null>>;
  readonly expandable: readonly string[];
  show(item: T, expanded: readonly string[]): unknown;
}

/** Listing and reading of invoices, payments, charges and refunds. */
export function moneyOperations(money: MoneyStore): readonly Operation[] {
  return [
    ...readsOf({
      name: "invoices",
      title: "invoice",
      parameter: "{invoice}",
      permission: "rak_invoice_read",
      objects: money.invoices,
      filters: { customer: (one) => one.customer, status: (one) => one.status },
      expandable: ["payments"],
      show: (one, expanded) => showInvoice(one, expanded.includes("payments")),
    }),
    ...readsOf({
      name: "payment_intents",
      title: "payment_intent",
      parameter: "{intent}",
      permission: "rak_payment_intent_read",
      objects: money.intents,
      filters: { customer: (one) => one.customer },
      expandable: [],
      show: showIntent,
    }),
    ...readsOf({
      name: "charges",
      title: "charge",
      parameter: "{charge}",
      permission: "rak_charge_read",
      objects: money.charges,
      filters: { customer: (one) => one.customer, payment_intent: (one) => one.intent },
      expandable: [],
      show: showCharge,
    }),
    ...readsOf({
      name: "refunds",
      title: "refund",
      parameter: "{refund}",
      permission: "rak_charge_read",
      objects: money.refunds,
      filters: { charge: (one) => one.charge, payment_intent: (one) => one.intent },
      expandable: [],
      show: showRefund,
    }),
  ];
}

function readsOf<T extends Listed>(kind: Kind<T>): readonly Operation[] {
  const { name, title, permission, objects } = kind;
  return [
    {
      method: "GET",
      template: `/v1/${name}`,
      permission,
      prepare: ({ form }) => {
        const params = readParams(form, [...listParams, ...Object.keys(kind.filters)]);
        const request = readPageRequest(params, { kind: title, knows: (id) => objects.knows(id) });
        const wanted = Object.entries(kind.filters).flatMap(([filter, read]) => {
          const value = params.word(filter);
          return value === undefined ? [] : [(item: T) => read(item) === value];
        });
        const expanded = expandedOf(params, kind.expandable, "data.");
        return () => {
          const accept = (item: T) => wanted.every((fits) => fits(item));
          const page = objects.page({ ...request, accept });
          const items = page.items.map((item) => kind.show(item, expanded));
          return { body: showList(`/v1/${name}`, { ...page, items }) };
        };
      },
    },
    {
      method: "GET",
      template: `/v1/${name}/${kind.parameter}`,
      permission,
      prepare: ({ form, id }) => {
        const expanded = expandedOf(readParams(form, ["expand"]), kind.expandable, "");
        return () => {
          const item = objects.get(id);
          if (item === undefined) throw missing(title, id, { param: title });
          return { body: kind.show(item, expanded) };
        };
      },
    },
  ];
}

function expandedOf(
  params: Params,
  expandable: readonly string[],
  prefix: "" | "data.",
): readonly string[] {
  const paths = params.list("expand") ?? [];
  const foreign = paths.find((path) => !expandable.some((name) => path === prefix + name));
  if (foreign !== undefined) throw notExpandable(foreign);
  return paths.map((path) => path.slice(prefix.length));
}
