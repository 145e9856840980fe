import type { FieldValue } from "../../model/fields.ts";
import { noCounts, type ConnectionResult, type Counts } from "../../model/run.ts";
import type { PlannedChange, SyncDocument } from "../../sync/engine.ts";
import { plainLine, type Look } from "../look.ts";
import { matchPlanText } from "./match-plan.ts";

export function syncText(document: SyncDocument, look: Look): string {
  const { connections, changes, outcome, duration_ms: durationMs } = document;
  const errors = connections.flatMap(({ name, error }) =>
    error === undefined
      ? []
      : [
          `${look.bad(name)}: ${error.message}`,
          ...(error.hint === "" ? [] : [`  hint: ${error.hint}`]),
        ],
  );
  const seconds = (durationMs / 1000).toFixed(1);
  const end =
    changes === undefined
      ? `${outcomeText(outcome, look)} in ${seconds} s`
      : `dry run: ${changes.length} ${changes.length === 1 ? "change" : "changes"}, nothing was written`;
  return [
    ...(changes === undefined ? [] : changes.map((change) => changeText(change, look))),
    connectionsTable(connections, look),
    ...(document.plans ?? []).map((plan) => matchPlanText(plan, look)),
    ...errors,
    end,
  ].join("\n");
}

/** One row for each connection and collection. */
export function connectionsTable(connections: readonly ConnectionResult[], look: Look): string {
  if (connections.length === 0) return look.faint("no connections to sync");
  const rows = connections.map((connection) => {
    const counts = sumOf(connection);
    return [
      connection.name,
      outcomeText(connection.outcome, look),
      String(counts.pulled),
      written([counts.created, counts.updated, counts.unlinked + counts.deleted]),
      written([counts.pushed_created, counts.pushed_updated, counts.pushed_deleted]),
      loud(counts.conflicts, look.warning),
      loud(counts.skipped, look.faint),
      loud(counts.failed, look.bad),
      loud(counts.held, look.warning),
    ];
  });
  const head = ["connection", "outcome", "pulled", "here", "there"];
  return look.table([...head, "conflicts", "skipped", "failed", "held"], rows);
}

export function outcomeText(outcome: string | null, look: Look): string {
  if (outcome === "complete") return look.good(outcome);
  if (outcome === "partial" || outcome === null) return look.warning(outcome ?? "unfinished");
  return look.bad(outcome);
}

export function valueText(value: FieldValue): string {
  if (value === null) return "(empty)";
  const text = typeof value === "string" ? value : value.join(", ");
  const line = plainLine(text);
  return JSON.stringify(line.length > 60 ? `${line.slice(0, 59)}…` : line);
}

function sumOf(connection: ConnectionResult): Counts {
  const all = Object.values(connection.collections);
  const add = (key: keyof Counts) => all.reduce((total, counts) => total + counts[key], 0);
  return {
    pulled: add("pulled"),
    created: add("created"),
    updated: add("updated"),
    unlinked: add("unlinked"),
    deleted: add("deleted"),
    pushed_created: add("pushed_created"),
    pushed_updated: add("pushed_updated"),
    pushed_deleted: add("pushed_deleted"),
    conflicts: add("conflicts"),
    skipped: add("skipped"),
    failed: add("failed"),
    held: add("held"),
    requests: all.length === 0 ? noCounts.requests : add("requests"),
  };
}

/** "+2 ~1 -0" as created, updated, taken away; zeros are left out. */
function written(counts: readonly [number, number, number]): string {
  const signs = ["+", "~", "-"];
  const parts = counts.map((count, i) => (count === 0 ? "" : `${signs[i]}${count}`));
  return parts.filter((part) => part !== "").join(" ") || "0";
}

function loud(count: number, paint: (text: string) => string): string {
  return count === 0 ? "0" : paint(String(count));
}

function changeText(change: PlannedChange, look: Look): string {
  const arrow = change.direction === "from-external" ? "→ here" : "← here";
  const who = change.id ?? change.external_id ?? "new client";
  const fields = Object.entries(change.fields).map(
    ([field, { from, to }]) => `    ${field}: ${valueText(from)} → ${valueText(to)}`,
  );
  const first = `${change.connection} ${arrow}  ${look.strong(change.action)} ${who}  ${look.faint(change.reason)}`;
  return [first, ...fields].join("\n");
}
