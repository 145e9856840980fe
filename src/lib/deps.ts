import type { Clock } from "./clock.ts";
import type { Fetch } from "./http.ts";
import type { Ids } from "./ids.ts";
import type { Log } from "./log.ts";
import type { Random } from "./random.ts";

/** All that is not a function of its arguments comes in through here. */
export interface Deps {
  readonly clock: Clock;
  readonly random: Random;
  readonly ids: Ids;
  readonly log: Log;
  readonly fetch: Fetch;
}
