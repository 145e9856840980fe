import { accountKinds } from "./accounts/kinds.ts";
import type { Fault } from "../sandbox/kit/vendor.ts";
import { createDice } from "./dice.ts";
import type { Dice } from "./dice.ts";
import type {
  ConnectionPlan,
  Edit,
  History,
  Moment,
  Rules,
  SimulatedProvider,
  Step,
} from "./history.ts";
import { typedFields } from "./values.ts";

const minuteMs = 60_000;
const hourMs = 3_600_000;

/** The history of that seed: rounds of edits, then what gets in the way, then a sync that it gets in the way of. */
export function generateHistory(seed: number): History {
  const dice = createDice(seed);
  const connections = planConnections(dice);
  const accounts = connections.length;
  const steps: Step[] = [];
  const put = (moment: Moment, waitMs: number) =>
    steps.push({ ...moment, waitMs, seed: dice.whole(0, 2 ** 31) });
  if (dice.chance(0.75)) put({ kind: "sync", connection: null, mode: "normal" }, 0);
  const rounds = dice.weighted({ short: 68, usual: 28, long: 4 });
  const [least = 1, most = 2] = { short: [1, 2], usual: [3, 5], long: [6, 10] }[rounds];
  for (let left = dice.whole(least, most); left > 0; left -= 1) {
    for (let edits = dice.pick([0, 1, 2, 3, 4, 6]); edits > 0; edits -= 1)
      put(nextEdit(dice, accounts), pause(dice));
    for (let troubles = dice.pick([0, 1, 1, 1, 2, 3]); troubles > 0; troubles -= 1) {
      const moment = nextTrouble(dice, accounts);
      put(moment, moment.kind === "wait" ? longWait(dice) : pause(dice));
    }
    const twice = { first: someConnection(dice, accounts), second: someConnection(dice, accounts) };
    put(
      dice.chance(0.06) ? { kind: "two-syncs", ...twice } : syncMoment(dice, accounts),
      pause(dice),
    );
  }
  return {
    seed,
    clients: clientCount(dice),
    match: dice.chance(0.1) ? ["email", "phone"] : ["email"],
    connections,
    steps,
  };
}

function clientCount(dice: Dice): number {
  const size = dice.weighted({ none: 22, few: 66, some: 10, many: 1.6, most: 0.4 });
  const [least, most] = {
    none: [0, 0],
    few: [1, 5],
    some: [6, 15],
    many: [16, 60],
    most: [61, 200],
  }[size];
  return dice.whole(least ?? 0, most ?? 0);
}

function planConnections(dice: Dice): readonly ConnectionPlan[] {
  const count = { one: 1, pair: 2, three: 3, four: 4 }[
    dice.weighted({ one: 24, pair: 58, three: 13, four: 5 })
  ];
  return Array.from({ length: count }, (_, index) => {
    const provider = dice.weighted(shares);
    return {
      name: `${provider}${index + 1}`,
      provider,
      skewMs: skew(dice),
      lagMs: dice.chance(0.2) ? dice.whole(1000, 4 * minuteMs) : 0,
      rotatesTokens: accountKinds[provider].mayRotate && dice.chance(0.5),
      rules: rulesOf(dice, provider),
    };
  });
}

/** How often each is among the connections. */
const shares: Readonly<Record<SimulatedProvider, number>> = {
  stripe: 24,
  gmail: 24,
  hubspot: 14,
  salesforce: 13,
  quickbooks: 13,
  freshbooks: 12,
};

function skew(dice: Dice): number {
  return dice.chance(0.7) ? 0 : dice.whole(-hourMs, hourMs);
}

const strategies = ["last-write-wins", "astralis-wins", "external-wins", "manual"] as const;
const directions = ["both", "pull", "push"] as const;
const policies = ["propagate", "ignore"] as const;
const someFields = ["name", "phone", "notes", "company", "city", "email"] as const;

function rulesOf(dice: Dice, provider: SimulatedProvider): Rules {
  const perField = <T extends string>(values: readonly T[], share: number) =>
    Object.fromEntries(
      dice.chance(share) ? [[dice.pick(someFields), dice.pick(values)] as const] : [],
    );
  const there = provider === "gmail" ? dice.chance(0.75) : dice.chance(0.9) ? null : false;
  return {
    direction: dice.chance(0.85) ? "both" : dice.pick(directions),
    fieldDirections: perField(directions, 0.15),
    conflict: {
      default: dice.chance(0.6) ? "last-write-wins" : dice.pick(strategies),
      fields: perField(strategies, 0.25),
    },
    clear: {
      default: dice.chance(0.85) ? "propagate" : "ignore",
      fields: perField(policies, 0.1),
    },
    deletes: dice.weighted({ unlink: 50, propagate: 40, ignore: 10 }),
    create: { here: dice.chance(0.9) ? null : false, there },
    searchLagSeconds: dice.chance(0.5) ? null : dice.whole(0, 600),
  };
}

function nextTrouble(dice: Dice, accounts: number): Moment {
  const kind = dice.weighted({
    fault: 40,
    crash: 28,
    meanwhile: 12,
    busy: 3,
    stale: 3,
    wait: 3,
    tokens: 3,
    cursors: 2,
    lag: 2,
    clock: 2,
    rules: 3,
    retry: 1,
    reconnect: 1,
    accept: 1,
  });
  const account = dice.whole(0, accounts - 1);
  switch (kind) {
    case "fault":
      return { kind, account, fault: faultOf(dice) };
    case "crash":
      return { kind, statement: statement(dice) };
    case "busy":
    case "stale":
      return { kind, statement: statement(dice), times: dice.pick([1, 1, 1, 2, 9]) };
    case "meanwhile":
      return {
        kind,
        request: dice.whole(1, dice.pick([3, 8, 20])),
        edit: nextEdit(dice, accounts),
      };
    case "tokens":
      return { kind, account, end: dice.pick(["expired", "revoked"]) };
    case "lag":
      return { kind, account, lagMs: dice.whole(0, 5 * minuteMs) };
    case "clock":
      return { kind, jumpMs: dice.whole(-hourMs, hourMs) };
    case "rules":
      return { kind, account, rules: rulesOf(dice, "stripe") };
    case "accept":
      return { kind, account, stop: dice.pick(["deletes", "creates", "changes"]) };
    case "cursors":
    case "reconnect":
      return { kind, account };
    case "wait":
    case "retry":
      return { kind };
  }
}

function nextEdit(dice: Dice, accounts: number): Edit {
  const kind = dice.weighted({
    "add-here": 14,
    "edit-here": 24,
    "remove-here": 5,
    "add-there": 18,
    "edit-there": 34,
    "remove-there": 7,
    "rename-there": 2,
    "swap-there": 2,
  });
  const account = dice.whole(0, accounts - 1);
  const pick = dice.fraction();
  switch (kind) {
    case "add-here":
      return { kind, fields: typedFields(dice, "new") };
    case "edit-here":
      return { kind, pick, fields: typedFields(dice, "change") };
    case "remove-here":
      return { kind, pick };
    case "add-there":
      return { kind, account, fields: typedFields(dice, "new") };
    case "edit-there":
      return { kind, account, pick, fields: typedFields(dice, "change") };
    case "swap-there":
      return { kind, account, pick, other: dice.fraction() };
    case "remove-there":
    case "rename-there":
      return { kind, account, pick };
  }
}

function syncMoment(dice: Dice, accounts: number): Moment {
  const mode = dice.weighted({ normal: 90, full: 8, dry: 2 });
  return { kind: "sync", connection: dice.chance(0.75) ? null : dice.whole(0, accounts - 1), mode };
}

function someConnection(dice: Dice, accounts: number): number | null {
  return dice.chance(0.6) ? null : dice.whole(0, accounts - 1);
}

/** Every sync has early statements; what is sent comes late. */
function statement(dice: Dice): number {
  return dice.whole(1, dice.pick([40, 150, 300, 500]));
}

/** Some 26 days: then no cursor holds any more. */
function longWait(dice: Dice): number {
  return (dice.chance(0.15) ? 630 : dice.whole(1, 40)) * hourMs;
}

function pause(dice: Dice): number {
  return dice.chance(0.1) ? 0 : dice.whole(0, dice.pick([1000, minuteMs, 20 * minuteMs]));
}

function faultOf(dice: Dice): Fault {
  const kind = dice.weighted({
    status: 36,
    "lost-answer": 18,
    delay: 8,
    "cut-page": 7,
    reset: 8,
    html: 6,
    "empty-page": 8,
    "token-expired": 5,
    "token-revoked": 4,
  });
  const method = dice.weighted({ any: 25, GET: 22, POST: 36, PATCH: 13, DELETE: 4 });
  const executed = dice.chance(0.5);
  const status = dice.pick([429, 429, 500, 502, 503, 403, 410, 404, 409, 400, 408]);
  const passing = kind === "token-revoked" || kind === "token-expired";
  return {
    kind,
    match: method === "any" ? {} : { method },
    after: dice.pick([0, 0, 0, 0, 1, 2, dice.whole(0, 12)]),
    times: passing ? 1 : dice.pick([1, 1, 1, 2, 3, 6]),
    ...(kind === "delay" ? { delayMs: dice.pick([800, 20_000, 31_000, 90_000]) } : {}),
    ...(kind === "status" ? { status } : {}),
    ...(kind === "status" && status >= 500 ? { executed } : {}),
    ...(status === 429 && dice.chance(0.5)
      ? { retryAfterSeconds: dice.pick([1, 3, 15, 120]) }
      : {}),
  };
}
