import { instantOf } from "../lib/clock.ts";
import { must } from "../lib/assert.ts";
import { UsageError } from "../lib/errors.ts";
import type { OrgConfig } from "../config/config.ts";
import type { Client } from "../model/client.ts";
import { emailIdentity, phoneIdentity } from "../model/identity.ts";
import type { IdentityKey } from "../model/identity.ts";
import { removeClient } from "../reconcile/absence.ts";
import { addClient, updateClient } from "../reconcile/edit.ts";
import { decide } from "./decide.ts";
import type { Setting } from "./decide.ts";
import { dryRun } from "./dry-run.ts";
import type {
  ClientEdit,
  EditOutcome,
  Engine,
  NamedEdit,
  Rehearsal,
  SyncDocument,
  SyncOptions,
} from "./engine.ts";
import { overall } from "./outcome.ts";
import { createParties, ensureOrg, prepareRun } from "./prepare.ts";
import type { EngineParts } from "./prepare.ts";
import { retry } from "./retry.ts";
import { runConnections, writingHands } from "./run.ts";

export function createEngine(parts: EngineParts): Engine {
  return {
    sync: (org, options = {}) =>
      options.dryRun ? dryRun(parts, org, options) : sync(parts, org, options),
    addClient: (org, edit) => change(parts, org, edit, null),
    updateClient: (org, clientId, edit) => change(parts, org, edit, clientId),
    editClients: (org, edits) => editClients(parts, org, edits),
    removeClient: (org, clientId) => remove(parts, org, clientId),
    retry: (org, connection) => retry(parts, org, connection),
    rehearse: (org, work) => rehearse(parts, org, work),
  };
}

async function rehearse<T>(
  parts: EngineParts,
  org: OrgConfig,
  work: (there: Rehearsal) => Promise<T>,
): Promise<T> {
  const known = (await parts.store.organizations.list()).find((one) => one.name === org.name);
  const store = await parts.store.scratch(known?.id ?? parts.deps.ids());
  try {
    return await work({ store, engine: createEngine({ ...parts, store }) });
  } finally {
    await store.close();
  }
}

async function sync(
  parts: EngineParts,
  org: OrgConfig,
  options: SyncOptions,
): Promise<SyncDocument> {
  const { store, deps } = parts;
  const startedMs = deps.clock.now();
  const run = await prepareRun(parts, org, options);
  await store.runs.start({ id: run.runId, orgId: run.orgId, startedAt: instantOf(deps.clock) });
  const connections = await runConnections(run, writingHands(run));
  const outcome = overall(connections);
  await store.runs.finish(run.runId, { endedAt: instantOf(deps.clock), outcome, connections });
  return {
    run: run.runId,
    org: org.name,
    outcome,
    connections,
    duration_ms: deps.clock.now() - startedMs,
  };
}

async function settingOf(parts: EngineParts, org: OrgConfig): Promise<Setting> {
  const orgId = await ensureOrg(parts, org);
  const parties = await createParties({ parts, org, orgId }).get();
  return { store: parts.store, deps: parts.deps, org, orgId, parties, runId: null, lease: null };
}

async function change(
  parts: EngineParts,
  org: OrgConfig,
  edit: ClientEdit,
  clientId: string | null,
): Promise<Client> {
  const [outcome] = await editClients(parts, org, [{ clientId, edit }]);
  const { client, refused } = { client: null, refused: null, ...outcome };
  if (refused !== null) throw refused;
  return must(client, "an edit has an outcome");
}

async function editClients(
  parts: EngineParts,
  org: OrgConfig,
  edits: readonly NamedEdit[],
): Promise<readonly EditOutcome[]> {
  const setting = await settingOf(parts, org);
  const subject = {
    keys: edits.flatMap(({ edit }) => keysOf(edit)),
    clientIds: edits.flatMap(({ clientId }) => clientId ?? []),
  };
  const { result } = await decide(setting, subject, (work, here) =>
    edits.map(({ clientId, edit }): EditOutcome => {
      try {
        if (clientId === null) return { client: addClient(work, here, edit) };
        const client = known(work.hasClient(clientId) ? work.client(clientId) : null, clientId);
        return { client: updateClient(work, here, client, edit) };
      } catch (error) {
        // Each of them checks all of its edit before it changes anything.
        if (error instanceof UsageError) return { refused: error };
        throw error;
      }
    }),
  );
  return result;
}

async function remove(parts: EngineParts, org: OrgConfig, clientId: string) {
  const setting = await settingOf(parts, org);
  const names = new Map(setting.parties.map((party) => [party.connectionId, party.name]));
  const nameOf = (mapping: { readonly connectionId: string }) =>
    names.get(mapping.connectionId) ?? mapping.connectionId;
  const { result } = await decide(setting, { clientIds: [clientId] }, (work, here) => {
    const client = known(work.hasClient(clientId) ? work.client(clientId) : null, clientId);
    const removal = removeClient(work, here, client, "person");
    return {
      client: work.client(clientId),
      kept: removal.kept.map(nameOf),
      owed: removal.owed.map(nameOf),
    };
  });
  return result;
}

function known(client: Client | null, id: string): Client {
  if (client && client.removedAt === null) return client;
  throw new UsageError("client-unknown", `there is no client ${id}`, {
    hint: "List them with: astralis clients list",
  });
}

function keysOf(edit: ClientEdit): readonly IdentityKey[] {
  const { email, phone } = edit.fields;
  return [
    ...(typeof email === "string" ? [emailIdentity(email)] : []),
    ...(typeof phone === "string" ? [phoneIdentity(phone)].flatMap((key) => key ?? []) : []),
  ];
}
