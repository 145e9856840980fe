import { showAccount, type Account } from "./accounts.ts";
import { readCustomerParams } from "./customer-params.ts";
import { showCustomer, showDeleted, type Customer } from "./customer.ts";
import { invalidRequest, missing } from "./errors.ts";
import { showEvent, type StripeEvent } from "./events.ts";
import { customerExpander, listExpander, notExpandable } from "./expand.ts";
import { listParams, readLimit, readPageRequest, showList } from "./lists.ts";
import { readParams, required, type Params } from "./params.ts";
import { moneyOperations } from "./money-operations.ts";
import type { Operation } from "./operation.ts";
import { parseQuery } from "./search-query.ts";
import type { Store } from "./store.ts";

/** The part of Stripe's API that is simulated. A path is taken by the first that fits. */
export function createOperations(parts: {
  readonly account: Account;
  readonly store: Store;
}): readonly Operation[] {
  return [
    ...customerReads(parts.store),
    ...customerWrites(parts.store),
    ...eventReads(parts.store),
    ...moneyOperations(parts.store.money),
    {
      method: "GET",
      template: "/v1/account",
      permission: "rak_accounts_kyc_basic_read",
      prepare: ({ form }) => {
        refuseExpand(readParams(form, ["expand"]));
        return () => ({ body: showAccount(parts.account) });
      },
    },
  ];
}

function customerReads({ customers, search }: Store): readonly Operation[] {
  const read = { method: "GET", permission: "rak_customer_read" } as const;
  return [
    {
      ...read,
      template: "/v1/customers",
      prepare: ({ form }) => {
        const params = readParams(form, [...listParams, "email", "test_clock"]);
        const request = readPageRequest(params, {
          kind: "customer",
          knows: (id) => customers.knows(id),
        });
        const email = params.word("email");
        const testClock = params.word("test_clock");
        if (testClock !== undefined)
          throw missing("test clock", testClock, { param: "test_clock", status: 400 });
        const expand = listExpander(params.list("expand") ?? []);
        const accept = (customer: Customer) => email === undefined || customer.email === email;
        return () => {
          const page = customers.page({ ...request, accept });
          const items = page.items.map((customer) => expand(showCustomer(customer)));
          return { body: showList("/v1/customers", { ...page, items }) };
        };
      },
    },
    {
      ...read,
      template: "/v1/customers/search",
      prepare: ({ form }) => {
        const params = readParams(form, ["expand", "limit", "page", "query"]);
        const accept = parseQuery(required(params.word("query"), "query"));
        const limit = readLimit(params);
        const from = offsetOf(params.word("page"));
        const paths = params.list("expand") ?? [];
        const expand = listExpander(paths.filter((path) => path !== "total_count"));
        return () => {
          const found = search.find(accept);
          const shown = found.slice(from, from + limit).map(showCustomer);
          const hasMore = found.length > from + limit;
          return {
            body: {
              object: "search_result",
              data: shown.map(expand),
              has_more: hasMore,
              next_page: hasMore ? pageToken(from + limit) : null,
              ...(paths.includes("total_count") ? { total_count: found.length } : {}),
              url: "/v1/customers/search",
            },
          };
        };
      },
    },
    {
      ...read,
      template: "/v1/customers/{customer}",
      prepare: ({ form, id }) => {
        const expand = customerExpander(readParams(form, ["expand"]).list("expand") ?? []);
        return () => {
          const customer = customers.get(id);
          if (customer !== undefined) return { body: expand(showCustomer(customer)) };
          if (customers.knows(id)) return { body: showDeleted(id) };
          throw missing("customer", id, { param: "id" });
        };
      },
    },
  ];
}

function customerWrites(store: Store): readonly Operation[] {
  const write = { permission: "rak_customer_write" } as const;
  const present = (id: string): Customer => {
    const customer = store.customers.get(id);
    if (customer === undefined) throw missing("customer", id, { param: "id", executed: true });
    return customer;
  };
  return [
    {
      ...write,
      method: "POST",
      template: "/v1/customers",
      prepare: ({ form, cause }) => {
        const { change, expand } = readCustomerParams(form, "create");
        return () => {
          const customer = store.create(change, cause);
          return { body: expand(showCustomer(customer)), wrote: true };
        };
      },
    },
    {
      ...write,
      method: "POST",
      template: "/v1/customers/{customer}",
      prepare: ({ form, id, cause }) => {
        const { change, expand } = readCustomerParams(form, "update");
        return () => {
          const { customer, changed } = store.update(present(id), change, cause);
          return { body: expand(showCustomer(customer)), wrote: changed };
        };
      },
    },
    {
      ...write,
      method: "DELETE",
      template: "/v1/customers/{customer}",
      prepare: ({ form, id, cause }) => {
        readParams(form, []);
        return () => {
          store.delete(present(id), cause);
          return { body: showDeleted(id), wrote: true };
        };
      },
    },
  ];
}

function eventReads({ events }: Store): readonly Operation[] {
  const read = { method: "GET", permission: "rak_event_read" } as const;
  return [
    {
      ...read,
      template: "/v1/events",
      prepare: ({ form }) => {
        const params = readParams(form, [...listParams, "delivery_success", "type", "types"]);
        const request = readPageRequest(params, { kind: "event", knows: (id) => events.knows(id) });
        const ofType = typeFilter(params);
        // There are no webhooks here, so no delivery has failed.
        const delivered = params.flag("delivery_success") ?? true;
        refuseExpand(params);
        return () => {
          const page = events.page({ ...request, accept: (event) => delivered && ofType(event) });
          return { body: showList("/v1/events", { ...page, items: page.items.map(showEvent) }) };
        };
      },
    },
    {
      ...read,
      template: "/v1/events/{id}",
      prepare: ({ form, id }) => {
        refuseExpand(readParams(form, ["expand"]));
        return () => {
          const event = events.get(id);
          if (event === undefined) throw missing("event", id, { param: "id" });
          return { body: showEvent(event) };
        };
      },
    },
  ];
}

/** `type` may end in `*`; `types` are up to 20 whole names. */
function typeFilter(params: Params): (event: StripeEvent) => boolean {
  const type = params.word("type");
  const types = params.list("types");
  if (type !== undefined && types !== undefined)
    throw invalidRequest("You may only specify one of these parameters: type, types.", {
      code: "parameters_exclusive",
      param: "type",
    });
  if (types !== undefined && types.length > 20)
    throw invalidRequest("You may pass up to 20 types.", { param: "types" });
  if (types !== undefined) return (event) => types.includes(event.type);
  if (type === undefined) return () => true;
  return type.endsWith("*")
    ? (event) => event.type.startsWith(type.slice(0, -1))
    : (event) => event.type === type;
}

function refuseExpand(params: Params): void {
  const [path] = params.list("expand") ?? [];
  if (path !== undefined) throw notExpandable(path);
}

function pageToken(offset: number): string {
  return Buffer.from(`page:${offset}`).toString("base64url");
}

function offsetOf(token: string | undefined): number {
  if (token === undefined) return 0;
  const found = /^page:(\d+)$/.exec(Buffer.from(token, "base64url").toString("utf8"));
  if (found === null) throw invalidRequest("Invalid page token.", { param: "page" });
  return Number(found[1]);
}
