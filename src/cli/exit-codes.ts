import type { ErrorCode } from "../lib/errors.ts";
import type { ConnectionResult, Outcome } from "../model/run.ts";

/** The one table of exit codes; `docs/cli.md` shows the same one. */
export const exitCodes = {
  fine: 0,
  failed: 1,
  usage: 2,
  partial: 3,
  signIn: 4,
  unhealthy: 5,
  decision: 6,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** What each one means, as `docs/cli.md` has it. */
export const exitCodeMeanings: Readonly<Record<ExitCode, string>> = {
  0: "fine",
  1: "failed",
  2: "wrong usage or configuration",
  3: "partial: some records or connections failed",
  4: "sign-in needed",
  5: "unhealthy (`status --check`)",
  6: "stopped by a safety limit or waiting for a decision: a person must look",
};

/** Ended by a signal, as shells count it: 128 and the signal's number. */
export const signalExitCodes = { SIGINT: 130, SIGTERM: 143 } as const;

type InterruptedCode = (typeof signalExitCodes)["SIGINT"];

export function exitCodeOfError(code: ErrorCode): ExitCode | InterruptedCode {
  if (code === "interrupted") return signalExitCodes.SIGINT;
  if (usageErrors.has(code)) return exitCodes.usage;
  if (signInErrors.has(code)) return exitCodes.signIn;
  return code === "safety-stop" ? exitCodes.decision : exitCodes.failed;
}

/** Where several hold: a decision first, then a sign-in, then partial. */
export function exitCodeOfSync(sync: {
  readonly outcome: Outcome;
  readonly connections: readonly ConnectionResult[];
}): ExitCode {
  const { connections, outcome } = sync;
  if (outcome === "stopped" || connections.some(waitsForPerson)) return exitCodes.decision;
  if (connections.some(({ error }) => error !== undefined && isSignInError(error.code)))
    return exitCodes.signIn;
  if (outcome === "partial") return exitCodes.partial;
  if (outcome === "complete") return exitCodes.fine;
  // All failed: one that failed for itself beside others that did some of their work is partial.
  return connections.some((connection) => connection.outcome !== "failed")
    ? exitCodes.partial
    : exitCodes.failed;
}

function waitsForPerson(connection: ConnectionResult): boolean {
  if (connection.outcome === "stopped") return true;
  return Object.values(connection.collections).some((counts) => counts.held + counts.conflicts > 0);
}

function isSignInError(code: string): boolean {
  return (signInErrors as ReadonlySet<string>).has(code);
}

const usageErrors: ReadonlySet<ErrorCode> = new Set([
  "usage",
  "config-not-found",
  "config-invalid",
  "config-exists",
  "config-unwritable",
  "org-unknown",
  "org-required",
  "connection-unknown",
  "provider-unknown",
  "app-missing",
  "app-rejected",
  "key-missing",
  "key-mismatch",
  "key-unsafe",
  "key-invalid",
  "client-invalid",
  "file-unreadable",
  "file-unwritable",
]);

const signInErrors: ReadonlySet<ErrorCode> = new Set([
  "not-connected",
  "reauth-required",
  "scope-missing",
  "refresh-token-missing",
  "account-mismatch",
  "account-duplicate",
  "sign-in-denied",
  "sign-in-failed",
  "key-rejected",
  "credential-damaged",
]);
