import { AsyncLocalStorage } from "node:async_hooks";
import { createRequire } from "node:module";
import { InternalError } from "../../lib/errors.ts";
import type { Fetch } from "../../lib/http.ts";

/** What is used of node-quickbooks; its own types describe answers that we parse ourselves. */
export interface Library {
  endpoint: string;
  getCompanyInfo(id: string, done: Done): void;
  getCustomer(id: string, done: Done): void;
  findCustomers(criteria: readonly Criterion[], done: Done): void;
  findInvoices(criteria: readonly Criterion[], done: Done): void;
  findPayments(criteria: readonly Criterion[], done: Done): void;
  findCreditMemos(criteria: readonly Criterion[], done: Done): void;
  changeDataCapture(entities: string, since: string, done: Done): void;
  createCustomer(customer: Record<string, unknown>, done: Done): void;
  updateCustomer(customer: Record<string, unknown>, done: Done): void;
}

export type Done = (error: unknown, answer?: unknown) => void;

export interface Criterion {
  readonly field: string;
  readonly value: string | number | readonly (string | boolean)[];
  readonly operator?: string;
}

export interface LibraryOptions {
  readonly api: string;
  readonly realmId: string;
  readonly minorVersion: string;
}

/** Sends with that fetch whatever the work makes the library send, and with nothing else. */
export async function carry(fetch: Fetch, work: (done: Done) => void): Promise<unknown> {
  return carried.run(
    fetch,
    () =>
      new Promise((resolve, reject) => {
        work((error, answer) => {
          if (error === null || error === undefined) return resolve(answer);
          reject(error instanceof Error ? error : new TypeError("the library gave up"));
        });
      }),
  );
}

/** Loads it on first use (it takes 200 ms), once for the process. Its tokens are the transport's to set. */
export async function openLibrary(options: LibraryOptions): Promise<Library> {
  loading ??= loadLibrary();
  const QuickBooks = await loading;
  const { api, realmId, minorVersion } = options;
  const token = "set-by-the-transport";
  const version = "2.0";
  const client = new QuickBooks("", "", token, false, realmId, false, false, minorVersion, version);
  client.endpoint = `${api}/v3/company/`;
  return client;
}

/** The fetch of the session whose call is under way. */
const carried = new AsyncLocalStorage<Fetch>();

let loading: Promise<Constructor> | null = null;

/**
 * The library calls axios' default instance and leaves no room for options, so that only a request interceptor can
 * change how one of its requests is sent. Ours runs for calls made inside `carry` and for no others: whoever else
 * uses axios in this process keeps its own ways. It must be the copy of axios that the library itself has loaded.
 */
async function loadLibrary(): Promise<Constructor> {
  const { default: library }: { readonly default: unknown } = await import("node-quickbooks");
  const axios: unknown = createRequire(import.meta.resolve("node-quickbooks"))("axios");
  if (!isConstructor(library) || !isAxios(axios))
    throw new InternalError(
      "node-quickbooks is not of the version that this adapter was written for",
    );
  axios.interceptors.request.use(
    (config) => {
      const fetch = carried.getStore();
      if (fetch !== undefined) config.adapter = adapterOf(fetch, axios);
      return config;
    },
    null,
    { synchronous: true, runWhen: () => carried.getStore() !== undefined },
  );
  return library;
}

/** An axios adapter over a fetch, which needs no socket. The library's own headers stay behind. */
function adapterOf(fetch: Fetch, axios: Axios): Adapter {
  return async (config) => {
    const { data, method = "get" } = config;
    const body = typeof data === "string" ? data : null;
    const response = await fetch(axios.getUri(config), {
      method: method.toUpperCase(),
      headers: {
        accept: "application/json",
        ...(body === null ? {} : { "content-type": "application/json" }),
      },
      body,
    });
    const answer: unknown = await response.json();
    const { status, statusText } = response;
    return { data: answer, status, statusText, headers: {}, config, request: null };
  };
}

type Constructor = new (
  key: string,
  secret: string,
  token: string,
  tokenSecret: false,
  realmId: string,
  useSandbox: boolean,
  debug: boolean,
  minorVersion: string,
  oauthVersion: string,
) => Library;

/** https://axios-http.com/docs/req_config, as far as it is used here. */
interface AxiosConfig {
  readonly method?: string;
  /** Already JSON. */
  readonly data?: unknown;
  adapter?: Adapter;
}

type Adapter = (config: AxiosConfig) => Promise<Readonly<Record<string, unknown>>>;

interface Axios {
  readonly interceptors: {
    readonly request: {
      use(
        change: (config: AxiosConfig) => AxiosConfig,
        failed: null,
        options: { readonly synchronous: boolean; readonly runWhen: () => boolean },
      ): unknown;
    };
  };
  getUri(config: AxiosConfig): string;
}

const verbs = [
  "getCompanyInfo",
  "getCustomer",
  "findCustomers",
  "changeDataCapture",
  "createCustomer",
  "updateCustomer",
];

function isConstructor(value: unknown): value is Constructor {
  if (typeof value !== "function") return false;
  const prototype: unknown = value.prototype;
  return verbs.every((verb) => typeof memberOf(prototype, verb) === "function");
}

function isAxios(value: unknown): value is Axios {
  const request = memberOf(memberOf(value, "interceptors"), "request");
  return (
    typeof memberOf(value, "getUri") === "function" &&
    typeof memberOf(request, "use") === "function"
  );
}

function memberOf(value: unknown, name: string): unknown {
  const holds = (typeof value === "object" && value !== null) || typeof value === "function";
  return holds ? Reflect.get(value, name) : undefined;
}
