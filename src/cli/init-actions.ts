import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { configFileName } from "../config/file.ts";
import { initConfig, type InitialOptions } from "../config/initial.ts";
import { nameProblem, suggestName } from "../config/names.ts";
import { storageProblem } from "../config/storage.ts";
import { ConfigError } from "../lib/errors.ts";
import { createAsk } from "./ask.ts";
import type { Context, Result } from "./command.ts";
import type { Input } from "./input.ts";

const defaultStorage = "sqlite:.astralis/astralis.db";

/** What `init` does: writes the configuration, then prepares the database that it names. */
export async function initialise(context: Context, input: Input): Promise<Result> {
  const { io, settings } = context;
  const file = resolve(io.cwd, settings.configFile ?? configFileName);
  // Told before any question; the writing itself refuses again.
  if (existsSync(file))
    throw new ConfigError("config-exists", `${file} is there already`, {
      hint: "Edit it, remove it, or name another with --config.",
    });
  const answers = await answersOf(context, input);
  await initConfig(file, answers);
  const app = await context.openApp({ schema: "any", configPath: file });
  const applied = await app.store.schema.migrate();
  const connections = Object.keys(answers.connections ?? {});
  const next =
    connections.length === 0
      ? ["astralis connect gmail", "astralis connect stripe"]
      : connections.map(
          (name) => `astralis connect ${answers.connections?.[name]?.provider ?? name}`,
        );
  return {
    document: { file, org: answers.org, storage: app.store.kind, applied, connections, next },
    text: (look) =>
      [
        `${look.good("Wrote")} ${file}.`,
        `The database (${app.store.kind}) is ready.`,
        "Next:",
        ...[...next, "astralis sync"].map((command) => `  $ ${command}`),
      ].join("\n"),
  };
}

async function answersOf(context: Context, input: Input): Promise<InitialOptions> {
  const ask = await createAsk(context.io, context.signal);
  const given = {
    title: input.text("title"),
    org: context.settings.org,
    storage: input.text("storage"),
    country: input.text("country"),
  };
  const title =
    given.title ??
    (await ask?.text("What is the organization called?", { fallback: "My company" }));
  const suggested = given.org ?? (title === undefined ? "main" : (suggestName(title) ?? "main"));
  const org =
    given.org ??
    (await ask?.text("Its short name, for commands and tables?", {
      fallback: suggested,
      check: nameProblem,
    })) ??
    suggested;
  const storage =
    given.storage ??
    (await ask?.text("Where should the database be?", {
      fallback: defaultStorage,
      check: storageProblem,
    }));
  const providers = input.list("provider");
  const chosen =
    providers.length === 0 && ask !== null
      ? await ask.choices("Which providers will it sync?", await providerNames())
      : providers;
  await checkProviders(chosen);
  return {
    org,
    ...(title === undefined ? {} : { title }),
    ...(storage === undefined ? {} : { storage }),
    ...(given.country === undefined ? {} : { country: given.country }),
    connections: Object.fromEntries(chosen.map((provider) => [provider, { provider }])),
  };
}

async function providerNames(): Promise<readonly string[]> {
  return (await import("../app.ts")).providerNames;
}

async function checkProviders(chosen: readonly string[]): Promise<void> {
  const known = await providerNames();
  const { providerUnknown } = await import("./connect-actions.ts");
  for (const provider of chosen)
    if (!known.includes(provider)) throw providerUnknown(provider, known);
}
