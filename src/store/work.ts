import type { Database } from "./database.ts";
import { holdLease } from "./leases.ts";
import type { WorkPort } from "./ports.ts";
import { createReader } from "./reader.ts";
import { saveWrites } from "./writes.ts";

export function createWork(database: Database): WorkPort {
  return {
    read: (work) => database.read((sql) => work(createReader(sql))),
    commit: (lease, work) =>
      database.decide(async (sql) => {
        if (lease !== null) await holdLease(sql, lease);
        const { writes, result } = await work(createReader(sql));
        await saveWrites(sql, writes);
        return result;
      }),
  };
}
