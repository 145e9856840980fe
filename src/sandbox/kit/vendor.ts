/**
 * What a sandboxed provider is made of. The kit serves it over HTTP, keeps the ledger, applies faults and offers
 * the control API under `/_sandbox/`; the vendor knows its entities, its answers and its error bodies.
 */
export interface Vendor {
  /** "stripe", "google". */
  readonly name: string;
  /** What `sandbox start` prints: where it is, and what to sign in with. Only sandboxed secrets stand here. */
  describe(origin: string): VendorDescription;
  /** Answers a request of the API; null for a path that the provider does not have. */
  handle(request: SandboxRequest): SandboxAnswer | null;
  /** The provider's own answer, body and headers, for a fault of this status. */
  errorAnswer(
    status: number,
    options: {
      readonly retryAfterSeconds?: number;
      readonly path: string;
      /** The request that is answered so. Where the fault says `executed`, it was handled before. */
      readonly request?: SandboxRequest;
    },
  ): SandboxAnswer;
  /** Drops everything and seeds anew, with that many clients. */
  reset(options: { readonly seed: number; readonly clients: number }): void;
  /** All entities, for tests and people. */
  state(): unknown;
  /** Ends access tokens now ("expired"), or whole grants ("revoked"). */
  endTokens(how: "expired" | "revoked"): void;
  /** Drops what incremental cursors need, so that the next incremental request finds its cursor too old. */
  expireCursors(): void;
  /** The same listing with nothing in it, for the fault `empty-page`; null when the answer is no listing. */
  emptyPage(answer: SandboxAnswer): SandboxAnswer | null;
  /** Settings of the vendor's own, beside the kit's. */
  settings?(): Readonly<Record<string, unknown>>;
  /** Changes those; throws BadInput for a name or a value that is not known. */
  changeSettings?(changes: Readonly<Record<string, unknown>>): void;
  /**
   * What the account's owner does by other means than the simulated part of the API, such as paying an invoice;
   * returns what it led to. Throws BadInput for an act or a value that is not known.
   */
  act?(name: string, input: Readonly<Record<string, unknown>>): unknown;
  /** Told once the answer to that request has left, or its connection was cut. */
  answered?(requestNumber: number): void;
}

export interface VendorDescription {
  readonly provider: string;
  readonly api: string;
  readonly endpoints: Readonly<Record<string, string>>;
  /** `client_id`, `client_secret`, `api_key` and the like. */
  readonly credentials: Readonly<Record<string, string>>;
  /** What `apps.<vendor>.environment` has to say for its applications, where the provider has several. */
  readonly environment?: string;
}

export interface SandboxRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** This request's number, from 1. */
  readonly number: number;
}

export interface SandboxAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** An object is sent as JSON, a string as it is (say its content type), null as no body. */
  readonly body: unknown;
  /** The path with its ids replaced, "/v1/customers/{customer}"; the path itself where it has none. */
  readonly template?: string;
  /** Whether the request changed an entity; false where it is left out. */
  readonly wrote?: boolean;
}

/** What every vendor gets: its own clock and seeded randomness, so that a world can be played again. */
export interface World {
  /** Milliseconds since 1970; moved through the control API. */
  now(): number;
  /** At least 0, less than 1. */
  random(): number;
  /** For how long a write stays invisible to listings and search. */
  listingLagMs(): number;
  /** Whether the consent page approves by itself, by a redirect, instead of showing its button. */
  autoConsent(): boolean;
  /** Requests a second that one operation takes before it answers 429; 0 for no limit, which is the default. */
  rateLimitPerSecond(): number;
}

export type CreateVendor = (world: World) => Vendor;

/** A fault to be served to requests that match, `times` times after skipping `after` of them. */
export interface Fault {
  readonly match: {
    readonly method?: string;
    /** A regular expression on the path. */
    readonly path?: string;
  };
  readonly kind:
    | "status"
    | "delay"
    | "lost-answer"
    | "cut-page"
    | "reset"
    | "html"
    | "empty-page"
    | "token-expired"
    | "token-revoked";
  /** For `status`: 429, 500, 503 ... */
  readonly status?: number;
  readonly retryAfterSeconds?: number;
  /** For `status`: the request is carried out first, and only its answer is lost to the error. */
  readonly executed?: boolean;
  readonly delayMs?: number;
  readonly after?: number;
  /** Default 1; 0 serves it until it is removed. */
  readonly times?: number;
}

/** One served request, as the ledger keeps it. */
export interface LedgerEntry {
  readonly number: number;
  readonly at: string;
  readonly method: string;
  readonly path: string;
  /** The path with its ids replaced, as the API description writes it; "*" for a path the provider does not have. */
  readonly template: string;
  /** Without the question mark, as it was sent. */
  readonly query: string;
  /** Names in lower case; of `authorization` only the scheme. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** 0 where the connection was cut before the request was handled. */
  readonly status: number;
  /** The whole body of the answer, also where it was cut or never left. */
  readonly answer: string;
  /** The fault that was served, if any. */
  readonly fault: string | null;
  /** Whether it changed an entity. */
  readonly wrote: boolean;
}
