import { AstralisError, ConfigError, InternalError, type ConfigProblem } from "../lib/errors.ts";
import { redact } from "../lib/redact.ts";
import type { ErrorReport } from "../model/run.ts";
import { exitCodeOfError } from "./exit-codes.ts";

/** What `--json` prints instead of the command's document. */
export interface FailureDocument {
  readonly error: ErrorReport & { readonly problems?: readonly ConfigProblem[] };
}

export interface Failure {
  readonly document: FailureDocument;
  /** For people, on stderr. */
  readonly text: string;
  readonly exitCode: ReturnType<typeof exitCodeOfError>;
}

/** The one place that turns what was thrown into words and an exit code. */
export function toFailure(thrown: unknown, options: { readonly debug: boolean }): Failure {
  const error = toAstralisError(thrown);
  const problems = error instanceof ConfigError ? error.problems : [];
  const report = { ...toReport(error), ...(problems.length > 0 ? { problems } : {}) };
  const lines = [
    `error: ${placeText(report)}${report.message}`,
    ...problems.map(({ line, column, path, message }) => {
      const key = path === "" ? "" : `${path}: `;
      return `  ${line}:${column}  ${redact(`${key}${message}`)}`;
    }),
    ...(report.hint === "" ? [] : [`hint: ${report.hint}`]),
    ...(options.debug ? [stacks(thrown)] : []),
  ];
  return {
    document: { error: report },
    text: lines.join("\n"),
    exitCode: exitCodeOfError(error.code),
  };
}

function toAstralisError(thrown: unknown): AstralisError {
  if (thrown instanceof AstralisError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new InternalError(`unexpected: ${message}`, { cause: thrown });
}

function toReport(error: AstralisError): ErrorReport {
  return {
    code: error.code,
    message: redact(error.message),
    hint: redact(error.hint),
    ...error.place,
  };
}

function placeText(report: ErrorReport): string {
  const parts = [report.org, report.connection, report.record].filter((part) => part !== undefined);
  const missing = parts.filter((part) => !report.message.includes(part));
  return missing.length === 0 ? "" : `${missing.join(" / ")}: `;
}

function stacks(thrown: unknown): string {
  const parts: string[] = [];
  for (let error = thrown; error instanceof Error && parts.length < 5; error = error.cause)
    parts.push(redact(error.stack ?? error.message));
  return parts.join("\ncaused by: ");
}
