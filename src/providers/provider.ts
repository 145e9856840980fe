import type { Deps } from "../lib/deps.ts";
import type { AuthError, ProviderError } from "../lib/errors.ts";
import type { ActivityObservation, ActivityType } from "../model/activity.ts";
import type { Account, Collection, Filter, ProviderType } from "../model/connection.ts";
import type { Fields, FieldValue } from "../model/fields.ts";
import type { Observation } from "../model/observation.ts";

/**
 * The contract between the engine and a provider. An adapter turns requests and answers into these words and
 * decides nothing: it knows no store, no clock but the one it is given, and no other provider.
 *
 * Expected outcomes are values. What is thrown is a ProviderError (the request failed; `executed` tells whether
 * a write may have happened; code `rate-limited` carries the wait in `retry`) or an AuthError (sign in again).
 */
export interface Provider {
  readonly name: string;
  /** What people call it: "Stripe". */
  readonly title: string;
  readonly type: ProviderType;
  /** Whose OAuth application it uses: the key under `apps` in the configuration. */
  readonly vendor: string;
  readonly endpoints: Endpoints;
  /** Other places of the same API, by the name that `apps.<vendor>.environment` gives: what they move. */
  readonly environments?: Readonly<Record<string, Partial<Endpoints>>>;
  readonly limits: Limits;
  /** In the order of preference; the first that can be used is used. */
  readonly signIn: readonly SignIn[];
  readonly clients?: ClientsCapabilities;
  readonly activities?: ActivitiesCapabilities;
  /** Opens the account; sends nothing yet. The caller closes nothing. */
  open(session: Session): ProviderSession;
}

/** Origins, without a path or a slash at the end, but for `authorize`, `token` and `revoke`: whole URLs. */
export interface Endpoints {
  readonly api: string;
  readonly authorize?: string;
  readonly token?: string;
  readonly revoke?: string;
}

/** What one account allows; the limiter keeps to it. */
export interface Limits {
  readonly requestsPerSecond: number;
  /** In any stretch of a minute, where the provider counts so as well. */
  readonly requestsPerMinute?: number;
  readonly concurrency: number;
  /** Writes of one account go one after another. */
  readonly serialWrites: boolean;
}

export type SignIn = ApiKeySignIn | OAuthSignIn;

export interface ApiKeySignIn {
  readonly kind: "api-key";
  /** "restricted key". */
  readonly label: string;
  /** Where to make one and what it must be allowed to do, for the prompt. */
  readonly advice: string;
  /** Null for a key of the right form, else what is wrong with it; never repeats the key. */
  check(key: string): string | null;
}

export interface OAuthSignIn {
  readonly kind: "oauth";
  readonly pkce: boolean;
  /** Whether the token endpoint needs the secret of the application. */
  readonly clientSecret: "required" | "optional";
  /** How the application names itself to the token endpoint: in the form where nothing else is said, or by HTTP Basic. */
  readonly clientAuthentication?: "form" | "basic";
  /** The scopes that serve these collections, and no more. */
  scopes(
    collections: readonly Collection[],
    direction: "both" | "pull" | "push",
  ): readonly string[];
  /** Asked for beside them, and may be answered in another spelling. */
  readonly identityScopes: readonly string[];
  /** More parameters of the authorize URL. */
  readonly authorizeParameters: Readonly<Record<string, string>>;
  /** Whether a grant without a refresh token is an error. */
  readonly refreshToken: "required" | "none";
  /** The path of the loopback redirect, "/" where the provider wants the bare root. */
  readonly redirectPath: string;
  /** The host of the loopback redirect, where the provider takes one spelling alone; else 127.0.0.1. */
  readonly redirectHost?: "127.0.0.1" | "localhost";
  /** Environments whose applications may only send back to https: then the address that the browser lands on is pasted. */
  readonly httpsRedirect?: "always" | readonly string[];
  /** Whether a refresh names the redirect address as well. */
  readonly refreshNamesRedirect?: boolean;
  /** The parameter of the callback that names the account, such as QuickBooks' `realmId`. */
  readonly accountParameter?: string;
  /** The members of a token answer that name the account, and the origin that its API is at (Salesforce's `instance_url`). */
  readonly answerNames?: { readonly account?: string; readonly api?: string };
  /** "form": the token in the body, and the application where it has a secret. "basic-json": in a JSON body, the application by HTTP Basic (Intuit). "query": in the URL (Google). */
  readonly revocation: "form" | "basic-json" | "query" | "stripe-deauthorize";
}

/** What an adapter is given to work with. */
export interface Session {
  /** Its fetch already limits, times out and counts; it never retries. */
  readonly deps: Deps;
  readonly endpoints: Endpoints;
  readonly access: Access;
  /**
   * Every observation says whether its record is outside (law 8), and a record that is made is inside. Listings show
   * those outside as well: what left the filter must not seem gone (law 7).
   */
  readonly filter?: Filter | null;
}

/** The connection's credentials; tokens are asked for before every attempt and never kept. */
export interface Access {
  /** A token or key that is good for at least the length of one request. */
  token(): Promise<string>;
  /** Called with the token that the provider just refused; gives another one or throws AuthError. */
  renew(refused: string): Promise<string>;
  /** The account id that the sign-in itself told, such as Stripe Connect's; null where it tells none. */
  readonly accountHint: string | null;
  /** Where the sign-in said that this account's API is; null where it said nothing. */
  readonly apiOrigin: string | null;
}

export interface ProviderSession {
  /** Who this is, by the provider's own id; also proves that the credentials work. */
  account(): Promise<Account>;
  readonly clients?: ClientsSession;
  readonly activities?: ActivitiesSession;
}

/** What the engine must know of a provider's activities. */
export interface ActivitiesCapabilities {
  readonly types: readonly ActivityType[];
  /** The longest an incremental cursor is trusted; afterwards the listing is full. */
  readonly cursorSeconds: number;
}

/** The verb on activities: they are only read. */
export interface ActivitiesSession {
  /**
   * One page of a listing, as for clients. A record that is shown again later in a listing is newer, or as it was.
   * `externalId` of a bad one is its `activityKey`.
   */
  pull(request: PageRequest): Promise<ActivityPage>;
}

export interface ActivityPage {
  readonly observations: readonly ActivityObservation[];
  readonly bad: readonly BadRecord[];
  readonly next: PageNext;
}

/** What the engine must know of a provider's clients. */
export interface ClientsCapabilities {
  readonly lens: LensDescription;
  /** "eventual": a difference seen in a listing is read by id before it counts (law 6). */
  readonly listing: "consistent" | "eventual";
  /** For how long a create under the same key is one create; null where no key is honoured. */
  readonly createKeySeconds: number | null;
  /** Whether records can carry an id of ours. */
  readonly ownId: boolean;
  /** For how long a record that was created may be missing from listings and look-ups. */
  readonly searchLagSeconds: number;
  /** The longest an incremental cursor is trusted; afterwards the listing is full. */
  readonly cursorSeconds: number;
  /** What a filter can name; without it, the provider takes none. */
  readonly filter?: FilterDescription;
  /** How many records one request can create or update, where the session has the verbs for it. */
  readonly batch?: number;
}

export interface FilterDescription {
  /** For people: "`group`, the name of a contact group". */
  readonly possible: string;
  /** What is wrong with one condition; null for a good one. */
  problem(name: string, value: string): string | null;
}

/** The half of a lens that is about values alone; pure. */
export interface LensDescription {
  /** Changes when the meaning of a normal form changes. */
  readonly version: string;
  readonly fields: readonly string[];
  /** What `normal` makes of each of `fields`, for people; tested against it. */
  readonly forms: Readonly<Record<string, FieldForm>>;
  holds(field: string): boolean;
  /** The hub's values as this provider would give them back: cut, folded, reformatted. Idempotent. */
  normal(fields: Fields): Fields;
  /**
   * A remote edit carried onto the hub's value, so that what the provider cannot hold survives it.
   * `base` is the remote half that both sides last agreed on; undefined before the first agreement.
   */
  lift(
    field: string,
    remote: FieldValue,
    local: FieldValue,
    base: FieldValue | undefined,
  ): FieldValue;
}

/** What a provider makes of one field's values. */
export interface FieldForm {
  /** The most characters (UTF-16 units) that it holds; null where only the hub's own limit bounds them. */
  readonly limit: number | null;
  /** What becomes of a longer value: its beginning is held, or it is not sent and what the provider has stays. */
  readonly longer: "cut" | "not-sent";
  /** null where it holds every value that is not too long as the hub has it; else what becomes of some. */
  readonly change: {
    readonly words: string;
    /** Values in the hub's normal form with what is held of them; null for nothing. */
    readonly examples: readonly (readonly [given: string, held: string | null])[];
  } | null;
}

/** A whole lens, over a provider's own record and patch; adapters export it for the lens laws (law 3). */
export interface Lens<Wire, Patch> extends LensDescription {
  get(record: Wire): Fields;
  /** Only what the fields change; `record` is what the patch will meet, null for a create. */
  put(fields: Fields, record: Wire | null): Patch;
  /** What the provider makes of the patch, by its documentation; for the laws, not for the engine. */
  apply(patch: Patch, record: Wire): Wire;
}

/** The verbs on clients. */
export interface ClientsSession {
  /** One page of a listing. Asking again for the same page is allowed and changes nothing. */
  pull(request: PageRequest): Promise<Page>;
  /** The records as they are now; in the order of the ids. Reads what was just written. */
  get(externalIds: readonly string[]): Promise<readonly Lookup[]>;
  /** Records that carry this id of ours, or else one of these addresses; for creates without an answer. */
  find(request: FindRequest): Promise<readonly Observation[]>;
  create(request: CreateRequest): Promise<WriteAnswer>;
  update(request: UpdateRequest): Promise<WriteAnswer>;
  remove(externalId: string): Promise<WriteAnswer>;
  /**
   * Several at once, at most `batch`: the answers in the order of the requests. A bad one spoils no other: where the
   * provider turns the whole away because of it, the adapter halves until it stands alone. Throws where nothing at all
   * is known of any of them.
   */
  readonly createMany?: (requests: readonly CreateRequest[]) => Promise<readonly ManyAnswer[]>;
  readonly updateMany?: (requests: readonly UpdateRequest[]) => Promise<readonly ManyAnswer[]>;
}

/** One of many: what the single verb would have answered, or thrown. */
export type ManyAnswer =
  | WriteAnswer
  | { readonly kind: "failed"; readonly error: ProviderError | AuthError };

export interface PageRequest {
  /** null asks for everything; else for what changed since the listing that ended with this cursor. */
  readonly cursor: string | null;
  /** null for the first page, else `next` of the page before. */
  readonly page: string | null;
}

export interface Page {
  readonly observations: readonly Observation[];
  /** Records that could not be read: set aside, with the reason; the rest of the page goes on. */
  readonly bad: readonly BadRecord[];
  readonly next: PageNext;
}

export type PageNext =
  | { readonly kind: "more"; readonly page: string }
  /** All pages were read: the listing is complete, and this is where the next one starts. */
  | { readonly kind: "complete"; readonly cursor: string }
  /** The cursor is no longer honoured: ask for everything. */
  | { readonly kind: "expired" };

export interface BadRecord {
  /** The external id where it could be read, else null. */
  readonly externalId: string | null;
  /** What is wrong, without the value. */
  readonly reason: string;
  /** Equal for an equal record. */
  readonly fingerprint: string;
}

export type Lookup =
  | { readonly kind: "found"; readonly observation: Observation }
  | { readonly kind: "gone"; readonly externalId: string }
  | { readonly kind: "merged"; readonly externalId: string; readonly into: string }
  | { readonly kind: "bad"; readonly externalId: string; readonly reason: string };

export interface FindRequest {
  readonly ownId: string;
  readonly emails: readonly string[];
}

export interface CreateRequest {
  readonly fields: Fields;
  /** Carried by the record wherever the provider can hold it. */
  readonly ownId: string;
  /** The same for every repetition of one create. */
  readonly key: string;
}

export interface UpdateRequest {
  readonly externalId: string;
  /** The changed fields, in the hub's values; `null` clears. */
  readonly changes: Fields;
  /** The record as the decision saw it: the write happens only if it is still so. */
  readonly expected: { readonly version: string | null; readonly fields: Fields };
  readonly key: string;
}

export type WriteAnswer =
  | { readonly kind: "done"; readonly observation: Observation }
  /** Nothing was written: the record is another than expected. */
  | { readonly kind: "stale"; readonly observation: Observation }
  | { readonly kind: "gone"; readonly mergedInto: string | null }
  /** Nothing was written, and the same request will be refused again. The message is ours, in our words. */
  | { readonly kind: "refused"; readonly message: string }
  /** Nothing was created: this record has the identity already. */
  | { readonly kind: "exists"; readonly externalId: string };
