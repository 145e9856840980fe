import type { Change } from "../model/journal.ts";
import type { Run } from "../model/run.ts";
import type { PageOf, Store } from "../store/ports.ts";
import { clientsById, connectionsById, emailOf, findOrganization, nameOf } from "./names.ts";

export interface RunDocument {
  readonly id: string;
  readonly org: string;
  readonly started_at: string;
  /** null while it runs, or where its process was killed. */
  readonly ended_at: string | null;
  readonly outcome: Run["outcome"];
  readonly connections: Run["connections"];
}

export interface RunsDocument {
  readonly runs: readonly RunDocument[];
  readonly next?: string;
}

/** One entry of a run's journal. */
export interface ChangeDocument {
  readonly at: string;
  readonly side: Change["side"];
  readonly action: Change["action"];
  readonly connection: string | null;
  readonly client: string | null;
  readonly client_email: string | null;
  readonly external_id: string | null;
  readonly field: string | null;
  readonly before: Change["before"];
  readonly after: Change["after"];
  readonly lost: Change["lost"];
  /** "person", "sync", or the connection that the value came from. */
  readonly source: string;
  readonly rule: string;
}

export interface RunJournalDocument {
  readonly run: RunDocument;
  readonly changes: readonly ChangeDocument[];
  readonly next?: string;
}

export async function listRuns(store: Store, orgName: string, page: PageOf): Promise<RunsDocument> {
  const org = await findOrganization(store, orgName);
  if (org === null) return { runs: [] };
  const { items, next } = await store.runs.list(org.id, page);
  return {
    runs: items.map((run) => toDocument(run, orgName)),
    ...(next === null ? {} : { next }),
  };
}

/** A run with a stretch of its journal; null where there is no run of that id. */
export async function showRun(
  store: Store,
  orgName: string,
  runId: string,
  page: PageOf,
): Promise<RunJournalDocument | null> {
  const org = await findOrganization(store, orgName);
  const run = org === null ? null : await store.runs.get(org.id, runId);
  if (org === null || run === null) return null;
  const { items, next } = await store.runs.changes(org.id, run.id, page);
  const connections = await connectionsById(store, org.id);
  const clients = await clientsById(
    store,
    items.map(({ clientId }) => clientId),
  );
  const changes = items.map((change) => ({
    at: change.at,
    side: change.side,
    action: change.action,
    connection: change.connectionId === null ? null : nameOf(connections, change.connectionId),
    client: change.clientId,
    client_email: change.clientId === null ? null : emailOf(clients.get(change.clientId)),
    external_id: change.externalId,
    field: change.field,
    before: change.before,
    after: change.after,
    lost: change.lost,
    source: nameOf(connections, change.source),
    rule: change.rule,
  }));
  return { run: toDocument(run, orgName), changes, ...(next === null ? {} : { next }) };
}

function toDocument(run: Run, orgName: string): RunDocument {
  return {
    id: run.id,
    org: orgName,
    started_at: run.startedAt,
    ended_at: run.endedAt,
    outcome: run.outcome,
    connections: run.connections,
  };
}
