import type { Config, OrgConfig } from "../config/config.ts";
import { nearest } from "../config/nearest.ts";
import { UsageError } from "../lib/errors.ts";
import type { FieldColumn } from "../queries/fields.ts";

/**
 * The providers of the configuration that hold clients, or of one organization; all there are where none is declared.
 * Throws `org-unknown` and `provider-unknown`.
 */
export async function fieldColumns(
  config: Config,
  orgName: string | undefined,
): Promise<readonly FieldColumn[]> {
  const { loadProvider, providerNames } = await import("../app.ts");
  const orgs = orgName === undefined ? config.orgs : [orgOf(config, orgName)];
  const connections = orgs.flatMap((org) =>
    org.connections.map(({ name, provider }) => ({ org: org.name, connection: name, provider })),
  );
  const declared = [...new Set(connections.map(({ provider }) => provider))];
  const providers = await Promise.all(
    (declared.length === 0 ? providerNames : declared).map(loadProvider),
  );
  return providers.flatMap(({ name, title, clients }) => {
    if (clients === undefined) return [];
    const own = connections.filter(({ provider }) => provider === name);
    return {
      name,
      title,
      connections: own.map(({ org, connection }) => ({ org, connection })),
      lens: clients.lens,
    };
  });
}

function orgOf(config: Config, name: string): OrgConfig {
  const org = config.orgs.find((one) => one.name === name);
  if (org !== undefined) return org;
  const names = config.orgs.map((one) => one.name);
  const meant = nearest(name, names);
  const known = names.length === 0 ? "The file has none yet." : `It has: ${names.join(", ")}.`;
  throw new UsageError("org-unknown", `there is no organization "${name}" in ${config.file}`, {
    hint: meant === null ? known : `Did you mean ${meant}?`,
  });
}
