import type { Database } from "./database.ts";
import type { OutboxPort } from "./ports.ts";
import { toOutboxEntry } from "./tables/outbox.ts";
import type { OutboxRow } from "./tables/outbox.ts";

export function createOutbox(database: Database): OutboxPort {
  return {
    due: async (connectionId, now, limit, afterId = "") => {
      const rows = await database.sql.rows<OutboxRow>(
        `select * from outbox where connection_id = ? and state = 'due' and id > ?
          and next_attempt_at <= ? order by id limit ?`,
        [connectionId, afterId, now, limit],
      );
      return rows.map(toOutboxEntry);
    },
    unanswered: async (connectionId) => {
      const rows = await database.sql.rows<OutboxRow>(
        `select * from outbox where connection_id = ? and state in ('sending', 'unknown')
          order by id`,
        [connectionId],
      );
      return rows.map(toOutboxEntry);
    },
    tally: async (connectionId) => {
      const row = await database.sql.row<TallyRow>(
        `select count(*) as open,
            count(case when action = 'create' then 1 end) as creates,
            count(case when state = 'parked' then 1 end) as parked,
            count(case when state = 'held' then 1 end) as held,
            count(case when state = 'unknown' then 1 end) as unknown,
            min(created_at) as oldest_at,
            min(case when state = 'due' then next_attempt_at end) as next_attempt_at
          from outbox where connection_id = ?`,
        [connectionId],
      );
      return {
        open: Number(row?.open ?? 0),
        creates: Number(row?.creates ?? 0),
        parked: Number(row?.parked ?? 0),
        held: Number(row?.held ?? 0),
        unknown: Number(row?.unknown ?? 0),
        oldestAt: row?.oldest_at ?? null,
        nextAttemptAt: row?.next_attempt_at ?? null,
      };
    },
    // What was frozen is thawed: a person's retry is a new write under a new key, with all its attempts before it.
    retry: (connectionId, at) =>
      database.write((sql) =>
        sql.run(
          `update outbox set state = 'due', next_attempt_at = ?, attempts = 0, reason = null,
              frozen = null, revision = revision + 1
            where connection_id = ? and state in ('parked', 'held')`,
          [at, connectionId],
        ),
      ),
  };
}

interface TallyRow {
  readonly open: string | number;
  readonly creates: string | number;
  readonly parked: string | number;
  readonly held: string | number;
  readonly unknown: string | number;
  readonly oldest_at: string | null;
  readonly next_attempt_at: string | null;
}
