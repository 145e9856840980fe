import type { Organization } from "../../model/connection.ts";
import type { Table } from "./table.ts";

export interface OrganizationRow {
  readonly id: string;
  readonly name: string;
  readonly created_at: string;
}

export const organizationTable: Table<OrganizationRow> = {
  name: "organizations",
  columns: { id: "text", name: "text", created_at: "text" },
};

export function toOrganization(row: OrganizationRow): Organization {
  return { id: row.id, name: row.name, createdAt: row.created_at };
}
