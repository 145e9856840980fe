import type { OrgConfig } from "../config/config.ts";
import type { FieldValue } from "../model/fields.ts";
import type { Change } from "../model/journal.ts";
import { instantOf } from "../lib/clock.ts";
import { claim } from "../reconcile/answer.ts";
import { decideFor } from "./decide.ts";
import type { Store } from "../store/ports.ts";
import type { MatchPlan, PlannedChange, SyncDocument, SyncOptions } from "./engine.ts";
import type { Line } from "./line.ts";
import { matchPlan } from "./match-plan.ts";
import { overall } from "./outcome.ts";
import { prepareRun } from "./prepare.ts";
import type { EngineParts } from "./prepare.ts";
import { runConnections } from "./run.ts";

/**
 * Decides everything and writes nothing, anywhere: the same engine works on a scratch copy of the organization's
 * rows, and what it would send is looked at instead of sent. There is no second way of deciding.
 */
export async function dryRun(
  parts: EngineParts,
  org: OrgConfig,
  options: SyncOptions,
): Promise<SyncDocument> {
  const { store, deps } = parts;
  const startedMs = deps.clock.now();
  const known = (await store.organizations.list()).find((one) => one.name === org.name);
  const scratch = await store.scratch(known?.id ?? deps.ids());
  try {
    const run = await prepareRun({ ...parts, store: scratch }, org, options);
    const changes: PlannedChange[] = [];
    const plans = new Map<string, MatchPlan>();
    const unlisted = new Set<string>();
    await scratch.runs.start({ id: run.runId, orgId: run.orgId, startedAt: instantOf(deps.clock) });
    const connections = await runConnections(run, {
      settle: async ({ row }, when) => {
        const cursor = await scratch.cursors.get(row.id, "clients");
        if (when === "before-pull" && cursor?.cursor == null) unlisted.add(row.id);
      },
      deliver: async (line) => {
        const owed = await owedChanges(line);
        changes.push(...owed);
        const creates = owed.filter(({ action }) => action === "create").length;
        const known = { store, safety: parts.safety, creates };
        if (unlisted.has(line.row.id)) plans.set(line.config.name, await matchPlan(line, known));
      },
      deliverRest: async () => {},
    });
    const names = new Map(run.members.map((member) => [member.row.id, member.config.name]));
    changes.unshift(...(await takenChanges(run, scratch, names)));
    return {
      run: null,
      org: org.name,
      outcome: overall(connections),
      connections,
      duration_ms: deps.clock.now() - startedMs,
      changes,
      plans: run.members.flatMap(({ config }) => plans.get(config.name) ?? []),
    };
  } finally {
    await scratch.close();
  }
}

/** What the outbox would send, recomputed as delivery does. */
async function owedChanges(line: Line): Promise<readonly PlannedChange[]> {
  const changes: PlannedChange[] = [];
  let after: string | undefined;
  for (;;) {
    const entries = await line.store.outbox.due(
      line.row.id,
      instantOf(line.deps.clock),
      100,
      after,
    );
    if (entries.length === 0) return changes;
    after = entries.at(-1)?.id;
    for (const entry of entries) {
      const subject = { clientIds: [entry.clientId], mappingIds: [entry.mappingId] };
      const owed = await decideFor(line, subject, (work, here, party) =>
        claim(work, here, party, entry),
      );
      if (owed === null) continue;
      const before = owed.mapping.seen?.fields ?? {};
      const fields = Object.entries(owed.fields).map(
        ([field, to]) => [field, { from: before[field] ?? null, to }] as const,
      );
      changes.push({
        connection: line.config.name,
        direction: "to-external",
        entity: "client",
        id: entry.clientId,
        external_id: owed.mapping.externalId,
        action: entry.action,
        fields: Object.fromEntries(fields),
        reason: entry.cause === "edit" ? "edited here" : "another connection changed it",
      });
    }
  }
}

/** What the hub would take, from the scratch run's journal. */
async function takenChanges(
  run: { readonly orgId: string; readonly runId: string },
  scratch: Store,
  names: ReadonlyMap<string, string>,
): Promise<readonly PlannedChange[]> {
  const planned = new Map<string, PlannedChange>();
  let after: string | undefined;
  for (;;) {
    const page = await scratch.runs.changes(run.orgId, run.runId, {
      limit: 500,
      ...(after === undefined ? {} : { after }),
    });
    for (const change of page.items) addTaken(planned, change, names);
    if (page.next === null) return [...planned.values()];
    after = page.next;
  }
}

function addTaken(
  planned: Map<string, PlannedChange>,
  change: Change,
  names: ReadonlyMap<string, string>,
): void {
  const { action } = change;
  if (change.side !== "local" || action === "skip" || action === "conflict") return;
  const key = `${change.connectionId} ${change.clientId} ${action}`;
  const known = planned.get(key);
  const moved: Record<string, { from: FieldValue; to: FieldValue }> =
    change.field === null ? {} : { [change.field]: { from: change.before, to: change.after } };
  planned.set(key, {
    connection: names.get(change.connectionId ?? "") ?? "",
    direction: "from-external",
    entity: "client",
    id: change.clientId,
    external_id: change.externalId,
    action,
    fields: { ...known?.fields, ...moved },
    reason: change.rule,
  });
}
