import { AuthError } from "../../lib/errors.ts";
import { isRecord } from "../../lib/json.ts";
import { malformed } from "../kit/answers.ts";
import { createTransport } from "../kit/transport.ts";
import type { Session } from "../provider.ts";
import { timeOf, type CustomerPatch } from "./customer.ts";
import { judged, quickBooksFailures, withMeantStatus } from "./faults.ts";
import { carry, openLibrary, type Criterion, type Done, type Library } from "./library.ts";
import { moneyEntities, type MoneyEntity } from "./money.ts";

/** Older ones are no longer served; the library sends the same one by itself. */
const minorVersion = "75";

/** The most that QuickBooks puts into one answer. */
export const pageSize = 1000;

/** Records unparsed, and when QuickBooks answered: milliseconds by its own clock. */
export interface WirePage {
  readonly entries: readonly unknown[];
  readonly atMs: number;
}

export interface QuickBooksWire {
  /** The id of the company, which the sign-in told. */
  readonly realmId: string | null;
  toProviderTime(ourMs: number): number;
  companyName(): Promise<string | null>;
  /** Customers that fulfil all of these, by ascending id, from that position (the first is 1). */
  query(criteria: readonly Criterion[], position: number): Promise<WirePage>;
  /** What changed since then, also what is gone: whole as long as it is fewer than `pageSize`. */
  changes(sinceMs: number): Promise<WirePage>;
  retrieve(id: string): Promise<unknown>;
  /** The same two for transactions; of changes at most `pageSize` in all come. */
  queryMoney(
    entity: MoneyEntity,
    criteria: readonly Criterion[],
    position: number,
  ): Promise<WirePage>;
  moneyChanges(sinceMs: number): Promise<MoneyChanges>;
  /** A repetition under the same request id gives the first answer. */
  create(patch: CustomerPatch, requestId: string): Promise<unknown>;
  /** Refused where the customer has another SyncToken by now; what is not in the patch stays. */
  update(change: CustomerChange): Promise<unknown>;
}

export interface MoneyChanges {
  readonly lists: Readonly<Record<MoneyEntity, readonly unknown[]>>;
  readonly atMs: number;
}

export interface CustomerChange extends CustomerPatch {
  readonly Id: string;
  readonly SyncToken: string;
  readonly Active?: boolean;
}

/** With the inactive ones; queries leave them out by themselves. */
export const anyActive: Criterion = { field: "Active", value: [true, false], operator: "IN" };

/** Throws AnswerError for what only the verb can judge: an unknown id, a stale version, a refused value. */
export function openWire(session: Session): QuickBooksWire {
  const { deps, endpoints, access } = session;
  const transport = createTransport(
    { ...session, deps: { ...deps, fetch: withMeantStatus(deps.fetch) } },
    quickBooksFailures(deps.clock),
  );
  const realmId = access.accountHint;
  let opening: Promise<Library> | null = null;
  const call = async (
    work: (library: Library, done: Done) => void,
    { write = false } = {},
  ): Promise<Record<string, unknown>> => {
    if (realmId === null || !/^[\w-]{1,64}$/.test(realmId)) throw companyUnknown();
    opening ??= openLibrary({ api: endpoints.api, realmId, minorVersion });
    const library = await opening;
    try {
      const answer = await carry(transport.fetch, (done) => work(library, done));
      if (isRecord(answer)) return answer;
    } catch (error) {
      throw judged(error, write);
    }
    throw malformed("QuickBooks answered something else than its API describes", write);
  };
  return {
    realmId,
    toProviderTime: (ourMs) => transport.toProviderTime(ourMs),
    companyName: async () => {
      const company = await call((library, done) => library.getCompanyInfo(realmId ?? "", done));
      const name = company["CompanyName"];
      return typeof name === "string" && name !== "" ? name : null;
    },
    query: async (criteria, position) => {
      const asked = [...criteria, ...pagingFrom(position)];
      return parseQuery(
        await call((library, done) => library.findCustomers(asked, done)),
        "Customer",
      );
    },
    queryMoney: async (entity, criteria, position) => {
      const asked = [...criteria, ...pagingFrom(position)];
      return parseQuery(
        await call((library, done) => finders[entity](library, asked, done)),
        entity,
      );
    },
    moneyChanges: async (sinceMs) => {
      const since = new Date(sinceMs).toISOString();
      const answer = await call((library, done) =>
        library.changeDataCapture(moneyEntities.join(","), since, done),
      );
      const listIn = (entity: MoneyEntity) => parseChanges(answer, entity).entries;
      return {
        lists: {
          Invoice: listIn("Invoice"),
          Payment: listIn("Payment"),
          CreditMemo: listIn("CreditMemo"),
        },
        atMs: answeredAt(answer),
      };
    },
    // In UTC: the library leaves a plus sign as it is, which a server reads as a space.
    changes: async (sinceMs) =>
      parseChanges(
        await call((library, done) =>
          library.changeDataCapture("Customer", new Date(sinceMs).toISOString(), done),
        ),
        "Customer",
      ),
    retrieve: (id) => call((library, done) => library.getCustomer(id, done)),
    // The library takes the request id out of what it is given, and adds members to it.
    create: (patch, requestId) =>
      call((library, done) => library.createCustomer({ ...patch, requestId }, done), {
        write: true,
      }),
    update: (change) =>
      call((library, done) => library.updateCustomer({ ...change, sparse: true }, done), {
        write: true,
      }),
  };
}

type Finder = (library: Library, criteria: readonly Criterion[], done: Done) => void;

const finders: Readonly<Record<MoneyEntity, Finder>> = {
  Invoice: (library, criteria, done) => library.findInvoices(criteria, done),
  Payment: (library, criteria, done) => library.findPayments(criteria, done),
  CreditMemo: (library, criteria, done) => library.findCreditMemos(criteria, done),
};

function pagingFrom(position: number): readonly Criterion[] {
  return [
    { field: "asc", value: "Id" },
    { field: "offset", value: position },
    { field: "limit", value: pageSize },
  ];
}

function companyUnknown(): AuthError {
  return new AuthError(
    "reauth-required",
    "the sign-in did not tell which QuickBooks company it is",
    {
      hint: "Run `astralis reconnect` for this connection.",
    },
  );
}

/** https://developer.intuit.com/app/developer/qbo/docs/learn/explore-the-quickbooks-online-api/data-queries */
function parseQuery(answer: Record<string, unknown>, entity: Entity): WirePage {
  return { entries: entriesOf(answer["QueryResponse"], entity), atMs: answeredAt(answer) };
}

/** https://developer.intuit.com/app/developer/qbo/docs/learn/explore-the-quickbooks-online-api/change-data-capture */
function parseChanges(answer: Record<string, unknown>, entity: Entity): WirePage {
  const parts = listOf(answer["CDCResponse"]).flatMap((part) =>
    isRecord(part) && !("Fault" in part) ? listOf(part["QueryResponse"]) : [null],
  );
  return {
    entries: parts.flatMap((part) => entriesOf(part, entity)),
    atMs: answeredAt(answer),
  };
}

type Entity = "Customer" | MoneyEntity;

/** One without any has no list of them; one with a fault is no answer. */
function entriesOf(response: unknown, entity: Entity): readonly unknown[] {
  if (!isRecord(response) || "Fault" in response) throw noList();
  const entries = response[entity];
  return entries === undefined ? [] : listOf(entries);
}

function listOf(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw noList();
  return value;
}

function answeredAt(answer: Record<string, unknown>): number {
  const { time } = answer;
  const atMs = timeOf(typeof time === "string" ? time : null);
  if (atMs === null) throw malformed("QuickBooks' answer does not tell its time", false);
  return atMs;
}

function noList() {
  return malformed("QuickBooks answered something else than a list", false);
}
