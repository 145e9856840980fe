import { retryAfterSeconds } from "../../lib/http.ts";
import { isRecord } from "../../lib/json.ts";
import type { Account } from "../../model/connection.ts";
import { AnswerError, malformed } from "../kit/answers.ts";
import { createTransport } from "../kit/transport.ts";
import type { Session } from "../provider.ts";
import { judged, problemsOf, title } from "./answers.ts";
import type { MoneyKind } from "./money.ts";
import type { ClientPatch } from "./record.ts";
import { chooseAccount } from "./sign-in.ts";

/** FreshBooks documents neither its rate nor a wait. */
const unsaidWaitSeconds = 10;

/** More are cut to this without a word. */
export const pageSize = 100;

export interface ListRequest {
  readonly page: number;
  /** YYYY-MM-DD, a day of New York. */
  readonly updatedMin?: string;
  readonly deleted?: boolean;
  readonly email?: string;
  readonly ids?: readonly string[];
}

/** A page of clients, unparsed. */
export interface WirePage {
  readonly entries: readonly unknown[];
  /** How many pages there are. */
  readonly pages: number;
}

export interface FreshbooksWire {
  toOurTime(providerMs: number): number;
  toProviderTime(ourMs: number): number;
  /** The business' own id for the accounting endpoints, asked for once where nothing is known of it. */
  accountId(): Promise<string>;
  account(): Promise<Account>;
  /** Active and archived clients, or those that were deleted; never both. */
  list(request: ListRequest): Promise<WirePage>;
  /** The same of invoices or payments. */
  listMoney(kind: MoneyKind, request: ListRequest): Promise<WirePage>;
  retrieve(id: string): Promise<unknown>;
  create(patch: ClientPatch): Promise<unknown>;
  update(id: string, patch: ClientPatch): Promise<unknown>;
  /** By itself: an update that names the visibility drops all other changes without a word. */
  remove(id: string): Promise<unknown>;
}

/** Throws AnswerError for what only the verb can judge: an unknown client, a refused value. */
export function openWire(session: Session): FreshbooksWire {
  const { api } = session.endpoints;
  const known = session.access.accountHint;
  const transport = createTransport(session, {
    title,
    waitSeconds: ({ status, headers }) =>
      status === 429 ? (retryAfterSeconds(headers, session.deps.clock) ?? unsaidWaitSeconds) : null,
  });

  const call = async (
    method: "GET" | "POST" | "PUT",
    path: string,
    body?: Readonly<Record<string, unknown>>,
  ): Promise<Record<string, unknown>> => {
    try {
      const response = await transport.fetch(`${api}${path}`, {
        method,
        headers: { accept: "application/json", "content-type": "application/json" },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const answer: unknown = await response.json();
      const { status, headers } = response;
      const write = method !== "GET";
      if (problemsOf(answer) !== null)
        throw new AnswerError({ status, headers, body: answer, write });
      const content = isRecord(answer) ? answer["response"] : undefined;
      if (!isRecord(content)) throw malformed(`${title}'s answer has no response`, write);
      return content;
    } catch (error) {
      throw judged(error);
    }
  };

  const readAccount = async () =>
    chooseAccount(parseAccounts(await call("GET", "/auth/api/v1/users/me")), known);
  let reading: Promise<Account> | null = null;
  const accountId = async (): Promise<string> => {
    if (known !== null) return known;
    reading ??= readAccount();
    try {
      return (await reading).id;
    } catch (error) {
      reading = null;
      throw error;
    }
  };
  const clientsPath = async (id?: string) => {
    const base = `/accounting/account/${encodeURIComponent(await accountId())}/users/clients`;
    return id === undefined ? base : `${base}/${encodeURIComponent(id)}`;
  };
  const write = async (method: "POST" | "PUT", path: string, client: object) =>
    clientOf(await call(method, path, { client }), true);

  return {
    toOurTime: (providerMs) => transport.toOurTime(providerMs),
    toProviderTime: (ourMs) => transport.toProviderTime(ourMs),
    accountId,
    account: readAccount,
    list: async (request) => {
      const content = await call("GET", `${await clientsPath()}?${queryOf(request)}`);
      return parsePage(content, "clients", request.page);
    },
    listMoney: async (kind, request) => {
      const account = encodeURIComponent(await accountId());
      const path = `/accounting/account/${account}/${kind}/${kind}`;
      return parsePage(await call("GET", `${path}?${queryOf(request)}`), kind, request.page);
    },
    retrieve: async (id) => clientOf(await call("GET", await clientsPath(id)), false),
    create: async (patch) => write("POST", await clientsPath(), patch),
    update: async (id, patch) => write("PUT", await clientsPath(id), patch),
    remove: async (id) => write("PUT", await clientsPath(id), { vis_state: 1 }),
  };
}

/** https://www.freshbooks.com/api/parameters and the filters of https://www.freshbooks.com/api/clients */
function queryOf({ page, updatedMin, deleted, email, ids = [] }: ListRequest): string {
  const query = new URLSearchParams({ page: String(page), per_page: String(pageSize) });
  if (updatedMin !== undefined) query.set("search[updated_min]", updatedMin);
  if (deleted === true) query.set("search[vis_state]", "1");
  if (email !== undefined) query.set("search[email]", email);
  for (const id of ids) query.append("search[userids][]", id);
  return query.toString();
}

function parsePage(
  content: Readonly<Record<string, unknown>>,
  name: "clients" | MoneyKind,
  asked: number,
): WirePage {
  const result = isRecord(content["result"]) ? content["result"] : {};
  const { [name]: entries, page, pages } = result;
  if (!Array.isArray(entries) || !isCount(page) || !isCount(pages))
    throw malformed(`${title} answered something else than a list`, false);
  if (page !== asked)
    throw malformed(`${title} answered another page than the one asked for`, false);
  return { entries, pages };
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function clientOf(content: Readonly<Record<string, unknown>>, write: boolean): unknown {
  const result = isRecord(content["result"]) ? content["result"] : {};
  if (!isRecord(result["client"])) throw malformed(`${title}'s answer holds no client`, write);
  return result["client"];
}

/** The businesses that keep books, each once, by the id of their accounting endpoints. */
function parseAccounts(content: Readonly<Record<string, unknown>>): readonly Account[] {
  const { business_memberships: memberships } = content;
  if (!Array.isArray(memberships)) throw malformed(`${title}'s answer names no businesses`, false);
  const accounts = new Map<string, Account>();
  for (const membership of memberships) {
    const business = isRecord(membership) ? membership["business"] : undefined;
    const { account_id: id, name } = isRecord(business) ? business : {};
    if (typeof id !== "string" || id === "" || accounts.has(id)) continue;
    accounts.set(id, { id, name: typeof name === "string" && name !== "" ? name : id });
  }
  return [...accounts.values()];
}
