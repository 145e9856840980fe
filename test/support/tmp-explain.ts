import { systemClock } from "../../src/lib/clock.ts";
import { createIds } from "../../src/lib/ids.ts";
import { silentLog } from "../../src/lib/log.ts";
import { systemRandom } from "../../src/lib/random.ts";
import { openStore } from "../../src/store/open.ts";
import { createStoreWorld } from "./store-world.ts";
import { startPostgresServer } from "./postgres-server.ts";
import { createStepClock } from "../../src/lib/clock.ts";
import pg from "pg";
const server = await startPostgresServer();
const storage = { kind: "postgres" as const, url: server.url };
const ids = createIds(systemClock, systemRandom);
const store = await openStore(storage, { clock: systemClock, random: systemRandom, ids, log: silentLog });
await store.schema.migrate();
const clock = createStepClock(Date.now());
const world = await createStoreWorld(store, { clock, ids, random: systemRandom });
const N = Number(process.argv[2] ?? 5000);
for (let p = 0; p < N / 500; p++) {
  const people = Array.from({ length: 500 }, () => world.client());
  await world.commit({ clients: { insert: people }, mappings: { insert: people.map((c) => world.mapping(c.id)) },
   identities: { insert: people.map((c) => ({ orgId: world.org.id, kind: "email" as const, value: c.id, clientId: c.id })) } });
}
const listing = world.listing();
for (let p = 0; p < N / 500; p++) await store.staged.append(world.connection.id, "clients", { ...listing, pages: p }, Array.from({ length: 500 }, (_, i) => world.staged(`cus_${p * 500 + i + 1}`)), world.lease);
const c = new pg.Client({ connectionString: server.url }); await c.connect();
const C = world.connection.id, O = world.org.id;
const ex = async (title: string, sql: string, args: unknown[]) => {
  await c.query("set plan_cache_mode=force_custom_plan");
  const r = await c.query("explain (analyze, costs on, timing off) " + sql, args);
  console.log("==", title); for (const row of r.rows) console.log("  ", row["QUERY PLAN"].slice(0,160));
};
const some = JSON.stringify(Array.from({ length: 100 }, (_, i) => `cus_${i * 7 + 1}`));
for (const round of ["no stats", "analyzed"]) {
  if (round === "analyzed") await c.query("analyze");
  console.log("#######", round);
  await c.query("reset all; set enable_nestloop=off");
  await ex("tally", `select count(*) from staged left join mappings on mappings.connection_id = staged.connection_id and mappings.collection = staged.collection and mappings.external_id = staged.external_id where staged.connection_id = $1 and staged.collection = $2 and (staged.fingerprint <> mappings.seen_fingerprint or mappings.state = 'linked')`, [C, "clients"]);
  await ex("absent", `select mappings.* from mappings where mappings.connection_id = $1 and mappings.collection = $2 and mappings.state = 'linked' and (mappings.seen_requested_at is null or mappings.seen_requested_at < $3) and not exists (select 1 from staged where staged.connection_id = mappings.connection_id and staged.collection = mappings.collection and staged.external_id = mappings.external_id) order by id limit 100`, [C, "clients", "2030"]);
  await c.query("reset all; set enable_seqscan=off; set enable_bitmapscan=off; set enable_hashjoin=off; set enable_mergejoin=off;");
  await ex("byExternalId", `select * from mappings where connection_id = $1 and collection = $2 and external_id in (select json_array_elements_text($3::json)) order by id`, [C, "clients", some]);
  await ex("byExternalId any", `select * from mappings where connection_id = $1 and collection = $2 and external_id = any(array(select json_array_elements_text($3::json))) order by id`, [C, "clients", some]);
  await ex("identities", `select * from identities where org_id = $1 and (kind, value) in (select kind, value from json_to_recordset($2::json) as g (kind text, value text))`, [O, JSON.stringify(Array.from({ length: 100 }, (_, i) => ({ kind: "email", value: `x${i}` })))]);
  await ex("identitiesOf", `select * from identities where client_id in (select json_array_elements_text($1::json))`, [some]);
  await ex("clients", `select * from clients where id in (select json_array_elements_text($1::json)) order by id`, [some]);
  await ex("update", `update mappings set flips = given.flips, revision = given.revision + 1 from (select id, revision, flips from json_to_recordset($1::json) as g (id text, revision integer, flips text)) as given where mappings.id = given.id and mappings.revision = given.revision`, [JSON.stringify([{ id: "a", revision: 1, flips: "{}" }])]);
  await ex("next", `select * from staged where connection_id = $1 and collection = $2 and not done order by page, place limit 50`, [C, "clients"]);
  await ex("inState", `select * from mappings where connection_id = $1 and collection = $2 and state = $3 and id > $4 order by id limit 50`, [C, "clients", "linked", ""]);
  await ex("clientsAfter", `select * from clients where org_id = $1 and id > $2 and removed_at is null order by id limit 50`, [O, ""]);
}
await c.end(); await store.close(); await server.stop();
