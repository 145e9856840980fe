import type { AstralisError, ErrorCode } from "../lib/errors.ts";
import type { ConnectionReason } from "../model/connection.ts";
import type { Collection } from "../model/connection.ts";
import type { ConnectionResult, Counts, Outcome } from "../model/run.ts";

/** How a connection's part of a run ended. */
export interface Ending {
  readonly name: string;
  readonly provider: string;
  readonly org: string;
  /** Of each collection that it syncs. */
  readonly counts: Readonly<Partial<Record<Collection, Counts>>>;
  readonly error: AstralisError | null;
  /** Whether the error came after its clients were done. */
  readonly isAfterClients: boolean;
}

export function resultOf(ending: Ending): ConnectionResult {
  const { name, provider, counts } = ending;
  const error = ending.error?.at({ org: ending.org, connection: name });
  return {
    name,
    provider,
    outcome: outcomeOf(ending),
    collections: counts,
    ...(error
      ? { error: { code: error.code, message: error.message, hint: error.hint, ...error.place } }
      : {}),
  };
}

function outcomeOf({ error, counts, isAfterClients }: Ending): Outcome {
  const all = Object.values(counts);
  if (error?.code === "safety-stop") return "stopped";
  if (error) {
    const didSome = isAfterClients || all.some(({ pulled }) => pulled > 0);
    return didSome ? "partial" : "failed";
  }
  return all.some(({ failed, held }) => failed > 0 || held > 0) ? "partial" : "complete";
}

/** Of the whole: a stop, then a failure of all, then anything that is not complete. */
export function overall(results: readonly ConnectionResult[]): Outcome {
  const has = (outcome: Outcome) => results.some((result) => result.outcome === outcome);
  if (has("stopped")) return "stopped";
  if (results.length > 0 && results.every((result) => result.outcome === "failed")) return "failed";
  return has("failed") || has("partial") ? "partial" : "complete";
}

/** What a connection's status says of an error. */
export function reasonOf(error: AstralisError): ConnectionReason {
  return reasons[error.code] ?? "unavailable";
}

const reasons: Partial<Record<ErrorCode, ConnectionReason>> = {
  "reauth-required": "reauth-required",
  "key-rejected": "reauth-required",
  "credential-damaged": "reauth-required",
  "not-connected": "not-connected",
  "rate-limited": "rate-limited",
  "safety-stop": "safety-stop",
  "provider-forbidden": "forbidden",
  "scope-missing": "forbidden",
  "provider-malformed": "malformed",
  internal: "internal",
};
