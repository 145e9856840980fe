/**
 * Every error that a person may see: a stable code, what failed and where, and what to do next.
 * Messages never carry a token, a body or a bare vendor message.
 */

/** The codes, with what each means. `docs/errors.md` lists the same ones and nothing else. */
export const errorCodes = {
  usage: "A command was called with arguments that do not fit.",
  "config-not-found": "No configuration file was found.",
  "config-invalid": "The configuration file has problems; all of them are listed.",
  "config-exists": "A configuration file is there already and would be overwritten.",
  "config-unwritable": "The configuration file or its folder cannot be written.",
  "org-unknown": "The configuration has no organization of that name.",
  "org-required": "Several organizations are configured and none was named.",
  "connection-unknown": "The organization has no connection of that name.",
  "connection-paused": "The connection is paused.",
  "provider-unknown": "There is no provider of that name.",
  "not-connected": "The connection has not been signed in yet.",
  "reauth-required": "The provider no longer accepts the connection's grant or key.",
  "scope-missing": "The sign-in did not grant every scope that the connection needs.",
  "refresh-token-missing": "The provider returned no refresh token.",
  "account-mismatch": "The sign-in was to another account than before.",
  "account-duplicate": "Another connection of the organization is signed in to the same account.",
  "sign-in-denied": "The sign-in was refused or abandoned in the browser.",
  "sign-in-failed": "The sign-in did not complete.",
  "app-missing": "No OAuth application is configured for this vendor.",
  "app-rejected": "The provider does not accept the OAuth application's id or secret.",
  "key-rejected": "The provider does not accept the API key.",
  "key-missing": "The master key that protects credentials is not there.",
  "key-mismatch": "The master key is not the one that the credentials were encrypted with.",
  "key-unsafe": "The key file can be read by others.",
  "key-invalid": "The master key is too short or damaged.",
  "credential-damaged": "A stored credential cannot be decrypted.",
  "rate-limited": "The provider asks to wait.",
  "provider-unavailable": "The provider did not answer, or answered with a server error.",
  "provider-malformed": "The provider's answer is not what its API describes.",
  "provider-refused": "The provider refused the request.",
  "provider-forbidden": "The key or grant does not cover this request.",
  "store-unavailable": "The database cannot be opened or reached.",
  "store-newer": "The database was written by a newer version of astralis.",
  "store-outdated": "The database needs `astralis db migrate`.",
  "store-unwritable": "The database or its folder cannot be written.",
  "store-stale": "A row changed while it was being decided upon; the work is repeated.",
  busy: "Another process holds the connection's lease.",
  "lease-lost": "Another process took over the connection's lease.",
  "client-unknown": "There is no client of that id or e-mail address.",
  "client-exists": "There is a client with that identity already.",
  "client-invalid": "A client's field has a value that cannot be stored.",
  "run-unknown": "There is no run of that id.",
  "safety-stop": "A safety limit was reached; a person must look.",
  "file-unreadable": "A file that was named cannot be read.",
  "file-unwritable": "A file that was named cannot be written.",
  "port-in-use": "The port is taken by another program.",
  "demo-failed": "A step of the demo did not end as it should.",
  interrupted: "The command was stopped before its end.",
  internal: "A defect of astralis itself.",
} as const;

export type ErrorCode = keyof typeof errorCodes;

/** Whether trying again can help: never, at some later time, or after that many seconds. */
export type Retry = "never" | "later" | { readonly afterSeconds: number };

/** What the error is about; each part is the name that the user gave it. */
export interface Place {
  readonly org?: string;
  readonly connection?: string;
  readonly record?: string;
}

export interface ErrorOptions {
  readonly hint?: string;
  readonly retry?: Retry;
  readonly place?: Place;
  readonly cause?: unknown;
}

export class AstralisError extends Error {
  readonly code: ErrorCode;
  readonly hint: string;
  readonly retry: Retry;
  readonly place: Place;

  constructor(code: ErrorCode, message: string, options: ErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.code = code;
    this.hint = options.hint ?? "";
    this.retry = options.retry ?? "never";
    this.place = options.place ?? {};
  }

  /** The same error, told where it happened; parts that are already known stay. */
  at(place: Place): this {
    Object.assign(this, { place: { ...place, ...this.place } });
    return this;
  }
}

/** One problem of a configuration file, with its place in the file. Lines and columns count from 1. */
export interface ConfigProblem {
  readonly path: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

export class ConfigError extends AstralisError {
  readonly problems: readonly ConfigProblem[];

  constructor(
    code: ErrorCode,
    message: string,
    options: ErrorOptions & { problems?: readonly ConfigProblem[] } = {},
  ) {
    super(code, message, options);
    this.problems = options.problems ?? [];
  }
}

export class UsageError extends AstralisError {}
export class AuthError extends AstralisError {}
export class StoreError extends AstralisError {}

/**
 * A provider did not do what was asked.
 * `executed` tells of a write whether it may have been carried out: "no" (refused, never sent) or "unknown".
 */
export class ProviderError extends AstralisError {
  readonly executed: "no" | "unknown";

  constructor(
    code: ErrorCode,
    message: string,
    options: ErrorOptions & { executed?: "no" | "unknown" } = {},
  ) {
    super(code, message, options);
    this.executed = options.executed ?? "no";
  }
}

/** A broken invariant: stops the run it happens in, and nothing else. */
export class InternalError extends AstralisError {
  constructor(message: string, options: ErrorOptions = {}) {
    super("internal", message, {
      hint: "This is a defect of astralis; nothing was lost. Please report it with the output of --debug.",
      ...options,
    });
  }
}
