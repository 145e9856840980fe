import { stringify } from "yaml";
import { UsageError } from "../lib/errors.ts";
import { countryProblem, nameProblem } from "./names.ts";
import { createFile } from "./replace-file.ts";
import type { AppEntry, ConnectionEntry } from "./schema.ts";
import { storageProblem } from "./storage.ts";

export interface InitialOptions {
  /** The organization's name in the file. */
  readonly org: string;
  /** What people call it. */
  readonly title?: string;
  readonly storage?: string;
  readonly match?: readonly ("email" | "phone")[];
  /** Code of two letters. */
  readonly country?: string;
  /** By vendor; without them Google's and Stripe's from their variables. */
  readonly apps?: Readonly<Record<string, AppEntry>>;
  readonly connections?: Readonly<Record<string, ConnectionEntry>>;
}

/** The text of a first configuration: short, with comments, and without a problem. */
export function initialFile(options: InitialOptions): string {
  checkOptions(options);
  const title = options.title ?? options.org;
  const organization = {
    // A title is plain text: nothing in it is a variable.
    name: title.split("${").join("$${"),
    ...(options.match === undefined ? {} : { match: options.match }),
    ...(options.country === undefined ? {} : { defaults: { country: options.country } }),
  };
  return [
    "# `astralis config validate` checks this file; docs/configuration.md lists every key.",
    "version: 1",
    "",
    "# The database: a file beside this one, or postgres://<user>@<host>/<database>.",
    yaml({ storage: options.storage ?? "sqlite:.astralis/astralis.db" }),
    "",
    "# Your own OAuth applications. Their values come from the environment or from .env beside this file;",
    "# one whose variables are unset is left out.",
    yaml({ apps: options.apps ?? usualApps }),
    "",
    "orgs:",
    `  ${options.org}:`,
    indented(yaml(organization), 4),
    "    # `astralis connect <provider>` adds connections here.",
    indented(yaml({ connections: options.connections ?? {} }), 4),
    "",
  ].join("\n");
}

/** Writes it. Throws `config-exists` and `config-unwritable`. */
export async function initConfig(file: string, options: InitialOptions): Promise<void> {
  await createFile(file, initialFile(options));
}

const usualApps: Readonly<Record<string, AppEntry>> = {
  google: { client_id: "${GOOGLE_CLIENT_ID}", client_secret: "${GOOGLE_CLIENT_SECRET}" },
  stripe: { client_id: "${STRIPE_CLIENT_ID}", client_secret: "${STRIPE_SECRET_KEY}" },
};

function checkOptions(options: InitialOptions): void {
  const { org, title = org, storage = "", country } = options;
  const wrong = [
    ["name", nameProblem(org)],
    ["title", title.trim() === "" ? "must not be empty" : null],
    ["storage", storage === "" || storage.includes("${") ? null : storageProblem(storage)],
    ["country", country === undefined ? null : countryProblem(country)],
  ].find(([, problem]) => problem !== null);
  if (wrong !== undefined)
    throw new UsageError("usage", `the organization cannot be set up: ${wrong.join(": ")}`);
}

function yaml(value: object): string {
  return stringify(value, { lineWidth: 0 }).trimEnd();
}

function indented(text: string, spaces: number): string {
  return text.replace(/^/gm, " ".repeat(spaces));
}
