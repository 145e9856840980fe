import { instantOf, toInstant } from "../lib/clock.ts";
import type { Deps } from "../lib/deps.ts";
import { AuthError } from "../lib/errors.ts";
import { collections } from "../model/connection.ts";
import type { Account, Connection } from "../model/connection.ts";
import type { Store } from "../store/ports.ts";
import { endMappings } from "./end-mappings.ts";
import { mismatch, otherThan, proveAccount, refuseDuplicate } from "./account.ts";
import type { SignedIn } from "./credential.ts";
import { withLease } from "./lease.ts";
import { revoke } from "./revoke.ts";
import type { Revocation } from "./revoke.ts";
import type { ConnectionTarget } from "./target.ts";
import { reconnectCommand } from "./token-store.ts";
import type { Vault } from "./vault.ts";

export type { ConnectionTarget } from "./target.ts";

export interface ConnectionsOptions {
  readonly store: Pick<Store, "connections" | "cursors" | "leases" | "reads" | "work">;
  readonly vault: Vault;
  readonly deps: Deps;
  /** This process, as `busy` names it to others. */
  readonly holder: string;
  /** Who signs in, as the operating system names them. */
  readonly connectedBy: string;
}

/** Signing in and out, pausing and resuming: the life of a connection outside of its syncs. */
export interface Connections {
  /** The connection's row, made where it is new. */
  ensure(target: ConnectionTarget): Promise<Connection>;
  /**
   * Proves a fresh sign-in by asking who it is, then stores it. Nothing of the connection changes where this throws:
   * `account-mismatch` (another account than before, unless accepted), `account-duplicate`, `key-rejected`.
   */
  connect(
    target: ConnectionTarget,
    signedIn: SignedIn,
    options?: { readonly acceptOtherAccount?: boolean },
  ): Promise<ConnectReport>;
  /** Ends the grant at the provider and forgets it here; clients and mappings stay. May be called twice. */
  disconnect(target: ConnectionTarget): Promise<DisconnectReport>;
  /** False where it was paused already. */
  pause(target: ConnectionTarget): Promise<boolean>;
  /** False where it was not paused. */
  resume(target: ConnectionTarget): Promise<boolean>;
}

export interface ConnectReport {
  readonly connection: Connection;
  /** Set where the account is another one than before. */
  readonly formerAccount: Account | null;
  /** What the person should know: an ending grant, a pause that goes on, mappings of another account. */
  readonly notes: readonly string[];
}

export interface DisconnectReport {
  readonly connection: Connection;
  /** null where nothing was signed in. */
  readonly revocation: Revocation | null;
  /** Mappings that are kept: the same account, signed in again, goes on with them. */
  readonly mappingsKept: number;
}

const leaseTtlMs = 120_000;
const leaseWaitMs = 30_000;

export function createConnections(options: ConnectionsOptions): Connections {
  const { store, vault, deps } = options;
  const ensure: Connections["ensure"] = ({ org, name, provider }) =>
    store.connections.ensure({
      id: deps.ids(),
      orgId: org.id,
      name,
      provider: provider.name,
      type: provider.type,
      createdAt: instantOf(deps.clock),
    });
  const alone = <T>(connection: Connection, work: () => Promise<T>) =>
    withLease(`connection:${connection.id}`, work, {
      leases: store.leases,
      holder: options.holder,
      clock: deps.clock,
      ttlMs: leaseTtlMs,
      waitMs: leaseWaitMs,
    });
  return {
    ensure,
    connect: async (target, signedIn, { acceptOtherAccount = false } = {}) => {
      const connection = await ensure(target);
      const account = await proveAccount(target, signedIn, deps);
      refuseDuplicate(target, connection, {
        account,
        others: await store.connections.list(target.org.id),
      });
      const former = otherThan(account, connection.account);
      let ended = 0;
      if (former === null) {
        await storeSignIn(connection, { account, signedIn }, options);
      } else {
        if (!acceptOtherAccount) throw mismatch(target, account, former);
        ended = await alone(connection, () =>
          switchAccount(connection, { account, signedIn }, options),
        );
      }
      const stored = await ensure(target);
      const notes = notesOf(target, stored, { former, ended, nowMs: deps.clock.now() });
      return { connection: stored, formerAccount: former, notes };
    },
    disconnect: async (target) => {
      const connection = await ensure(target);
      return alone(connection, async () => {
        const revocation = await revokeStored(connection, target, { vault, deps });
        await vault.deleteCredential(connection.id);
        await forgetGrant(connection, options);
        const mappingsKept = await countMappings(connection, store);
        return { connection: await ensure(target), revocation, mappingsKept };
      });
    },
    pause: async (target) => {
      const connection = await ensure(target);
      if (connection.status === "paused") return false;
      // At once, also beside a sync: one that is under way leaves the pause in place when it ends.
      await store.connections.setStatus(
        connection.id,
        { status: "paused", reason: "by-user", lastError: null },
        instantOf(deps.clock),
      );
      return true;
    },
    resume: async (target) => {
      const connection = await ensure(target);
      if (connection.status !== "paused") return false;
      const ready = (await vault.readCredential(connection.id)) !== null;
      const to = ready
        ? ({ status: "idle", reason: null, lastError: null } as const)
        : ({ status: "error", reason: "not-connected", lastError: null } as const);
      await store.connections.setStatus(connection.id, to, instantOf(deps.clock));
      return true;
    },
  };
}

interface Sign {
  readonly account: Account;
  readonly signedIn: SignedIn;
}

async function storeSignIn(
  connection: Connection,
  { account, signedIn }: Sign,
  { store, vault, deps, connectedBy }: ConnectionsOptions,
): Promise<void> {
  const at = instantOf(deps.clock);
  const { credential, scopes, grantExpiresAtMs } = signedIn;
  const grantExpiresAt = grantExpiresAtMs === null ? null : toInstant(grantExpiresAtMs);
  const sign = { account, scopes, connectedBy, grantExpiresAt };
  await store.connections.setAccount(connection.id, sign, at);
  await vault.replaceCredential(connection.id, credential);
  if (connection.status === "paused") return;
  const to = { status: "idle", reason: null, lastError: null } as const;
  await store.connections.setStatus(connection.id, to, at);
}

/** The old credential goes first: killed in between, the connection is signed out rather than mixed up. */
async function switchAccount(
  connection: Connection,
  sign: Sign,
  options: ConnectionsOptions,
): Promise<number> {
  await options.vault.deleteCredential(connection.id);
  for (const collection of collections) {
    await options.store.cursors.reset(connection.id, collection);
  }
  const ended = await endMappings(connection, options.store, instantOf(options.deps.clock));
  await storeSignIn(connection, sign, options);
  return ended;
}

/** The account stays: whoever signs in again is compared with it, and its mappings go on. */
async function forgetGrant(
  connection: Connection,
  { store, deps }: ConnectionsOptions,
): Promise<void> {
  const at = instantOf(deps.clock);
  const { account } = connection;
  const nobody = { account, scopes: [], connectedBy: null, grantExpiresAt: null };
  await store.connections.setAccount(connection.id, nobody, at);
  const to = { status: "error", reason: "disconnected", lastError: null } as const;
  await store.connections.setStatus(connection.id, to, at);
}

/** null where nothing is signed in. A credential that cannot be read is no reason to keep it. */
async function revokeStored(
  connection: Connection,
  target: ConnectionTarget,
  { vault, deps }: { readonly vault: Vault; readonly deps: Deps },
): Promise<Revocation | null> {
  try {
    const entry = await vault.readCredential(connection.id);
    return entry === null ? null : await revoke(entry.credential, { ...target, deps });
  } catch (error) {
    if (!(error instanceof AuthError)) throw error;
    const { title } = target.provider;
    return {
      outcome: "failed",
      message: `The stored credential cannot be read, so nothing was ended at ${title}: do that there by hand.`,
    };
  }
}

async function countMappings(
  connection: Connection,
  store: ConnectionsOptions["store"],
): Promise<number> {
  const health = await store.reads.health(connection.orgId);
  return health.find(({ connectionId }) => connectionId === connection.id)?.mappings ?? 0;
}

const soonMs = 30 * 24 * 60 * 60 * 1000;

function notesOf(
  target: ConnectionTarget,
  connection: Connection,
  facts: { readonly former: Account | null; readonly ended: number; readonly nowMs: number },
): readonly string[] {
  const { name, provider, org } = target;
  const notes: string[] = [];
  const { grantExpiresAt } = connection;
  if (grantExpiresAt !== null && Date.parse(grantExpiresAt) - facts.nowMs < soonMs) {
    notes.push(
      `The grant ends on ${grantExpiresAt}: so ${provider.title} treats applications that are still in testing. Publish the application, or run \`${reconnectCommand({ name, orgName: org.name })}\` before.`,
    );
  }
  if (connection.status === "paused") {
    notes.push(
      `The connection stays paused; \`astralis resume ${name} --org ${org.name}\` ends that.`,
    );
  }
  if (facts.former !== null) {
    notes.push(
      `${facts.ended} records of ${facts.former.name} were unlinked; their clients stay. The next sync matches the records of the new account from the start.`,
    );
  }
  return notes;
}
