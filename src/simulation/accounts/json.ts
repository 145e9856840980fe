import { InternalError } from "../../lib/errors.ts";
import { isRecord } from "../../lib/json.ts";
import type { AskOptions, InProcessSandbox } from "../../sandbox/kit/in-process.ts";

export type Json = Record<string, unknown>;

/** The answer's body; null where the request was refused. */
export function asked(
  sandbox: InProcessSandbox,
  method: string,
  path: string,
  options: AskOptions,
): Json | null {
  const answer = sandbox.ask(method, path, options);
  if (answer === null) throw new InternalError(`the sandbox has no ${method} ${path}`);
  if (answer.status >= 500) throw new InternalError(`the sandbox failed at ${method} ${path}`);
  return answer.status < 300 ? objectOf(answer.body) : null;
}

/** Nothing where a fault put a page of its own in the answer's place. */
export function parsed(text: string): Json {
  return objectOf(parsedAny(text));
}

export function parsedAny(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return null;
  }
}

export function objectOf(value: unknown): Json {
  return isRecord(value) ? { ...value } : {};
}

export function listOf(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

export function textOf(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}
