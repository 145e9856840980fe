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
    options: { readonly retryAfterSeconds?: number; readonly path: string },
  ): SandboxAnswer;
  /** Drops everything and seeds anew, with that many clients. */
  reset(options: { readonly seed: number; readonly clients: number }): void;
  /** All entities, for tests and people. */
  state(): unknown;
  /** Ends access tokens now ("expired"), or whole grants ("revoked"). */
  endTokens(how: "expired" | "revoked"): void;
  /** Drops what incremental cursors need, so that the next incremental request finds its cursor too old. */
  expireCursors(): void;
}

export interface VendorDescription {
  readonly provider: string;
  readonly api: string;
  readonly endpoints: Readonly<Record<string, string>>;
  /** `client_id`, `client_secret`, `api_key` and the like. */
  readonly credentials: Readonly<Record<string, string>>;
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
}

/** What every vendor gets: its own clock and seeded randomness, so that a world can be played again. */
export interface World {
  /** Milliseconds since 1970; moved through the control API. */
  now(): number;
  /** At least 0, less than 1. */
  random(): number;
  /** For how long a write stays invisible to listings and search. */
  listingLagMs(): number;
}

export type CreateVendor = (world: World) => Vendor;

/** A fault to be served to requests that match, `times` times after skipping `after` of them. */
export interface Fault {
  readonly match: {
    readonly method?: string;
    /** A regular expression on the path. */ readonly path?: string;
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
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly status: number;
  readonly answer: string;
  /** The fault that was served, if any. */
  readonly fault: string | null;
  /** Whether it changed an entity. */
  readonly wrote: boolean;
}
