import { must } from "../lib/assert.ts";
import type { Database } from "./database.ts";
import type { OrganizationPort } from "./ports.ts";
import { toOrganization } from "./tables/organizations.ts";
import type { OrganizationRow } from "./tables/organizations.ts";

export function createOrganizations(database: Database): OrganizationPort {
  const find = (name: string) =>
    database.sql.row<OrganizationRow>("select * from organizations where name = ?", [name]);
  return {
    ensure: async (name, fresh) => {
      const known = await find(name);
      if (known !== null) return toOrganization(known);
      await database.write((sql) =>
        sql.run(
          `insert into organizations (id, name, created_at) values (?, ?, ?)
            on conflict (name) do nothing`,
          [fresh.id, name, fresh.at],
        ),
      );
      return toOrganization(must(await find(name), `organization ${name} was just made`));
    },
    list: async () => {
      const rows = await database.sql.rows<OrganizationRow>(
        "select * from organizations order by id",
      );
      return rows.map(toOrganization);
    },
  };
}
