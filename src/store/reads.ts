import { emailIdentity, phoneIdentity } from "../model/identity.ts";
import type { IdentityKey } from "../model/identity.ts";
import { listActivities, readTimeline } from "./activities.ts";
import type { Database } from "./database.ts";
import { readHealth } from "./health.ts";
import { pageOf } from "./paging.ts";
import type { ReadPort } from "./ports.ts";
import { createReader } from "./reader.ts";
import { foldCase } from "./search-text.ts";
import type { Binding, StoreKind } from "./sql.ts";
import { toClient } from "./tables/clients.ts";
import type { ClientRow } from "./tables/clients.ts";
import { toConflict } from "./tables/conflicts.ts";
import type { ConflictRow } from "./tables/conflicts.ts";
import { toMapping } from "./tables/mappings.ts";
import type { MappingRow } from "./tables/mappings.ts";
import { toParked } from "./tables/parked.ts";
import type { ParkedRow } from "./tables/parked.ts";

export function createReads(database: Database): ReadPort {
  const { sql, kind } = database;
  return {
    clients: async (orgId, { text, removed }, page) => {
      const search = text === undefined || text === "" ? null : searchTerm(kind, text);
      const rows = await sql.rows<ClientRow>(
        `select * from clients where org_id = ? and id > ?
          and removed_at is ${removed === true ? "not null" : "null"}
          ${search === null ? "" : `and ${search.text}`} order by id limit ?`,
        [orgId, page.after ?? "", ...(search?.bindings ?? []), page.limit + 1],
      );
      return pageOf(rows, page, toClient);
    },
    client: (orgId, idOrIdentity) =>
      database.read(async (view) => {
        const reader = createReader(view);
        const [identity] = await reader.identities(orgId, identitiesIn(idOrIdentity));
        const ids = identity === undefined ? [idOrIdentity] : [idOrIdentity, identity.clientId];
        const found = (await reader.clients(ids)).filter((client) => client.orgId === orgId);
        return found.find(({ id }) => id === idOrIdentity) ?? found[0] ?? null;
      }),
    mappingsOf: (clientIds) => createReader(sql).mappingsOf(clientIds),
    conflicts: async (orgId, page) => {
      const rows = await sql.rows<ConflictRow>(
        "select * from conflicts where org_id = ? and id > ? order by id limit ?",
        [orgId, page.after ?? "", page.limit + 1],
      );
      return pageOf(rows, page, toConflict);
    },
    missing: async (orgId, page) => {
      const rows = await sql.rows<MappingRow>(
        `select * from mappings where org_id = ? and state = 'missing' and id > ?
          order by id limit ?`,
        [orgId, page.after ?? "", page.limit + 1],
      );
      return pageOf(rows, page, toMapping);
    },
    hasLikely: async (connectionId) => {
      const row = await sql.row<{ readonly id: string }>(
        `select id from parked
          where connection_id = ? and reason in ('not-wanted', 'ambiguous') limit 1`,
        [connectionId],
      );
      return row !== null;
    },
    parked: async (orgId, page) => {
      const rows = await sql.rows<ParkedRow>(
        "select * from parked where org_id = ? and id > ? order by id limit ?",
        [orgId, page.after ?? "", page.limit + 1],
      );
      return pageOf(rows, page, toParked);
    },
    activities: (orgId, filter, page) => listActivities(sql, orgId, filter, page),
    timeline: (clientId) => readTimeline(sql, clientId),
    health: (orgId) => database.read((view) => readHealth(view, orgId)),
  };
}

/** Found as it is written, wherever it stands: no character of it is a wildcard. */
function searchTerm(kind: StoreKind, text: string): { text: string; bindings: readonly Binding[] } {
  const position = kind === "postgres" ? "strpos" : "instr";
  const found = (column: string) => `${position}(${column}, ?) > 0`;
  const folded = foldCase(text.trim());
  return {
    text: `(${found("clients.search")} or ${found("clients.id")}
      or exists (select 1 from identities
        where identities.client_id = clients.id and ${found("identities.value")})
      or exists (select 1 from mappings
        where mappings.client_id = clients.id and ${found("lower(mappings.external_id)")}))`,
    bindings: [folded, folded, folded, folded],
  };
}

function identitiesIn(text: string): readonly IdentityKey[] {
  const phone = phoneIdentity(text);
  return phone === null ? [emailIdentity(text)] : [emailIdentity(text), phone];
}
