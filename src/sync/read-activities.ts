import type { AstralisError } from "../lib/errors.ts";
import type { Collection } from "../model/connection.ts";
import type { Counts } from "../model/run.ts";
import { pullActivities } from "./activities.ts";
import { asAstralisError } from "./lane.ts";
import type { Lane } from "./lane.ts";
import { syncsActivities, syncsClients } from "./parties.ts";
import type { SyncRun } from "./prepare.ts";

/**
 * Reads what is new on the timeline, once the clients are done. A failure here undoes nothing of theirs, and what went
 * wrong with them leaves this alone where it was not the account itself.
 */
export async function readActivities(run: SyncRun, lane: Lane): Promise<void> {
  const { inflow, error } = lane;
  if (!inflow || (error !== null && error.code !== "safety-stop")) return;
  lane.counting = lane.activityTally;
  try {
    await pullActivities(inflow, { full: run.options.full ?? false });
  } catch (thrown) {
    const failure = asAstralisError(thrown);
    if (failure.code === "interrupted" || failure.code === "lease-lost") lane.error ??= failure;
    else if (!isNotAllowed(lane, failure)) lane.activityError = failure;
    else
      run.parts.deps.log.warn("the sign-in does not allow activities: they are left out", {
        org: run.org.name,
        connection: lane.member.config.name,
      });
  }
  lane.counting = lane.tally;
}

/** What nobody asked for by name is left out where the key or the grant is too small for it. */
function isNotAllowed({ member }: Lane, { code }: AstralisError): boolean {
  return member.config.collections === null && code === "provider-forbidden";
}

/** The counts of each collection that the connection syncs. */
export function countsOf({
  member,
  tally,
  activityTally,
}: Lane): Partial<Record<Collection, Counts>> {
  const { config, provider } = member;
  return {
    ...(syncsClients(config, provider) ? { clients: tally.counts() } : {}),
    ...(syncsActivities(config, provider) ? { activities: activityTally.counts() } : {}),
  };
}
