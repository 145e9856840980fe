import { BadInput, isObject, readFields } from "./input.ts";
import type { Fault } from "./vendor.ts";

const kinds: Readonly<Record<Fault["kind"], true>> = {
  status: true,
  delay: true,
  "lost-answer": true,
  "cut-page": true,
  reset: true,
  html: true,
  "empty-page": true,
  "token-expired": true,
  "token-revoked": true,
};

/** One fault, or a list of them, in the words of `Fault`; names of several words with underscores work as well. */
export function parseFaults(input: unknown): readonly Fault[] {
  return (Array.isArray(input) ? input : [input]).map(parseFault);
}

function parseFault(input: unknown): Fault {
  if (!isObject(input)) throw new BadInput("A fault is an object.");
  const { match, ...rest } = input;
  const names = ["kind", "status", "retryAfterSeconds", "executed", "delayMs", "after", "times"];
  const fields = readFields(camelCase(rest), names);
  const kind = fields.text("kind");
  const status = fields.count("status");
  const retryAfterSeconds = fields.count("retryAfterSeconds");
  const executed = fields.boolean("executed");
  const delayMs = fields.count("delayMs");
  const after = fields.count("after");
  const times = fields.count("times");
  const matched = readFields(match ?? {}, ["method", "path"]);
  const method = matched.text("method");
  const path = matched.text("path");
  if (kind === undefined || !isKind(kind))
    throw new BadInput(`"kind" must be one of ${Object.keys(kinds).join(", ")}.`);
  if (kind === "status" && (status === undefined || status < 400 || status > 599))
    throw new BadInput('A fault of the kind "status" needs a "status" from 400 to 599.');
  if (path !== undefined) checkExpression(path);
  return {
    kind,
    match: {
      ...(method === undefined ? {} : { method }),
      ...(path === undefined ? {} : { path }),
    },
    ...(status === undefined ? {} : { status }),
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
    ...(executed === undefined ? {} : { executed }),
    ...(delayMs === undefined ? {} : { delayMs }),
    ...(after === undefined ? {} : { after }),
    ...(times === undefined ? {} : { times }),
  };
}

function isKind(kind: string): kind is Fault["kind"] {
  return Object.hasOwn(kinds, kind);
}

function camelCase(input: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(input).map(([name, value]) => [
      name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
      value,
    ]),
  );
}

function checkExpression(path: string): void {
  try {
    RegExp(path);
  } catch {
    throw new BadInput(`"${path}" is not a regular expression.`);
  }
}
