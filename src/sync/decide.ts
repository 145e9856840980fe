import { instantOf } from "../lib/clock.ts";
import type { Deps } from "../lib/deps.ts";
import { StoreError } from "../lib/errors.ts";
import { must } from "../lib/assert.ts";
import type { OrgConfig } from "../config/config.ts";
import type { Match } from "../model/match.ts";
import type { Counts } from "../model/run.ts";
import type { Circumstances, Party } from "../reconcile/rules.ts";
import type { Workspace } from "../reconcile/workspace.ts";
import type { Lease, Store, Writes } from "../store/ports.ts";
import { loadWorkspace } from "./rows.ts";
import type { Subject } from "./rows.ts";
import type { Line } from "./line.ts";

/** How often a decision is made again because a row moved under it. */
const attempts = 8;

/** What a decision works with, apart from the rows. */
export interface Setting {
  readonly store: Store;
  readonly deps: Deps;
  readonly org: OrgConfig;
  readonly orgId: string;
  readonly parties: readonly Party[];
  readonly runId: string | null;
  readonly lease: Lease | null;
}

/**
 * The only way in which the engine writes: loads the rows, decides by pure code and saves, in one transaction. Where
 * a row moved meanwhile it reconciles again (law 6).
 */
export async function decide<T>(
  setting: Setting,
  subject: Omit<Subject, "orgId">,
  decision: (work: Workspace, here: Circumstances) => T,
  more: (result: T) => Writes = () => ({}),
): Promise<{
  readonly result: T;
  readonly counts: Counts;
  readonly matches: readonly Match[];
}> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await setting.store.work.commit(setting.lease, async (reader) => {
        const work = await loadWorkspace(reader, { ...subject, orgId: setting.orgId });
        const result = decision(work, circumstances(setting));
        return {
          writes: { ...work.changes(), ...more(result) },
          result: { result, counts: work.counts, matches: work.matches },
        };
      });
    } catch (error) {
      const stale = error instanceof StoreError && error.code === "store-stale";
      if (!stale || attempt >= attempts) throw error;
    }
  }
}

/** The same for a connection's run: under its lease, with its counts added up. */
export async function decideFor<T>(
  line: Line,
  subject: Omit<Subject, "orgId" | "connectionId">,
  decision: (work: Workspace, here: Circumstances, party: Party) => T,
  more?: (result: T) => Writes,
): Promise<T> {
  await line.lease.ensure();
  const parties = await line.parties();
  const party = must(
    parties.find((one) => one.connectionId === line.row.id),
    `connection ${line.config.name} is not among its organization's`,
  );
  const setting = { ...line, parties, lease: line.lease.lease };
  const about = { ...subject, connectionId: line.row.id };
  const { result, counts, matches } = await decide(
    setting,
    about,
    (work, here) => decision(work, here, party),
    more,
  );
  line.tally.add(counts);
  line.tally.note(matches);
  return result;
}

function circumstances(setting: Setting): Circumstances {
  return {
    orgId: setting.orgId,
    match: setting.org.match,
    parties: setting.parties,
    at: instantOf(setting.deps.clock),
    runId: setting.runId,
    ids: setting.deps.ids,
  };
}
