import type { Identity, IdentityKind } from "../../model/identity.ts";
import type { Table } from "./table.ts";

export interface IdentityRow {
  readonly org_id: string;
  readonly kind: IdentityKind;
  readonly value: string;
  readonly client_id: string;
}

export const identityTable: Table<IdentityRow> = {
  name: "identities",
  columns: { org_id: "text", kind: "text", value: "text", client_id: "text" },
};

export function toIdentityRow(identity: Identity): IdentityRow {
  return {
    org_id: identity.orgId,
    kind: identity.kind,
    value: identity.value,
    client_id: identity.clientId,
  };
}

export function toIdentity(row: IdentityRow): Identity {
  return { orgId: row.org_id, kind: row.kind, value: row.value, clientId: row.client_id };
}
