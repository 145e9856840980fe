import { must } from "../../src/lib/assert.ts";
import { answerDelayMs, targets, type Moment, type Target } from "./moments.ts";
import { roundRandom } from "./settings.ts";

/** What a sync has before it that is killed. */
export type Scenario = "first sync" | "later sync";

export interface Round {
  readonly number: number;
  readonly scenario: Scenario;
  readonly moment: Moment;
  /** Whether people go on editing between the kill and the next sync. */
  readonly editsBetween: boolean;
}

/** So many requests of a kind each scenario sends at least. */
const leastRequests: Readonly<Record<Scenario, (target: Target) => number>> = {
  "first sync": ({ name }) => {
    if (name.endsWith("list")) return 1;
    return name.endsWith("create") ? 6 : 0;
  },
  "later sync": ({ name }) => {
    if (name.endsWith("list") || name.endsWith("delete")) return 1;
    return 4;
  },
};

/**
 * The rounds from that number on, with seeded moments: of every five, three at a request, one at a step of the
 * program and one at any time at all, spread over the sync's usual duration.
 */
export function planRounds(first: number, rounds: number): readonly Round[] {
  return Array.from({ length: rounds }, (_, index) => {
    const number = first + index;
    const random = roundRandom(number);
    const kind = number % 5;
    const scenario: Scenario = random() < 0.3 ? "first sync" : "later sync";
    const editsBetween = scenario === "later sync" && random() < 0.5;
    if (kind === 3) return { number, scenario, editsBetween, moment: stepMoment(random) };
    if (kind === 4) {
      const share = ((Math.floor(number / 5) % 4) + random()) / 4;
      return { number, scenario, editsBetween, moment: { kind: "time", share } };
    }
    const ordinal = Math.floor(number / 5) * 3 + kind;
    return requestRound(number, { ordinal, random, editsBetween, scenario });
  });
}

function requestRound(
  number: number,
  options: {
    readonly ordinal: number;
    readonly random: () => number;
    readonly editsBetween: boolean;
    readonly scenario: Scenario;
  },
): Round {
  const { random, ordinal } = options;
  // Seven is prime to their number: neighbours are of different kinds, and after ten of them each had its turn.
  const target = must(targets[(2 + ordinal * 7) % targets.length], "there are targets");
  const scenario = leastRequests[options.scenario](target) > 0 ? options.scenario : "later sync";
  const count = 1 + Math.floor(random() * leastRequests[scenario](target));
  const afterMs = Math.floor(random() * 2 * answerDelayMs);
  const editsBetween = options.editsBetween && scenario === "later sync";
  return { number, scenario, editsBetween, moment: { kind: "request", target, count, afterMs } };
}

function stepMoment(random: () => number): Moment {
  const pattern = random() < 0.5 ? /reconciling/ : /delivering/;
  return { kind: "step", pattern, afterMs: Math.floor(random() * 250) };
}
