import type { FieldValue } from "../model/fields.ts";
import type { Change, ChangeAction, ChangeSide } from "../model/journal.ts";
import type { Mapping } from "../model/mapping.ts";
import type { Circumstances } from "./rules.ts";
import type { Workspace } from "./workspace.ts";

/** One line of the journal, without what every line has. */
export interface JournalLine {
  readonly side: ChangeSide;
  readonly action: ChangeAction;
  readonly clientId: string | null;
  readonly connectionId?: string | null;
  readonly externalId?: string | null;
  readonly field?: string;
  readonly before?: FieldValue;
  readonly after?: FieldValue;
  readonly lost?: FieldValue;
  readonly source: string;
  readonly rule: string;
}

export function journal(work: Workspace, here: Circumstances, line: JournalLine): void {
  const change: Change = {
    id: here.ids(),
    orgId: here.orgId,
    runId: here.runId,
    at: here.at,
    side: line.side,
    action: line.action,
    collection: "clients",
    clientId: line.clientId,
    connectionId: line.connectionId ?? null,
    externalId: line.externalId ?? null,
    field: line.field ?? null,
    before: line.before ?? null,
    after: line.after ?? null,
    lost: line.lost ?? null,
    source: line.source,
    rule: line.rule,
  };
  work.record(change);
}

/** An act on a whole record: linked, unlinked, found missing, and why. */
export function journalRecord(
  work: Workspace,
  here: Circumstances,
  mapping: Mapping,
  what: { readonly action: ChangeAction; readonly rule: string; readonly side?: ChangeSide },
): void {
  journal(work, here, {
    side: what.side ?? "local",
    action: what.action,
    clientId: mapping.clientId,
    connectionId: mapping.connectionId,
    externalId: mapping.externalId,
    source: mapping.connectionId,
    rule: what.rule,
  });
}
