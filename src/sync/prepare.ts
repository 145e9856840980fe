import { instantOf } from "../lib/clock.ts";
import type { Deps } from "../lib/deps.ts";
import { UsageError } from "../lib/errors.ts";
import type { Fetch } from "../lib/http.ts";
import type { OrgConfig, SafetyConfig } from "../config/config.ts";
import type { Provider, ProviderSession } from "../providers/provider.ts";
import type { Party } from "../reconcile/rules.ts";
import type { Store } from "../store/ports.ts";
import type { SyncOptions } from "./engine.ts";
import { partyOf, syncsActivities, syncsClients } from "./parties.ts";
import type { Member } from "./parties.ts";
import { checkRules } from "./provider-rules.ts";

/** What the engine is given to work with. */
export interface EngineParts {
  readonly store: Store;
  readonly deps: Deps;
  readonly safety: SafetyConfig;
  /** This process, as the leases name it. */
  readonly holder: string;
  readonly isGone: (holder: string) => boolean;
  provider(name: string): Promise<Provider>;
  /**
   * Opens a signed-in account. `watch` wraps the fetch that really sends, inside of all pacing, so that it sees
   * each request at the moment it starts.
   */
  open(account: Account, watch: (fetch: Fetch) => Fetch): Promise<ProviderSession>;
}

export interface Account extends Member {
  readonly org: OrgConfig;
}

/** One execution of a sync of one organization. */
export interface SyncRun {
  readonly parts: EngineParts;
  readonly org: OrgConfig;
  readonly orgId: string;
  readonly runId: string;
  readonly members: readonly Member[];
  readonly options: SyncOptions;
}

/**
 * The connections that a sync is about: the one that is named, else all but those that are disabled or paused.
 * Throws where the name given is none of them.
 */
export async function prepareRun(
  parts: EngineParts,
  org: OrgConfig,
  options: SyncOptions,
): Promise<SyncRun> {
  const orgId = await ensureOrg(parts, org);
  const all = await membersOf(parts, org, orgId);
  const members = all.filter(({ config, row }) =>
    options.connection
      ? config.name === options.connection
      : config.enabled && row.status !== "paused",
  );
  if (options.connection && members.length === 0) throw unknownConnection(org, options.connection);
  return { parts, org, orgId, runId: parts.deps.ids(), members, options };
}

export async function ensureOrg(parts: EngineParts, org: OrgConfig): Promise<string> {
  const fresh = { id: parts.deps.ids(), at: instantOf(parts.deps.clock) };
  return (await parts.store.organizations.ensure(org.name, fresh)).id;
}

/** The organization's connections that sync something, with their rows; made where they are new. */
export async function membersOf(
  parts: EngineParts,
  org: OrgConfig,
  orgId: string,
): Promise<readonly Member[]> {
  const members: Member[] = [];
  for (const config of org.connections) {
    const provider = await parts.provider(config.provider);
    checkRules(org.name, config, provider);
    const row = await parts.store.connections.ensure({
      id: parts.deps.ids(),
      orgId,
      name: config.name,
      provider: provider.name,
      type: provider.type,
      createdAt: instantOf(parts.deps.clock),
    });
    if (syncsClients(config, provider) || syncsActivities(config, provider))
      members.push({ config, row, provider });
  }
  return members;
}

/** Every party of an organization, each of which syncs clients; read again after a cursor moved. */
export function createParties(run: Pick<SyncRun, "parts" | "org" | "orgId">): {
  get(): Promise<readonly Party[]>;
  forget(): void;
} {
  let known: Promise<readonly Party[]> | null = null;
  const load = async () => {
    const all = await membersOf(run.parts, run.org, run.orgId);
    const members = all.filter(({ config, provider }) => syncsClients(config, provider));
    const rows = members.map((member) => member.row);
    const parties: Party[] = [];
    for (const member of members) {
      const cursor = await run.parts.store.cursors.get(member.row.id, "clients");
      parties.push(partyOf(member, cursor, run.org, rows));
    }
    return parties;
  };
  return {
    get: () => (known ??= load()),
    forget: () => {
      known = null;
    },
  };
}

function unknownConnection(org: OrgConfig, name: string): UsageError {
  const names = org.connections.map((connection) => connection.name).join(", ") || "none";
  return new UsageError(
    "connection-unknown",
    `${org.name} has no connection "${name}" that syncs anything`,
    {
      hint: `Its connections are: ${names}.`,
      place: { org: org.name },
    },
  );
}
