import type { App } from "../app.ts";
import type { ConnectionConfig, OrgConfig } from "../config/config.ts";
import { nearest } from "../config/nearest.ts";
import { type AstralisError, UsageError } from "../lib/errors.ts";
import type { Context, Result } from "./command.ts";
import type { Input } from "./input.ts";
import { plainLine } from "./look.ts";
import { signIn } from "./sign-in.ts";

/** What `connect <provider>` does: finds or declares the connection, then signs in. */
export async function connectProvider(context: Context, input: Input): Promise<Result> {
  const provider = input.required(0);
  const app = await context.openApp();
  if (!app.providers.includes(provider)) throw providerUnknown(provider, app.providers);
  const org = app.org(context.settings.org);
  const name = nameFor(org, { provider, wanted: input.text("connection") });
  if (org.connections.some((connection) => connection.name === name))
    return connectDeclared(context, app, { org, name, input });
  const { addConnection } = await import("../config/edit.ts");
  await addConnection(app.config.file, org.name, { name, connection: { provider } });
  context.note(`Added ${name} to ${app.config.file}.`);
  const changed = await context.reopenApp();
  return connectDeclared(context, changed, { org: changed.org(org.name), name, input });
}

/** Signs in to a connection that the configuration declares. */
export async function connectDeclared(
  context: Context,
  app: App,
  options: { readonly org: OrgConfig; readonly name: string; readonly input: Input },
): Promise<Result> {
  const { org, name, input } = options;
  const connection = connectionOf(org, name);
  const target = await app.target(org, name);
  const signedIn = await signIn(context, app, { target, connection, input });
  const report = await app.connections.connect(target, signedIn, {
    acceptOtherAccount: input.flag("acceptOtherAccount"),
  });
  const { account, scopes } = report.connection;
  return {
    document: {
      org: org.name,
      connection: name,
      provider: target.provider.name,
      account,
      former_account: report.formerAccount,
      scopes,
      notes: report.notes,
    },
    text: (look) =>
      [
        `${look.good("Connected")} ${name} to ${target.provider.title}: ${plainLine(account?.name ?? "unknown")}.`,
        ...report.notes,
      ].join("\n"),
  };
}

export function connectionOf(org: OrgConfig, name: string): ConnectionConfig {
  const connection = org.connections.find((candidate) => candidate.name === name);
  if (connection !== undefined) return connection;
  const names = org.connections.map((candidate) => candidate.name).join(", ");
  throw new UsageError("connection-unknown", `${org.name} has no connection "${name}"`, {
    hint: names === "" ? "`astralis connect <provider>` adds one." : `There are: ${names}.`,
    place: { org: org.name },
  });
}

export function providerUnknown(provider: string, known: readonly string[]): AstralisError {
  const near = nearest(provider, known);
  return new UsageError("provider-unknown", `there is no provider "${provider}"`, {
    hint: near === null ? `There are: ${known.join(", ")}.` : `Did you mean ${near}?`,
  });
}

function nameFor(
  org: OrgConfig,
  options: { readonly provider: string; readonly wanted: string | undefined },
): string {
  const { provider, wanted } = options;
  if (wanted !== undefined) {
    const declared = org.connections.find(({ name }) => name === wanted);
    if (declared === undefined || declared.provider === provider) return wanted;
    throw new UsageError("usage", `${wanted} is a connection to ${declared.provider}`, {
      hint: `Use \`astralis connect ${declared.provider} --connection ${wanted}\`, or another name.`,
    });
  }
  const declared = org.connections.filter((connection) => connection.provider === provider);
  if (declared.length > 1)
    throw new UsageError("usage", `${org.name} has several connections to ${provider}`, {
      hint: `Name one with --connection: ${declared.map(({ name }) => name).join(", ")}.`,
      place: { org: org.name },
    });
  const [only] = declared;
  return only?.name ?? freeName(org, provider);
}

/** The provider's own name, with a number where another connection has it. */
function freeName(org: OrgConfig, provider: string): string {
  const taken = new Set(org.connections.map(({ name }) => name));
  let name = provider;
  for (let number = 2; taken.has(name); number += 1) name = `${provider}-${number}`;
  return name;
}
