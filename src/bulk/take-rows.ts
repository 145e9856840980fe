import type { OrgConfig } from "../config/config.ts";
import type { Client } from "../model/client.ts";
import { sameValue } from "../model/fields.ts";
import type { FieldValue } from "../model/fields.ts";
import { findOrganization } from "../queries/names.ts";
import type { Store } from "../store/ports.ts";
import type { ClientEdit, Engine } from "../sync/engine.ts";
import { valueText } from "./cells.ts";
import { createOwners } from "./owners.ts";
import type { Owner } from "./owners.ts";
import type { ParsedRow, RowEdit } from "./row-edit.ts";

export interface Refusal {
  readonly line: number;
  readonly reason: string;
}

/** What became of the rows so far. */
export interface Tally {
  added: number;
  updated: number;
  unchanged: number;
  readonly refused: Refusal[];
}

export interface ReadRow {
  readonly line: number;
  readonly parsed: ParsedRow;
}

/** A row whose edit is decided and not yet given to the engine. */
interface Pending {
  readonly line: number;
  readonly edit: RowEdit;
  readonly owner: Owner;
  readonly changes: ClientEdit;
}

/**
 * Gives rows to the engine, a batch in a transaction. No two rows of a transaction are about one client or share an
 * identity, and after one that moves an identity the next ones are looked up anew: batches change nothing in what
 * becomes of a row.
 */
export function createTaker(
  parts: {
    readonly store: Store;
    readonly engine: Pick<Engine, "editClients">;
    readonly org: OrgConfig;
  },
  tally: Tally,
): { readonly take: (rows: readonly ReadRow[]) => Promise<void> } {
  const { store, engine, org } = parts;
  const owners = createOwners({
    match: org.match,
    store,
    orgId: async () => (await findOrganization(store, org.name))?.id ?? null,
  });
  let pending: Pending[] = [];
  let busy = new Set<string>();
  const flush = async () => {
    if (pending.length === 0) return;
    const edits = pending.map(({ owner, changes }) => ({
      clientId: owner.client?.id ?? null,
      edit: changes,
    }));
    const outcomes = await engine.editClients(org, edits);
    for (const [place, { line, edit, owner }] of pending.entries()) {
      const outcome = outcomes[place];
      if (outcome === undefined || "refused" in outcome) {
        tally.refused.push({ line, reason: outcome?.refused.message ?? "" });
        continue;
      }
      tally[owner.client === null ? "added" : "updated"] += 1;
      owners.remember(edit, owner, line);
    }
    pending = [];
    busy = new Set();
  };
  const takeOne = async (line: number, edit: RowEdit): Promise<void> => {
    const keys = owners.keysOf(edit);
    if (keys.some((key) => busy.has(key))) await flush();
    let owner = await owners.of(edit);
    if ("client" in owner && owner.client !== null && busy.has(owner.client.id)) {
      await flush();
      owner = await owners.of(edit);
    }
    if ("problem" in owner) {
      tally.refused.push({ line, reason: owner.problem });
      return;
    }
    const changes = owner.client === null ? withoutId(edit) : changesOf(owner.client, edit, owner);
    if (owner.client !== null && saysNothing(changes)) {
      tally.unchanged += 1;
      owners.remember(edit, owner, line);
      return;
    }
    pending.push({ line, edit, owner, changes });
    for (const key of keys) busy.add(key);
    if (owner.client === null) return;
    busy.add(owner.client.id);
    if (!("email" in changes.fields) && !("phone" in changes.fields)) return;
    await flush();
    owners.forget();
  };
  return {
    take: async (rows) => {
      const edits = rows.flatMap(({ parsed }) => ("edit" in parsed ? [parsed.edit] : []));
      await owners.lookUp(edits);
      for (const { line, parsed } of rows) {
        if ("problem" in parsed) tally.refused.push({ line, reason: parsed.problem });
        else await takeOne(line, parsed.edit);
      }
      await flush();
      owners.forget();
    },
  };
}

function withoutId({ fields, active }: RowEdit): ClientEdit {
  return active === undefined ? { fields } : { fields, active };
}

function saysNothing({ fields, active }: ClientEdit): boolean {
  return Object.keys(fields).length === 0 && active === undefined;
}

/** What the row says and the client does not have. The address by which it was found stays what it is. */
function changesOf(client: Client, edit: RowEdit, { by }: Owner): ClientEdit {
  const changed = Object.entries(edit.fields).filter(([field, value]) => {
    const have = client.fields[field] ?? null;
    if (field === "email" && by === "email" && have !== null) return false;
    return !saysTheSame(have, value);
  });
  const fields = Object.fromEntries(changed);
  const { active } = edit;
  return active === undefined || active === client.active ? { fields } : { fields, active };
}

/** A list of a custom field is one text in a file. */
function saysTheSame(have: FieldValue, given: FieldValue): boolean {
  if (sameValue(have, given)) return true;
  return Array.isArray(have) && typeof given === "string" && valueText(have) === given;
}
