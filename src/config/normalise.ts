import { dirname } from "node:path";
import type { AppConfig, Config, ConnectionConfig, OrgConfig, VariableUse } from "./config.ts";
import { normalEndpoint } from "./endpoints.ts";
import type { ConfigFile } from "./schema.ts";
import { parseStorage } from "./storage.ts";

type OrgOfFile = ConfigFile["orgs"][string];
type ConnectionOfFile = OrgOfFile["connections"][string];
type AppOfFile = NonNullable<ConfigFile["apps"]["microsoft" | "google"]>;

/** The configuration of a file without problems: every default is in, and nothing can be changed. */
export function normaliseConfig(
  file: string,
  content: ConfigFile,
  variables: readonly VariableUse[],
): Config {
  const folder = dirname(file);
  return deepFreeze({
    file,
    folder,
    storage: parseStorage(content.storage, folder),
    apps: Object.fromEntries(
      Object.entries(content.apps).flatMap(([vendor, app]) => {
        const config = app === undefined ? null : normaliseApp(app);
        return config === null ? [] : [[vendor, config]];
      }),
    ),
    environments: Object.fromEntries(
      Object.entries(content.apps).flatMap(([vendor, app]) =>
        app?.environment === undefined ? [] : [[vendor, app.environment]],
      ),
    ),
    safety: {
      maxDeletes: Number.parseFloat(content.safety.max_deletes) / 100,
      maxCreates: content.safety.max_creates,
    },
    orgs: Object.entries(content.orgs).map(([name, org]) => normaliseOrg(name, org, content.sync)),
    variables,
  });
}

/** null while the application's id is an unset variable. */
function normaliseApp(app: AppOfFile): AppConfig | null {
  if (app.client_id === undefined) return null;
  return {
    clientId: app.client_id,
    clientSecret: app.client_secret || null,
    redirectPort: app.redirect_port ?? null,
    ...(app.redirect_uri === undefined ? {} : { redirectUri: app.redirect_uri }),
    ...("tenant" in app ? { tenant: app.tenant } : {}),
  };
}

function normaliseOrg(name: string, org: OrgOfFile, sync: ConfigFile["sync"]): OrgConfig {
  const defaults = { ...sync, conflict: org.conflict ?? sync.conflict };
  return {
    name,
    title: org.name ?? name,
    match: org.match,
    defaultCountry: org.defaults.country?.toUpperCase() ?? null,
    connections: Object.entries(org.connections).map(([key, connection]) =>
      normaliseConnection(key, connection, defaults),
    ),
  };
}

function normaliseConnection(
  name: string,
  connection: ConnectionOfFile,
  defaults: ConfigFile["sync"],
): ConnectionConfig {
  const direction = perField(connection.direction, "both");
  return {
    name,
    provider: connection.provider,
    enabled: connection.enabled,
    collections: connection.collections ?? null,
    direction: direction.default,
    fieldDirections: direction.fields,
    conflict: perField(connection.conflict, defaults.conflict),
    clear: perField(connection.clear, "propagate"),
    deletes: connection.deletes,
    create: { here: connection.create.here ?? null, there: connection.create.there ?? null },
    filter: Object.keys(connection.filter ?? {}).length === 0 ? null : (connection.filter ?? null),
    endpoints: normaliseEndpoints(connection.endpoints),
    schedule: connection.schedule ?? defaults.schedule,
    maxRetries: defaults.max_retries,
    batchSize: defaults.batch_size,
    requestTimeoutSeconds: defaults.request_timeout_seconds,
    searchLagSeconds: connection.search_lag_seconds ?? null,
  };
}

function perField<T extends string>(
  given:
    | T
    | { readonly default?: T | undefined; readonly fields: Readonly<Record<string, T>> }
    | undefined,
  fallback: T,
): { readonly default: T; readonly fields: Readonly<Record<string, T>> } {
  if (given === undefined || typeof given === "string")
    return { default: given ?? fallback, fields: {} };
  return { default: given.default ?? fallback, fields: given.fields };
}

function normaliseEndpoints(
  endpoints: ConnectionOfFile["endpoints"],
): ConnectionConfig["endpoints"] {
  return Object.fromEntries(
    Object.entries(endpoints)
      .filter((entry): entry is [string, string] => entry[1] !== undefined)
      .map(([name, url]) => [name, normalEndpoint(url, name === "api" ? "origin" : "url")]),
  );
}

function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null) {
    for (const inner of Object.values(value)) deepFreeze(inner);
    Object.freeze(value);
  }
  return value;
}
