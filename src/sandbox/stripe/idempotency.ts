import type { World } from "../kit/vendor.ts";
import { invalidRequest, StripeError } from "./errors.ts";

/** An answer before its headers: what an idempotency key keeps and gives again. */
export interface Outcome {
  readonly status: number;
  readonly body: unknown;
}

export interface KeyedRequest {
  readonly key: string;
  readonly path: string;
  /** The same for the same parameters. */
  readonly fingerprint: string;
  readonly requestId: string;
  readonly requestNumber: number;
}

export interface Idempotency {
  /**
   * The kept answer of the key's first request, if its execution had begun within the last 24 hours. Refuses other
   * parameters, and a key whose first request has not been answered yet.
   */
  recall(request: KeyedRequest): { readonly outcome: Outcome; readonly requestId: string } | null;
  /** Keeps what the request was answered with; an answer to the same request that comes later takes its place. */
  keep(request: KeyedRequest, outcome: Outcome): void;
  /** The answer to that request has left. */
  answered(requestNumber: number): void;
  /** The request that last kept an answer, if it is that one. */
  kept(requestNumber: number): KeyedRequest | null;
  clear(): void;
}

interface Entry {
  readonly request: KeyedRequest;
  readonly outcome: Outcome;
  readonly atMs: number;
}

const keptMs = 24 * 60 * 60 * 1000;

export function createIdempotency(world: World): Idempotency {
  /** By key, oldest first. */
  const entries = new Map<string, Entry>();
  /** Keys of requests that are not answered yet, by the requests' numbers. */
  const running = new Map<number, string>();

  const prune = () => {
    for (const [key, entry] of entries) {
      if (world.now() - entry.atMs < keptMs) return;
      entries.delete(key);
    }
  };

  return {
    recall: (request) => {
      prune();
      const { key } = request;
      if (key.length > 255)
        throw invalidRequest("Idempotency keys can have up to 255 characters.", {
          code: "idempotency_key_invalid",
        });
      if ([...running.values()].includes(key)) throw inUse(key);
      const entry = entries.get(key);
      if (entry === undefined) return null;
      if (entry.request.path !== request.path)
        throw mismatch(
          `Keys for idempotent requests can only be used for the same endpoint they were first used for ('${request.path}' vs '${entry.request.path}'). Try using a key other than '${key}' if you meant to execute a different request.`,
        );
      if (entry.request.fingerprint !== request.fingerprint)
        throw mismatch(
          `Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '${key}' if you meant to execute a different request.`,
        );
      return { outcome: entry.outcome, requestId: entry.request.requestId };
    },
    keep: (request, outcome) => {
      entries.set(request.key, { request, outcome, atMs: world.now() });
      running.set(request.requestNumber, request.key);
    },
    answered: (requestNumber) => void running.delete(requestNumber),
    kept: (requestNumber) => {
      const key = running.get(requestNumber);
      const request = key === undefined ? undefined : entries.get(key)?.request;
      return request?.requestNumber === requestNumber ? request : null;
    },
    clear: () => {
      entries.clear();
      running.clear();
    },
  };
}

export function inUse(key: string): StripeError {
  return new StripeError(409, {
    type: "idempotency_error",
    code: "idempotency_key_in_use",
    message: `There is currently another in-progress request using this Idempotent Key (that probably means you submitted twice, and the other request is still going through): ${key}. Please try again later.`,
  });
}

function mismatch(message: string): StripeError {
  return new StripeError(400, { type: "idempotency_error", message });
}
