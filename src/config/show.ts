import { stringify } from "yaml";
import type { Json } from "../lib/json.ts";
import { redact } from "../lib/redact.ts";
import type { Config, ConnectionConfig, StorageConfig, VariableUse } from "./config.ts";

/**
 * The configuration in effect, for people and for `--json`, in the words of the file and without a secret:
 * applications show whether a secret is set, database URLs lose their passwords.
 */
export function shownConfig(config: Config): { readonly [key: string]: Json } {
  return {
    file: config.file,
    storage: shownStorage(config.storage),
    apps: shownApps(config),
    safety: {
      max_deletes: `${Number((config.safety.maxDeletes * 100).toFixed(6))}%`,
      max_creates: config.safety.maxCreates,
    },
    orgs: Object.fromEntries(
      config.orgs.map((org) => [
        org.name,
        {
          name: org.title,
          match: org.match,
          defaults: { country: org.defaultCountry },
          connections: Object.fromEntries(
            org.connections.map((connection) => [connection.name, shownConnection(connection)]),
          ),
        },
      ]),
    ),
    variables: shownVariables(config.variables ?? []),
  };
}

export function shownConfigText(config: Config): string {
  return stringify(shownConfig(config), { lineWidth: 0, aliasDuplicateObjects: false });
}

/** Parameters of a database URL that say how to reach it; any other one may be a secret. */
const plainParameters = new Set([
  "application_name",
  "connect_timeout",
  "dbname",
  "host",
  "port",
  "sslmode",
  "user",
]);

function shownStorage(storage: StorageConfig): string {
  if (storage.kind === "sqlite") return `sqlite:${storage.file}`;
  const url = new URL(storage.url);
  if (url.password !== "") url.password = "***";
  for (const name of new Set(url.searchParams.keys()))
    if (!plainParameters.has(name)) url.searchParams.set(name, "***");
  return redact(url.href);
}

function shownApps(config: Config): Record<string, Json> {
  const configured = Object.entries(config.apps).map(([vendor, app]): [string, Json] => [
    vendor,
    {
      client_id: redact(app.clientId),
      client_secret: app.clientSecret === null ? "not set" : "set",
      redirect_port: app.redirectPort,
      redirect_uri: app.redirectUri === undefined ? null : redact(app.redirectUri),
      environment: redact(config.environments?.[vendor] ?? "production"),
      ...(app.tenant === undefined ? {} : { tenant: app.tenant }),
    },
  ]);
  const left = (config.variables ?? []).flatMap((use): [string, Json][] => {
    const vendor = /^apps\.(\w+)\.client_id$/.exec(use.path)?.[1];
    return vendor === undefined || use.from !== "unset"
      ? []
      : [[vendor, `not configured: ${use.name} is unset`]];
  });
  return Object.fromEntries([...configured, ...left]);
}

function shownConnection(connection: ConnectionConfig): Json {
  return {
    provider: connection.provider,
    enabled: connection.enabled,
    collections: connection.collections ?? "all",
    direction: { default: connection.direction, fields: connection.fieldDirections },
    conflict: connection.conflict,
    clear: connection.clear,
    deletes: connection.deletes,
    create: {
      here: connection.create.here ?? "by type",
      there: connection.create.there ?? "by type",
    },
    filter: connection.filter,
    endpoints: Object.fromEntries(
      Object.entries(connection.endpoints).map(([name, url]) => [name, redact(url)]),
    ),
    schedule: connection.schedule,
    max_retries: connection.maxRetries,
    batch_size: connection.batchSize,
    request_timeout_seconds: connection.requestTimeoutSeconds,
    search_lag_seconds: connection.searchLagSeconds ?? "by provider",
  };
}

/** Which variables the file reads, where, and whether they had a value; never the value. */
function shownVariables(uses: readonly VariableUse[]): Json {
  const names = [...new Set(uses.map((use) => use.name))];
  return Object.fromEntries(
    names.map((name) => {
      const own = uses.filter((use) => use.name === name);
      return [
        name,
        { from: own[0]?.from ?? "unset", used_by: [...new Set(own.map((use) => use.path))] },
      ];
    }),
  );
}
