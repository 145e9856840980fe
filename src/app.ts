import type { Config, OrgConfig } from "./config/config.ts";
import type { Connections, ConnectionTarget } from "./connections/connections.ts";
import type { Deps } from "./lib/deps.ts";
import type { Log } from "./lib/log.ts";
import type { Store } from "./store/ports.ts";
import type { Engine } from "./sync/engine.ts";

/** Everything that a face needs, put together once from a configuration. */
export interface App {
  readonly config: Config;
  readonly deps: Deps;
  readonly store: Store;
  readonly engine: Engine;
  readonly connections: Connections;
  /** The names that `connect` takes. */
  readonly providers: readonly string[];
  /** The organization of that name, or the only one; throws `org-required` or `org-unknown`. */
  org(name: string | undefined): OrgConfig;
  /** A declared connection with its provider loaded; throws `connection-unknown` or `provider-unknown`. */
  target(org: OrgConfig, connection: string): Promise<ConnectionTarget>;
  /** Makes parked records and parked or held writes due again: of that connection, or of all of the organization's. */
  retry(org: OrgConfig, connection: string | undefined): Promise<RetryDocument>;
  close(): Promise<void>;
}

/** What `retry --json` prints. */
export interface RetryDocument {
  readonly org: string;
  readonly connections: readonly { readonly name: string; readonly reopened: number }[];
}

export { providerNames } from "./providers/registry.ts";

export interface AppOptions {
  /** As `--config` gives it; without it the nearest file from `cwd` upwards. */
  readonly configPath?: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly log: Log;
  /** "any" opens a database that is older or newer than the program knows, for `db`; else that is an error. */
  readonly schema?: "checked" | "any";
}
