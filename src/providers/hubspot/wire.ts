import { ProviderError } from "../../lib/errors.ts";
import { retryAfterSeconds } from "../../lib/http.ts";
import { isRecord } from "../../lib/json.ts";
import { AnswerError, malformed, refusedRequest, type FailedAnswer } from "../kit/answers.ts";
import { createTransport } from "../kit/transport.ts";
import type { Session } from "../provider.ts";
import { parseContact, readProperties, type Contact, type ContactPatch } from "./contact.ts";

/** The version of the API that stands in every path; HubSpot supports each for 18 months. */
export const apiVersion = "2026-03";

/** What HubSpot takes in one batch of any kind. */
export const batchSize = 100;

const contactsPath = `/crm/objects/${apiVersion}/contacts`;

export interface WirePage {
  readonly entries: readonly unknown[];
  /** Where the next page starts; null on the last one. */
  readonly after: string | null;
}

export interface SearchPage extends WirePage {
  /** How many contacts the whole search found; null where it is not told. */
  readonly total: number | null;
}

export interface SearchRequest {
  readonly filters: readonly SearchFilter[];
  readonly sort: { readonly propertyName: string; readonly direction: "ASCENDING" | "DESCENDING" };
  readonly limit: number;
}

export interface SearchFilter {
  readonly propertyName: string;
  readonly operator: "GT" | "GTE";
  readonly value: string;
}

/** Of a batch what was done, in no order, and errors of the rest. */
export interface BatchAnswer {
  readonly entries: readonly unknown[];
  readonly errors: readonly unknown[];
}

export interface CreateInput {
  readonly properties: ContactPatch;
  readonly objectWriteTraceId: string;
}

export interface UpdateInput extends CreateInput {
  readonly id: string;
}

export interface HubSpotWire {
  toProviderTime(ourMs: number): number;
  /** A contact with all that this wire asks for. */
  readonly parse: (entry: unknown) => Contact;
  account(): Promise<Record<string, unknown>>;
  list(options: {
    readonly after: string | null;
    readonly archived: boolean;
    readonly limit?: number;
  }): Promise<WirePage>;
  search(request: SearchRequest): Promise<SearchPage>;
  retrieve(id: string): Promise<unknown>;
  /** By any of its addresses. */
  retrieveByEmail(email: string): Promise<unknown>;
  retrieveMany(
    ids: readonly string[],
    options: { readonly archived: boolean },
  ): Promise<BatchAnswer>;
  create(properties: ContactPatch): Promise<unknown>;
  update(id: string, properties: ContactPatch): Promise<unknown>;
  archive(id: string): Promise<void>;
  createMany(inputs: readonly CreateInput[]): Promise<BatchAnswer>;
  updateMany(inputs: readonly UpdateInput[]): Promise<BatchAnswer>;
}

/** Throws AnswerError for what only the verb can judge: an unknown id, a refused value, a taken address. */
export function openWire(session: Session, properties: readonly string[] = []): HubSpotWire {
  const { clock } = session.deps;
  const { api } = session.endpoints;
  const transport = createTransport(withBodies(session), {
    title: "HubSpot",
    waitSeconds: (answer) => {
      const told = retryAfterSeconds(answer.headers, clock);
      if (answer.status === 429) return told ?? policyWait(answer);
      // 423: the record is locked for a moment. 477: the account is moving to another data centre.
      if (answer.status === 423) return told ?? 2;
      return answer.status === 477 ? (told ?? 600) : null;
    },
  });
  const send = async (method: string, path: string, body?: unknown) => {
    const init = {
      method,
      ...(body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
    };
    try {
      const response = await transport.fetch(`${api}${path}`, init);
      const answer: unknown = await response.json();
      return isRecord(answer) ? answer : {};
    } catch (error) {
      if (error instanceof AnswerError && !judgedByVerbs.has(error.answer.status))
        throw refusedRequest("HubSpot", error.answer);
      throw error;
    }
  };
  /** Some reads go by POST. */
  const read = async (path: string, body: unknown) => {
    try {
      return await send("POST", path, body);
    } catch (error) {
      throw harmless(error);
    }
  };
  const known: readonly string[] = readProperties;
  const more = [...new Set(properties)].filter((name) => !known.includes(name));
  const asked = [...readProperties, ...more];
  const shown = `properties=${asked.join(",")}`;
  return {
    toProviderTime: (ourMs) => transport.toProviderTime(ourMs),
    parse: (entry) => parseContact(entry, more),
    account: () => send("GET", `/account-info/${apiVersion}/details`),
    list: async ({ after, archived, limit = 100 }) => {
      const from = after === null ? "" : `&after=${encodeURIComponent(after)}`;
      const query = `limit=${limit}&archived=${archived}&${shown}${from}`;
      const page = parsePage(await send("GET", `${contactsPath}?${query}`));
      checkProperties(page, more);
      return page;
    },
    search: async ({ filters, sort, limit }) => {
      const filterGroups = filters.length === 0 ? [] : [{ filters }];
      const body = { filterGroups, sorts: [sort], properties: asked, limit };
      const answer = await read(`${contactsPath}/search`, body);
      const { total } = answer;
      return { ...parsePage(answer), total: Number.isSafeInteger(total) ? Number(total) : null };
    },
    retrieve: (id) => send("GET", `${contactsPath}/${encodeURIComponent(id)}?${shown}`),
    retrieveByEmail: (email) =>
      send("GET", `${contactsPath}/${encodeURIComponent(email)}?idProperty=email&${shown}`),
    retrieveMany: async (ids, { archived }) =>
      parseBatch(
        await read(`${contactsPath}/batch/read?archived=${archived}`, {
          inputs: ids.map((id) => ({ id })),
          properties: asked,
          propertiesWithHistory: [],
        }),
        false,
      ),
    create: (properties) => send("POST", contactsPath, { properties }),
    update: (id, properties) =>
      send("PATCH", `${contactsPath}/${encodeURIComponent(id)}`, { properties }),
    archive: async (id) => {
      await send("DELETE", `${contactsPath}/${encodeURIComponent(id)}`);
    },
    createMany: async (inputs) =>
      parseBatch(await send("POST", `${contactsPath}/batch/create`, { inputs }), true),
    updateMany: async (inputs) =>
      parseBatch(await send("POST", `${contactsPath}/batch/update`, { inputs }), true),
  };
}

/** HubSpot leaves out what there is no such property of, without a word: every contact would seem to lack it. */
function checkProperties({ entries }: WirePage, names: readonly string[]): void {
  const [first] = entries;
  const given = isRecord(first) ? first["properties"] : undefined;
  const unknown = isRecord(given) ? names.find((name) => !(name in given)) : undefined;
  if (unknown === undefined) return;
  throw new ProviderError(
    "provider-refused",
    `HubSpot has no contact property "${unknown}" that it would show to this sign-in`,
    { hint: "The connection's settings name it: correct the internal name, or make the property." },
  );
}

const judgedByVerbs = new Set([400, 404, 409, 413, 422]);

/** How long a spent limit takes to come back, where no header says it. */
function policyWait({ body }: FailedAnswer): number {
  const policy = isRecord(body) ? body["policyName"] : null;
  if (policy === "SECONDLY") return 1;
  // Until midnight in the account's time zone: what is too soon is asked for again.
  return policy === "DAILY" ? 3600 : 10;
}

/** HubSpot confirms an archiving by 204 without a body, where the transport counts on JSON. */
function withBodies(session: Session): Session {
  const { fetch } = session.deps;
  return {
    ...session,
    deps: {
      ...session.deps,
      fetch: async (url, init) => {
        const response = await fetch(url, init);
        return response.status === 204
          ? Response.json({}, { headers: response.headers })
          : response;
      },
    },
  };
}

function harmless(error: unknown): unknown {
  if (!(error instanceof ProviderError) || error.executed === "no") return error;
  const { code, message, hint, retry, cause } = error;
  return new ProviderError(code, message, { hint, retry, cause, executed: "no" });
}

function parsePage(answer: Record<string, unknown>): WirePage {
  const { results, paging } = answer;
  if (!Array.isArray(results))
    throw malformed("HubSpot answered something else than a list", false);
  const next = isRecord(paging) ? paging["next"] : undefined;
  const after = isRecord(next) ? next["after"] : undefined;
  return { entries: results, after: typeof after === "string" && after !== "" ? after : null };
}

function parseBatch(answer: Record<string, unknown>, write: boolean): BatchAnswer {
  const { results, errors } = answer;
  if (!Array.isArray(results))
    throw malformed("HubSpot answered something else than a batch", write);
  return { entries: results, errors: Array.isArray(errors) ? errors : [] };
}
