import { resolve } from "node:path";
import { nearest } from "../config/nearest.ts";
import { initConfig, type InitialOptions } from "../config/initial.ts";
import { AstralisError, UsageError } from "../lib/errors.ts";
import type { Context } from "./command.ts";

/** What a sandbox tells of itself. */
export interface SandboxDescription {
  readonly provider: string;
  readonly api: string;
  readonly endpoints: Readonly<Record<string, string>>;
  readonly credentials: Readonly<Record<string, string>>;
  readonly environment?: string;
}

/** Providers that a vendor of another name stands in for. */
const vendorOfProvider: Readonly<Record<string, string>> = { gmail: "google" };

/** The vendors behind a list of provider names with commas; all of them without one. */
export function vendorsOf(names: string | undefined, known: readonly string[]): readonly string[] {
  if (names === undefined) return known;
  const vendors = names.split(",").map((name) => {
    const provider = name.trim();
    const vendor = vendorOfProvider[provider] ?? provider;
    if (known.includes(vendor)) return vendor;
    const there = [...Object.keys(vendorOfProvider), ...known];
    const near = nearest(provider, there);
    throw new UsageError("provider-unknown", `there is no sandbox for "${provider}"`, {
      hint: near === null ? `There are: ${there.join(", ")}.` : `Did you mean ${near}?`,
    });
  });
  return [...new Set(vendors)];
}

/** Writes a configuration that points at the sandboxes; returns its absolute path. */
export async function writeSandboxConfig(
  context: Context,
  file: string,
  descriptions: readonly SandboxDescription[],
): Promise<string> {
  const path = resolve(context.io.cwd, file);
  await initConfig(path, {
    ...sandboxConfig(descriptions),
    org: context.settings.org ?? "sandbox",
    title: "Sandbox",
  });
  return path;
}

/** Applications and connections that point at sandboxes; what they hold is no secret. */
export function sandboxConfig(
  descriptions: readonly SandboxDescription[],
): Required<Pick<InitialOptions, "apps" | "connections">> {
  // Where a key is the everyday way, no application is needed.
  const byApp = descriptions.filter(({ credentials }) => credentials["api_key"] === undefined);
  const apps = Object.fromEntries(
    byApp.map((one) => [vendorOfProvider[one.provider] ?? one.provider, appOf(one)]),
  );
  const connections = descriptions.map(
    ({ provider, endpoints }) =>
      [
        provider,
        {
          provider,
          // Both ways: what is added anywhere shows up everywhere.
          create: { here: true, there: true },
          endpoints: { ...endpoints },
        },
      ] as const,
  );
  return { apps, connections: Object.fromEntries(connections) };
}

function appOf({ credentials, environment }: SandboxDescription) {
  return {
    client_id: credentials["client_id"] ?? "",
    client_secret: credentials["client_secret"] ?? "",
    ...(environment === undefined ? {} : { environment }),
  };
}

/** The failure to listen as an error that names the port; null for any other. */
export function portTaken(error: unknown): AstralisError | null {
  if (!(error instanceof Error) || !("code" in error) || error.code !== "EADDRINUSE") return null;
  const port = "port" in error ? ` ${String(error.port)}` : "";
  return new AstralisError("port-in-use", `port${port} is taken by another program`, {
    hint: "Choose another with --port, or leave it out for free ones.",
    cause: error,
  });
}
