import type { ConnectionConfig, OrgConfig } from "../config/config.ts";
import { stableJson } from "../lib/json.ts";
import type { Connection, ProviderType } from "../model/connection.ts";
import type { Provider } from "../providers/provider.ts";
import type { MergeRules, Party } from "../reconcile/rules.ts";
import type { CursorRow } from "../store/ports.ts";

/** A configured connection that syncs something, with its row and its provider's declaration. */
export interface Member {
  readonly config: ConnectionConfig;
  readonly row: Connection;
  readonly provider: Provider;
}

/**
 * Whether clients are synced with this connection, now or once it is enabled again: what changes while it is
 * disabled is owed to it all the same.
 */
export function syncsClients(config: ConnectionConfig, provider: Provider): boolean {
  const wanted = config.collections === null || config.collections.includes("clients");
  return wanted && provider.clients !== undefined;
}

/** Whether its activities are read. */
export function syncsActivities(config: ConnectionConfig, provider: Provider): boolean {
  const wanted = config.collections === null || config.collections.includes("activities");
  return wanted && provider.activities !== undefined;
}

/** A member as the decisions of `reconcile` see it. */
export function partyOf(
  member: Member,
  cursor: CursorRow | null,
  org: OrgConfig,
  rows: readonly Connection[],
): Party {
  const { config, provider, row } = member;
  const lens = provider.clients?.lens;
  if (!lens) throw new TypeError(`${provider.name} has no clients`);
  return {
    connectionId: row.id,
    name: config.name,
    lens,
    rules: rulesOf(config, org, rows),
    direction: config.direction,
    create: {
      here: config.create.here ?? true,
      there: config.create.there ?? createsThere(provider.type),
    },
    deletes: config.deletes,
    listed: cursor?.cursor !== null && cursor?.cursor !== undefined,
    previousPassAt: cursor?.cursorAt ?? null,
  };
}

/**
 * Equal while the same rules decide about the same records; another one makes everything be listed and every client
 * be owed again.
 */
export function rulesFingerprint(member: Member, party: Party, org: OrgConfig): string {
  const { direction, fieldDirections, conflict, clear, deletes, filter } = member.config;
  const lens = party.lens.version;
  return stableJson({
    direction,
    fieldDirections,
    conflict,
    clear,
    deletes,
    create: party.create,
    lens,
    match: org.match,
    // What no filter narrows keeps the fingerprint that it had before there were any.
    ...(filter === null ? {} : { filter }),
  });
}

function rulesOf(
  config: ConnectionConfig,
  org: OrgConfig,
  rows: readonly Connection[],
): MergeRules {
  const rank = (name: string) => org.connections.findIndex((one) => one.name === name);
  const nameOf = new Map(rows.map((row) => [row.id, row.name]));
  return {
    strategy: (field) => config.conflict.fields[field] ?? config.conflict.default,
    direction: (field) => config.fieldDirections[field] ?? config.direction,
    clear: (field) => config.clear.fields[field] ?? config.clear.default,
    precedes: (source) => {
      const name = nameOf.get(source);
      return name !== undefined && rank(config.name) < rank(name);
    },
  };
}

/** Mailboxes and calendars are not filled with clients unless the configuration asks for it (law 8). */
function createsThere(type: ProviderType): boolean {
  return type === "crm" || type === "billing";
}
