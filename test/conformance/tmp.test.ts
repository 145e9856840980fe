import { describe, expect, test } from "vitest";
import { eachDatabase } from "../support/databases.ts";
describe.each(eachDatabase)("on $name", (db) => {
  test("opens", async () => {
    const t = performance.now();
    const store = await db.open();
    console.log(db.name, performance.now() - t);
    expect(await store.schema.check()).toBe(undefined);
    const o = await store.organizations.ensure("acme", { id: "a", at: "2026-01-01T00:00:00.000Z" });
    expect(o.name).toBe("acme");
    const t2 = performance.now();
    await db.open();
    console.log(db.name, performance.now() - t2);
    const s = await store.scratch("a");
    expect(await s.organizations.list()).toEqual([o]);
    await s.close();
  });
});
