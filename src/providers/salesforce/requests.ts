import { AstralisError, ProviderError } from "../../lib/errors.ts";
import type { Clock } from "../../lib/clock.ts";
import { retryAfterSeconds, type Fetch } from "../../lib/http.ts";
import { isRecord } from "../../lib/json.ts";
import { AnswerError, malformed, refusedRequest, unavailable } from "../kit/answers.ts";
import type { FailureReader } from "../kit/answers.ts";
import { createTransport } from "../kit/transport.ts";
import type { Session } from "../provider.ts";
import {
  contactKeys,
  parseContact,
  parseProblems,
  parseSaveResult,
  textKeys,
  type Contact,
  type ContactPatch,
  type SaveResult,
} from "./wire.ts";

/** The version that the adapter is written against, "Spring '26". */
const apiVersion = "66.0";

const root = `/services/data/v${apiVersion}`;

/** The most records in one request: to create, to update or to read. */
export const collectionSize = 200;

/** A page of a query's results, unparsed. */
export interface QueryPage {
  readonly records: readonly unknown[];
  /** Leads to the next page; null for the last one. */
  readonly locator: string | null;
}

export interface SalesforceWire {
  /** What is asked for of every contact, as SOQL lists it. */
  readonly columns: string;
  /** A contact with all of that. */
  readonly parse: (record: unknown) => Contact;
  toOurTime(providerMs: number): number;
  toProviderTime(ourMs: number): number;
  /** `deleted` asks the recycle bin as well. */
  query(soql: string, options?: { readonly deleted?: boolean }): Promise<QueryPage>;
  more(locator: string): Promise<QueryPage>;
  /** At most `collectionSize`, in the order of the ids; null for each that is not there. */
  retrieve(ids: readonly string[]): Promise<readonly unknown[]>;
  /** The new contact's id. */
  create(patch: ContactPatch): Promise<string>;
  /** Only as long as it was not edited since; milliseconds by Salesforce's clock. */
  update(id: string, patch: ContactPatch, unmodifiedSinceMs: number): Promise<void>;
  remove(id: string): Promise<void>;
  /** At most `collectionSize`, the results in their order. */
  createMany(patches: readonly ContactPatch[]): Promise<readonly SaveResult[]>;
  updateMany(
    patches: readonly (readonly [id: string, patch: ContactPatch])[],
  ): Promise<readonly SaveResult[]>;
  /** Throws while little is left of the org's requests of the day: what reads may wait. */
  keepReserve(): void;
}

/** Throws AnswerError for what only the verb can judge: an unknown id, a refused record, a lost page. */
export function openWire(session: Session, fields: readonly string[] = []): SalesforceWire {
  const { clock } = session.deps;
  const fetch = withObjects(session.deps.fetch);
  const transport = createTransport(
    { ...session, deps: { ...session.deps, fetch } },
    failures(clock),
  );
  const reserve = createReserve(clock);
  const own = new Set(contactKeys.map((name) => name.toLowerCase()));
  const more = [...new Set(fields)].filter((name) => !own.has(name.toLowerCase()));
  const keys = [...contactKeys, ...more];

  const ask = async (
    method: string,
    path: string,
    { body, headers = {} }: { body?: unknown; headers?: Readonly<Record<string, string>> } = {},
  ): Promise<Readonly<Record<string, unknown>>> => {
    try {
      // A renewed session may name another place than the one before.
      const api = session.access.apiOrigin ?? session.endpoints.api;
      const response = await transport.fetch(`${api}${root}${path}`, {
        method,
        headers: {
          ...headers,
          ...(body === undefined ? {} : { "content-type": "application/json" }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      reserve.note(response.headers.get("sforce-limit-info"));
      const answer: unknown = await response.json();
      return isRecord(answer) ? answer : {};
    } catch (error) {
      throw judged(error, more);
    }
  };
  const saveMany = async (method: string, records: readonly unknown[]) => {
    const answer = await ask(method, "/composite/sobjects", {
      body: { allOrNone: false, records },
    });
    const results = listOf(answer)
      .map(parseSaveResult)
      .filter((result) => result !== null);
    if (results.length !== records.length)
      throw malformed("Salesforce's answer does not tell of each record", true);
    return results;
  };

  return {
    columns: keys.join(", "),
    parse: (record) => parseContact(record, more),
    toOurTime: (providerMs) => transport.toOurTime(providerMs),
    toProviderTime: (ourMs) => transport.toProviderTime(ourMs),
    query: async (soql, { deleted = false } = {}) =>
      parsePage(
        await ask("GET", `/${deleted ? "queryAll" : "query"}?q=${encodeURIComponent(soql)}`),
      ),
    more: async (locator) => parsePage(await ask("GET", `/query/${locator}`)),
    retrieve: async (ids) => {
      const asked = `ids=${ids.join(",")}&fields=${keys.join(",")}`;
      const records = listOf(await ask("GET", `/composite/sobjects/Contact?${asked}`));
      if (records.length !== ids.length)
        throw malformed("Salesforce's answer does not tell of each id", false);
      return records;
    },
    create: async (patch) => {
      const result = parseSaveResult(await ask("POST", "/sobjects/Contact", { body: patch }));
      if (result?.kind !== "saved") throw malformed("Salesforce's answer names no contact", true);
      return result.id;
    },
    update: async (id, patch, unmodifiedSinceMs) => {
      const headers = { "if-unmodified-since": new Date(unmodifiedSinceMs).toUTCString() };
      await ask("PATCH", `/sobjects/Contact/${id}`, { body: patch, headers });
    },
    remove: async (id) => void (await ask("DELETE", `/sobjects/Contact/${id}`)),
    createMany: (patches) =>
      saveMany(
        "POST",
        patches.map((patch) => ({ attributes, ...patch })),
      ),
    updateMany: (patches) =>
      saveMany(
        "PATCH",
        patches.map(([id, patch]) => ({ attributes, id, ...patch })),
      ),
    keepReserve: () => reserve.keep(),
  };
}

const attributes = { type: "Contact" };

/** Under this key `withObjects` puts a list. */
const listKey = "list";

function listOf(answer: Readonly<Record<string, unknown>>): readonly unknown[] {
  const list = answer[listKey];
  return Array.isArray(list) ? list : [];
}

/** What only one record is refused for, though the status is the one of a missing permission. */
const recordPermissions = [
  "INSUFFICIENT_ACCESS_OR_READONLY",
  "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY",
];

/**
 * Salesforce answers with lists, and with nothing, where the transport takes objects; and it says 403 of a single
 * record where the transport takes that for the whole grant.
 */
function withObjects(fetch: Fetch): Fetch {
  return async (url, init) => {
    const response = await fetch(url, init);
    const { status, headers } = response;
    const text = await response.text();
    if (status === 204) return new Response("{}", { status: 200, headers });
    if (status === 412 && text === "") return new Response("{}", { status, headers });
    if (response.ok && text.startsWith("["))
      return new Response(`{"${listKey}":${text}}`, { status, headers });
    const isRecords = status === 403 && recordPermissions.some((code) => text.includes(code));
    return new Response(text === "" ? null : text, { status: isRecords ? 400 : status, headers });
  };
}

/** Limits count over 24 hours: a moment later nothing has changed. */
const spentWaitSeconds = 900;

/** Too many at once, or a 429 of something before the API. */
const crowdedWaitSeconds = 30;

function failures(clock: Clock): FailureReader {
  return {
    title: "Salesforce",
    waitSeconds: ({ status, body, headers }) => {
      const isSpent = parseProblems(body).some(({ code }) => code === "REQUEST_LIMIT_EXCEEDED");
      if (status !== 429 && !isSpent) return null;
      return (
        retryAfterSeconds(headers, clock) ??
        (status === 429 ? crowdedWaitSeconds : spentWaitSeconds)
      );
    },
  };
}

/** The judgement of an answer that no verb wants to judge by itself. */
function judged(error: unknown, more: readonly string[]): unknown {
  if (error instanceof AstralisError || !(error instanceof AnswerError)) return error;
  const { answer } = error;
  const codes = parseProblems(answer.body).map(({ code }) => code);
  if (codes.includes("UNABLE_TO_LOCK_ROW")) return rowLocked();
  const isHidden = codes.includes("INVALID_FIELD") || codes.includes("INVALID_TYPE");
  if (isHidden && !answer.write) return hidden(more);
  return [400, 404, 412].includes(answer.status) ? error : refusedRequest("Salesforce", answer);
}

/** To a user without access to it, a field or an object does not exist. */
function hidden(more: readonly string[]): ProviderError {
  return new ProviderError(
    "provider-forbidden",
    "Salesforce does not show the user who signed in all that is read of contacts",
    {
      hint: `Give that user read access to contacts and these fields: ${[...textKeys, ...more].join(", ")}.`,
    },
  );
}

/** Somebody else is writing the record, or its account: nothing was done, and soon it can be. */
export function rowLocked(): ProviderError {
  return unavailable("Salesforce is at work on the same record", false, { afterSeconds: 5 });
}

function parsePage(answer: Readonly<Record<string, unknown>>): QueryPage {
  const { records, done, nextRecordsUrl } = answer;
  if (!Array.isArray(records) || typeof done !== "boolean")
    throw malformed("Salesforce answered something else than the results of a query", false);
  if (done) return { records, locator: null };
  const [, locator] =
    /^\/services\/data\/v[\d.]+\/query\/([\w-]{1,100})$/.exec(
      typeof nextRecordsUrl === "string" ? nextRecordsUrl : "",
    ) ?? [];
  if (locator === undefined)
    throw malformed("Salesforce's results go on, but do not say where", false);
  return { records, locator };
}

/** So much of a day's requests is left to the org's other programs, and to what is to be written. */
const reserveShare = 0.05;

/** `api-usage=118/15000` of each answer, and what follows from it. */
function createReserve(clock: Clock) {
  let low: { readonly atMs: number; readonly limit: number } | null = null;
  return {
    note: (header: string | null): void => {
      const [, used, limit] = /(?:^|[^-])api-usage=(\d+)\/(\d+)/.exec(header ?? "") ?? [];
      if (limit === undefined) return;
      const isLow = Number(limit) - Number(used) < Number(limit) * reserveShare;
      low = isLow ? { atMs: clock.now(), limit: Number(limit) } : null;
    },
    /** After a while one request may find out how things are. */
    keep: (): void => {
      if (low === null || clock.now() - low.atMs >= spentWaitSeconds * 1000) return;
      throw new ProviderError(
        "rate-limited",
        `less than 5 % of the ${low.limit} API requests are left that Salesforce allows the org in 24 hours`,
        {
          retry: { afterSeconds: spentWaitSeconds },
          hint: "They are left to the org's other programs. Nothing is lost; syncing less often (schedule) uses fewer.",
        },
      );
    },
  };
}
