import { describe, expect, it } from "vitest";
import type { PlannedChange } from "../../../src/sync/engine.ts";
import { eachDatabase } from "../../support/databases.ts";
import { runRaw } from "../../support/raw-database.ts";
import { openWorld } from "../../support/world.ts";
import type { World } from "../../support/world.ts";

const tables = [
  "organizations",
  "connections",
  "credentials",
  "clients",
  "identities",
  "mappings",
  "cursors",
  "staged",
  "outbox",
  "parked",
  "conflicts",
  "runs",
  "changes",
];

/** Every row there is, as text; the order of a table's rows says nothing. */
async function dump(world: World): Promise<string> {
  const rows: string[] = [];
  for (const table of tables)
    for (const row of await runRaw(world.storage, `select * from ${table}`))
      rows.push(`${table} ${JSON.stringify(row)}`);
  return rows.toSorted().join("\n");
}

describe.each(eachDatabase)("a dry run, on $name (law 13)", (database) => {
  it("shows field by field what the sync after it does, writes nothing, and the journal tells the same", async () => {
    const world = await openWorld(database, { clients: 9 });
    try {
      await world.sync();
      await world.sync();
      const { items } = await world.store.reads.clients(world.orgId, {}, { limit: 50 });
      const [first, second] = items;
      const idOf = async (account: World["stripe"], email: unknown) =>
        (await account.byEmail(String(email))).id;
      world.clock.advance(1000);
      await world.stripe.add({ email: "new@example.com", name: "New", phone: "+1 555 0100" });
      await world.stripe.change(await idOf(world.stripe, first?.fields["email"]), {
        name: "Changed",
      });
      await world.google.remove(await idOf(world.google, second?.fields["email"]));
      await world.engine.addClient(world.org, {
        fields: { email: "here@example.com", name: "Here" },
      });
      const before = await dump(world);
      for (const account of [world.stripe, world.google]) account.sandbox.control.clearLedger();

      const plan = await world.sync({ dryRun: true });

      expect(await dump(world)).toBe(before);
      const ledgers = [world.stripe, world.google].flatMap((one) => one.sandbox.control.ledger());
      expect(ledgers.filter(({ wrote }) => wrote)).toEqual([]);
      const run = await world.sync();
      const planned = (plan.changes ?? []).flatMap(linesOf).toSorted();
      expect(planned).toContain("billing from-external create new@example.com name: New");
      expect(planned).toContain("contacts to-external create new@example.com name: New");
      expect(planned).toEqual(await doneLines(world, run.run ?? ""));
      expect(await dump(world)).not.toMatch(/sk_test|rk_test|ya29|Bearer/);
    } finally {
      await world.close();
    }
  });
});

/** A planned change as lines, one a field; new clients are known by their address alone. */
function linesOf(change: PlannedChange): readonly string[] {
  const { connection, direction, action, fields } = change;
  const email = fields["email"]?.to ?? "";
  const values = Object.entries(fields).map(([field, { to }]) => `${field}: ${String(to)}`);
  return (values.length > 0 ? values : [""]).map((value) =>
    `${connection} ${direction} ${action} ${action === "create" ? String(email) : ""} ${value}`.trim(),
  );
}

/** The same lines from the journal of a run. */
async function doneLines(world: World, runId: string): Promise<readonly string[]> {
  const { items } = await world.store.runs.changes(world.orgId, runId, { limit: 500 });
  const connections = await world.store.connections.list(world.orgId);
  const names = new Map(connections.map(({ id, name }) => [id, name]));
  const emails = new Map(
    items.flatMap(({ clientId, field, after }) =>
      field === "email" ? [[clientId, after] as const] : [],
    ),
  );
  const lines = items
    .filter(({ action }) => action !== "skip" && action !== "conflict")
    // A create there is told as a whole, and field by field.
    .filter(({ side, action, field }) => side === "local" || action === "update" || field !== null)
    .map(({ connectionId, side, action, clientId, field, after }) => {
      const direction = side === "local" ? "from-external" : "to-external";
      const email = action === "create" ? String(emails.get(clientId) ?? "") : "";
      const value = field === null ? "" : `${field}: ${String(after)}`;
      return `${names.get(connectionId ?? "")} ${direction} ${action} ${email} ${value}`.trim();
    });
  return lines.toSorted();
}
