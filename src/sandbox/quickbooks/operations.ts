import type { SandboxRequest, World } from "../kit/vendor.ts";
import { showCompany, type Company } from "./company.ts";
import { readCustomer } from "./customer-input.ts";
import { badQuery, invalidQuery, notFound, required, unsupported } from "./errors.ts";
import { moneyEntities, showTransaction, type MoneyStore } from "./money-store.ts";
import { parseQuery, type Query } from "./query.ts";
import { queryCustomers, queryTransactions } from "./query-customers.ts";
import type { Store } from "./store.ts";

export interface Operation {
  readonly method: string;
  /** Below /v3/company/{realmId}, which is part of it. */
  readonly template: string;
  /** Beside those that every operation has. */
  readonly parameters: readonly string[];
  /** The answer without its time. */
  run(request: SandboxRequest, id: string): OperationAnswer;
}

export interface OperationAnswer {
  readonly body: Readonly<Record<string, unknown>>;
  readonly wrote?: boolean;
}

interface Parts {
  readonly world: World;
  readonly company: Company;
  readonly store: Store;
  readonly money: MoneyStore;
  /** Before this moment, the capture of changes knows nothing. */
  captureFloorMs(): number;
}

const captureLimit = 1000;
const root = "/v3/company/{realmId}";

export function createOperations(parts: Parts): readonly Operation[] {
  const { company, store } = parts;
  return [
    {
      method: "GET",
      template: `${root}/companyinfo/{id}`,
      parameters: [],
      run: (_request, id) => {
        if (id !== company.realmId) throw notFound();
        return { body: { CompanyInfo: showCompany(company) } };
      },
    },
    {
      method: "GET",
      template: `${root}/customer/{id}`,
      parameters: [],
      run: (_request, id) => {
        const customer = store.get(id);
        if (customer === null) throw notFound();
        return { body: { Customer: store.show(customer) } };
      },
    },
    {
      method: "POST",
      template: `${root}/customer`,
      parameters: ["requestid", "operation", "include"],
      run: (request) => write(request, store),
    },
    {
      method: "GET",
      template: `${root}/query`,
      parameters: ["query"],
      run: ({ query }) => {
        const statement = query.get("query") ?? "";
        if (statement === "") throw badQuery("Encountered <EOF>");
        return { body: { QueryResponse: answerQuery(parseQuery(statement), parts) } };
      },
    },
    {
      method: "GET",
      template: `${root}/cdc`,
      parameters: ["entities", "changedSince"],
      run: ({ query }) => ({ body: { CDCResponse: [capture(query, parts)] } }),
    },
  ];
}

function write(request: SandboxRequest, store: Store): OperationAnswer {
  const type = request.headers["content-type"] ?? "";
  if (!type.startsWith("application/json")) throw unsupported("Content-Type");
  const input = readCustomer(parseJson(request.body.toString("utf8")));
  const operation = request.query.get("operation");
  if (operation !== null && operation !== "update") throw unsupported("operation");
  if (input.id === null && operation === "update") throw required("Id");
  const customer = input.id === null ? store.create(input) : store.update(input);
  return { body: { Customer: store.show(customer) }, wrote: true };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw unsupported("body");
  }
}

function answerQuery(query: Query, { company, store, money }: Parts): Record<string, unknown> {
  const entity = query.entity.toLowerCase();
  if (entity === "companyinfo") return { CompanyInfo: [showCompany(company)], maxResults: 1 };
  if (entity === "customer")
    return pageOf(query, "Customer", queryCustomers(query, store.all()), (one) => store.show(one));
  const asked = moneyEntities.find((name) => name.toLowerCase() === entity);
  if (asked === undefined)
    throw invalidQuery(`The sandbox does not simulate the entity ${query.entity}`);
  const found = queryTransactions(query, money.all(asked), asked);
  return pageOf(query, asked, found, showTransaction);
}

function pageOf<T>(
  query: Query,
  name: string,
  found: readonly T[],
  show: (item: T) => unknown,
): Record<string, unknown> {
  if (query.counts) return { totalCount: found.length };
  const shown = found.slice(query.start - 1, query.start - 1 + query.max);
  if (shown.length === 0) return {};
  return {
    [name]: shown.map(show),
    startPosition: query.start,
    maxResults: shown.length,
  };
}

/** Changes of the last 30 days, at most a thousand, without a way to the next ones. */
function capture(query: URLSearchParams, parts: Parts): Record<string, unknown> {
  const { world, store, money } = parts;
  const entities = query.get("entities");
  if (entities === null || entities === "") throw required("entities");
  const names = entities.split(",").map((asked) => {
    const name = ["Customer", ...moneyEntities].find(
      (one) => one.toLowerCase() === asked.trim().toLowerCase(),
    );
    if (name === undefined) throw invalidQuery(`The sandbox does not simulate changes of ${asked}`);
    return name;
  });
  const since = Date.parse(query.get("changedSince") ?? "");
  if (Number.isNaN(since)) throw required("changedSince");
  const floorMs = Math.max(world.now() - 30 * 24 * 3600 * 1000, parts.captureFloorMs());
  if (since < floorMs) throw invalidQuery("changedSince is more than 30 days ago");
  let left = captureLimit;
  const responses = names.map((name) => {
    const entity = moneyEntities.find((one) => one === name);
    const changes =
      entity === undefined
        ? store.changedSince(since, left)
        : money.changedSince(entity, since).slice(0, left);
    left -= changes.length;
    if (changes.length === 0) return {};
    return { [name]: changes, startPosition: 1, maxResults: changes.length };
  });
  return { QueryResponse: responses };
}
