import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { systemClock } from "../../src/lib/clock.ts";
import { createIds } from "../../src/lib/ids.ts";
import { silentLog } from "../../src/lib/log.ts";
import { systemRandom } from "../../src/lib/random.ts";
import { openStore } from "../../src/store/open.ts";
import { createStoreWorld } from "./store-world.ts";
import { startPostgresServer } from "./postgres-server.ts";
import { createStepClock } from "../../src/lib/clock.ts";

const which = process.argv[2];
const dir = mkdtempSync("/tmp/astralis-bench-");
const server = which === "postgres" ? await startPostgresServer() : null;
const storage = server === null ? { kind: "sqlite" as const, file: join(dir, "a.db") } : { kind: "postgres" as const, url: server.url };
const ids = createIds(systemClock, systemRandom);
let statements = 0;
const store = await openStore(storage, { clock: systemClock, random: systemRandom, ids, log: silentLog }, { onStatement: () => { statements += 1; } });
await store.schema.migrate();
const clock = createStepClock(Date.now());
const world = await createStoreWorld(store, { clock, ids, random: systemRandom });
const pages = 100;
let n = 0;
const t = performance.now();
let cpu = process.cpuUsage();
statements = 0;
for (let p = 0; p < pages; p++) {
  const people = Array.from({ length: 100 }, () => { n += 1; return world.client({ email: `person${n}@example.com`, name: `Person Number ${n}`, phone: "+49 30 123456", company: "Acme", city: "Berlin", tags: ["a", "b"] }); });
  const emails = people.map((c) => String(c.fields["email"]));
  const mappings = people.map((c, i) => world.mapping(c.id, { seen: { fields: c.fields, emails: [], requestedAt: world.at(), modifiedAt: null }, base: { lens: "1", fields: Object.fromEntries(Object.entries(c.fields).map(([k, v]) => [k, { local: v, remote: v }])) } }));
  await store.work.commit(world.lease, async (reader) => {
    await reader.mappingsByExternalId(world.connection.id, "clients", mappings.map((m) => m.externalId ?? ""));
    await reader.identities(world.org.id, emails.map((value) => ({ kind: "email", value })));
    return { result: undefined, writes: {
      clients: { insert: people },
      identities: { insert: people.map((c) => ({ orgId: world.org.id, kind: "email" as const, value: String(c.fields["email"]), clientId: c.id })) },
      mappings: { insert: mappings },
    } };
  });
}
const ms = performance.now() - t;
const used = process.cpuUsage(cpu);
console.log(which, `${pages * 300} rows in ${Math.round(ms)} ms: ${Math.round(pages * 300 / ms * 1000)} rows/s, ${(ms / pages).toFixed(1)} ms a page, ${statements / pages} statements a page, cpu ${Math.round((used.user + used.system) / 1000)} ms`);
// update pass
const t2 = performance.now();
let after: string | null = null; let count = 0;
for (;;) {
  const page: readonly import("../../src/model/client.ts").Client[] = await store.work.read((r) => r.clientsAfter(world.org.id, after, 100));
  if (page.length === 0) break;
  after = page.at(-1)?.id ?? null; count += page.length;
  await store.work.commit(world.lease, async (reader) => {
    const clients = await reader.clients(page.map((c) => c.id));
    const mappings = await reader.mappingsOf(page.map((c) => c.id));
    return { result: undefined, writes: { clients: { update: clients }, mappings: { update: mappings } } };
  });
}
const ms2 = performance.now() - t2;
console.log(which, `updates: ${count * 2} rows in ${Math.round(ms2)} ms: ${Math.round(count * 2 / ms2 * 1000)} rows/s`);
// stage
const t3 = performance.now();
const listing = world.listing();
for (let p = 0; p < 100; p++) await store.staged.append(world.connection.id, "clients", { ...listing, pages: p }, Array.from({ length: 100 }, (_, i) => world.staged(`cus_${p * 100 + i + 1}`)), world.lease);
console.log(which, `staged 10000 in ${Math.round(performance.now() - t3)} ms`);
const t4 = performance.now();
console.log(await store.staged.tally(world.connection.id, "clients", { mode: "full", since: world.at() }), `tally ${Math.round(performance.now() - t4)} ms`);
const t5 = performance.now();
console.log((await store.reads.clients(world.org.id, { text: "nobody anywhere" }, { limit: 50 })).items.length, `search ${Math.round(performance.now() - t5)} ms`);
const t6 = performance.now();
const s = await store.scratch(world.org.id); await s.close();
console.log(`scratch ${Math.round(performance.now() - t6)} ms`);
await store.close();
await server?.stop();
rmSync(dir, { recursive: true });
