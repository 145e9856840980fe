import { stableJson } from "../lib/json.ts";
import type { FieldValue } from "../model/fields.ts";
import type { Mapping } from "../model/mapping.ts";
import { ownerOfValue } from "./identities.ts";
import { journal } from "./journal.ts";
import type { Decision, Merge } from "./merge.ts";
import type { Circumstances } from "./rules.ts";
import type { Workspace } from "./workspace.ts";

/**
 * Journals what was taken and lost, and keeps the list of open conflicts as it is. A value that waits to be overwritten
 * there lost when it was seen first, or when nobody held it any more.
 */
export function noteDecisions(
  work: Workspace,
  here: Circumstances,
  mapping: Mapping,
  how: {
    readonly merge: Merge;
    readonly isNew: (field: string, remote: FieldValue) => boolean;
  },
): void {
  const { merge, isNew } = how;
  const open = new Set(work.conflictsOf(mapping.id).map(({ field }) => field));
  for (const decision of merge.decisions) {
    const { field, verdict, remote, lost } = decision;
    if (verdict === "hold") holdField(work, here, mapping, decision);
    const loses = lost !== null && (verdict !== "send" || open.has(field) || isNew(field, remote));
    if (verdict === "take" || loses)
      journalDecision(work, here, { mapping, decision, after: merge.take[field] ?? null });
  }
  const held = new Set(
    merge.decisions.filter(({ verdict }) => verdict === "hold").map(({ field }) => field),
  );
  for (const conflict of work.conflictsOf(mapping.id))
    if (!held.has(conflict.field)) work.dropConflict(conflict);
}

function journalDecision(
  work: Workspace,
  here: Circumstances,
  what: { readonly mapping: Mapping; readonly decision: Decision; readonly after: FieldValue },
): void {
  const { mapping, decision } = what;
  const taken = decision.verdict === "take";
  journal(work, here, {
    side: "local",
    action: taken ? "update" : "skip",
    clientId: mapping.clientId,
    connectionId: mapping.connectionId,
    externalId: mapping.externalId,
    field: decision.field,
    before: decision.local,
    after: taken ? what.after : decision.local,
    lost: decision.lost,
    source: mapping.connectionId,
    rule: decision.rule,
  });
}

/** The conflict's row follows both sides until they agree or a person decides. */
function holdField(
  work: Workspace,
  here: Circumstances,
  mapping: Mapping,
  decision: Decision,
): void {
  const open = work.conflictsOf(mapping.id).find((conflict) => conflict.field === decision.field);
  const kind = decision.conflict ?? "manual";
  const { field, local, remote, base } = decision;
  const owner = kind === "identity-taken" ? ownerOfValue(work, field, remote) : undefined;
  const note = owner === undefined ? null : `client ${owner} has it`;
  const values = { kind, local, remote, base, note };
  if (open) {
    const same = stableJson({ ...open, ...values }) === stableJson(open);
    if (!same) work.putConflict({ ...open, ...values, updatedAt: here.at });
    return;
  }
  work.count("conflicts");
  journal(work, here, {
    side: "local",
    action: "conflict",
    clientId: mapping.clientId,
    connectionId: mapping.connectionId,
    externalId: mapping.externalId,
    field: decision.field,
    before: decision.local,
    after: decision.local,
    lost: decision.remote,
    source: mapping.connectionId,
    rule: decision.rule,
  });
  work.putConflict({
    id: here.ids(),
    orgId: here.orgId,
    connectionId: mapping.connectionId,
    mappingId: mapping.id,
    clientId: mapping.clientId,
    field,
    ...values,
    openedAt: here.at,
    updatedAt: here.at,
  });
}
