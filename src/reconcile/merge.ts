import type { Instant } from "../lib/clock.ts";
import { isEmpty, sameValue } from "../model/fields.ts";
import type { Fields, FieldTimes, FieldValue } from "../model/fields.ts";
import type { ConflictKind } from "../model/journal.ts";
import type { Base, BaseField, Flip } from "../model/mapping.ts";
import { normalValue } from "../model/normal.ts";
import type { MergeRules, ValueLens } from "./rules.ts";

/** One client and one record of it, as they are, and what they last agreed on. */
export interface Pair {
  readonly local: Fields;
  readonly localTimes: FieldTimes;
  /** In the provider's normal form; fields that are not there are unknown (law 2). */
  readonly remote: Fields;
  /** When the record was last edited there, as far as can be told (law 1). */
  readonly remoteAt: Instant;
  readonly base: Base | null;
  /** What an `unknown` write sent: a remote value equal to it counts as the base (law 5). */
  readonly sent: Fields | null;
  readonly flips: Readonly<Record<string, Flip>>;
  /** Fields that cannot be taken now, and why; decided where other clients are known. */
  readonly barred: ReadonlyMap<string, ConflictKind>;
}

/** What is to be done about a pair; applying it and merging again decides nothing more. */
export interface Merge {
  /** New values of the hub, lifted onto the old ones. */
  readonly take: Fields;
  /** Hub values that the record lacks. */
  readonly send: Fields;
  /** The base after the observation: moved where both sides agree, where a value was taken, or where drift is let be. */
  readonly base: Base;
  readonly decisions: readonly Decision[];
}

/** Why a field goes where it goes. */
export interface Decision {
  readonly field: string;
  readonly verdict: "take" | "send" | "hold" | "let-be";
  readonly rule: MergeRule;
  readonly local: FieldValue;
  readonly remote: FieldValue;
  readonly base: FieldValue;
  /** The losing value of a rule; null where nothing was lost. */
  readonly lost: FieldValue;
  readonly conflict: ConflictKind | null;
}

export type MergeRule =
  | "first-match"
  | "remote-changed"
  | "local-changed"
  | "astralis-wins"
  | "external-wins"
  | "last-write-wins"
  | "manual"
  | "pull-only"
  | "push-only"
  | "frozen"
  | "identity";

/** How often a provider may turn a value back before the field is frozen (law 4). */
const flipsBeforeFreeze = 3;

/** Merges field by field against the base, each side with its own half of it (law 1). Pure. */
export function mergePair(pair: Pair, lens: ValueLens, rules: MergeRules): Merge {
  const base = pair.base?.lens === lens.version ? pair.base : null;
  const sides = {
    local: lens.normal(pair.local),
    baseLocal: lens.normal(halves(base, "local")),
    sent: pair.sent === null ? {} : lens.normal(pair.sent),
  };
  const take: Record<string, FieldValue> = {};
  const send: Record<string, FieldValue> = {};
  const agreed: Record<string, BaseField> = { ...base?.fields };
  const decisions: Decision[] = [];
  for (const field of fieldsOf(pair, lens)) {
    const view = viewField(field, pair, { base, sides, rules });
    const outcome = decideField(view, pair, lens, rules);
    const both = outcome.agreed ?? view.base;
    if (both) agreed[field] = both;
    if (!outcome.decision) continue;
    decisions.push(outcome.decision);
    if (outcome.decision.verdict === "take") take[field] = agreed[field]?.local ?? null;
    if (outcome.decision.verdict === "send") send[field] = view.local;
  }
  return { take, send, base: { lens: lens.version, fields: agreed }, decisions };
}

/** One field of a pair, with both sides in the provider's normal form. */
interface FieldView {
  readonly field: string;
  /** The hub's own value. */
  readonly local: FieldValue;
  /** As this provider would give it back; undefined for a value that it cannot hold. */
  readonly localNormal: FieldValue | undefined;
  /** undefined where the record did not show it. */
  readonly remote: FieldValue | undefined;
  readonly base: BaseField | undefined;
  readonly localChanged: boolean;
  readonly remoteChanged: boolean;
}

/** The local values, as the provider would give them back. */
interface NormalSides {
  readonly local: Fields;
  readonly baseLocal: Fields;
  readonly sent: Fields;
}

interface FieldOutcome {
  readonly decision?: Decision;
  readonly agreed?: BaseField;
}

function viewField(
  field: string,
  pair: Pair,
  how: { readonly base: Base | null; readonly sides: NormalSides; readonly rules: MergeRules },
): FieldView {
  const { sides, rules } = how;
  const remote = pair.remote[field];
  const local = pair.local[field] ?? null;
  const localNormal = sides.local[field];
  const base = baseOf(field, pair, how);
  // A clear that is ignored is no change of either side.
  const counts = (value: FieldValue) => !isEmpty(value) || rules.clear(field) === "propagate";
  const baseNormal = base === how.base?.fields[field] ? sides.baseLocal[field] : base?.remote;
  // What the provider cannot hold has no normal form: then the hub's own values are compared.
  const sameLocal =
    localNormal === undefined || baseNormal === undefined
      ? sameValue(local, base?.local ?? null)
      : sameValue(localNormal, baseNormal);
  return {
    field,
    local,
    localNormal,
    remote,
    base,
    localChanged: !sameLocal && counts(local),
    remoteChanged: remote !== undefined && !sameValue(remote, base?.remote) && counts(remote),
  };
}

/** What both sides agreed on last; a value that an unanswered write sent, and that is there now, counts as that (law 5). */
function baseOf(
  field: string,
  pair: Pair,
  { base, sides }: { readonly base: Base | null; readonly sides: NormalSides },
): BaseField | undefined {
  const remote = pair.remote[field];
  const arrived =
    remote !== undefined && field in sides.sent && sameValue(remote, sides.sent[field]);
  return arrived ? { local: pair.sent?.[field] ?? null, remote } : base?.fields[field];
}

function decideField(
  view: FieldView,
  pair: Pair,
  lens: ValueLens,
  rules: MergeRules,
): FieldOutcome {
  const { remote, localNormal } = view;
  if (remote === undefined)
    return view.base && view.localChanged ? sendValue(view, "local-changed", rules) : {};
  if (sameValue(localNormal, remote)) {
    const known = sameValue(view.base?.local, view.local) && sameValue(view.base?.remote, remote);
    return known ? {} : { agreed: { local: view.local, remote } };
  }
  const taking = (rule: MergeRule, lost: FieldValue = null) =>
    takeValue(view, remote, { rule, lost, pair, lens, rules });
  if (view.base === undefined) {
    if (isEmpty(view.local)) return taking("first-match");
    if (isEmpty(remote)) return sendValue(view, "first-match", rules);
    return decideConflict(view, remote, pair, rules, taking);
  }
  if (view.localChanged && view.remoteChanged)
    return decideConflict(view, remote, pair, rules, taking);
  if (view.remoteChanged) return taking("remote-changed");
  if (view.localChanged) return sendValue(view, "local-changed", rules);
  return {};
}

/** Both sides have a value of their own: the field's direction decides, else its strategy. */
function decideConflict(
  view: FieldView,
  remote: FieldValue,
  pair: Pair,
  rules: MergeRules,
  taking: (rule: MergeRule, lost?: FieldValue) => FieldOutcome,
): FieldOutcome {
  const direction = rules.direction(view.field);
  if (direction === "pull") return taking("pull-only", view.local);
  if (direction === "push") return sendValue(view, "push-only", rules, remote);
  const strategy = rules.strategy(view.field);
  switch (strategy) {
    case "manual":
      return { decision: decision(view, "hold", "manual", { conflict: "manual" }) };
    case "astralis-wins":
      return sendValue(view, strategy, rules, remote);
    case "external-wins":
      return taking(strategy, view.local);
    case "last-write-wins":
      return remoteIsLater(view.field, pair, rules)
        ? taking(strategy, view.local)
        : sendValue(view, strategy, rules, remote);
  }
}

/** Ties go to local; between connections, to the one that the configuration names first. */
function remoteIsLater(field: string, pair: Pair, rules: MergeRules): boolean {
  const local = pair.localTimes[field];
  if (local === undefined || local.at < pair.remoteAt) return true;
  return local.at === pair.remoteAt && rules.precedes(local.source);
}

function takeValue(
  view: FieldView,
  remote: FieldValue,
  how: { rule: MergeRule; lost: FieldValue; pair: Pair; lens: ValueLens; rules: MergeRules },
): FieldOutcome {
  const { pair, rules } = how;
  const flip = pair.flips[view.field];
  const turnedBack = flip !== undefined && sameValue(flip.before, remote);
  if (turnedBack && flip.count + 1 >= flipsBeforeFreeze) {
    return { decision: decision(view, "hold", "frozen", { conflict: "frozen" }) };
  }
  if (rules.direction(view.field) === "push") {
    // Remote drift moves only the remote half of the base.
    return {
      agreed: { local: view.base?.local ?? view.local, remote },
      decision: decision(view, "let-be", "push-only", { lost: remote }),
    };
  }
  const barred = pair.barred.get(view.field);
  if (barred) return { decision: decision(view, "hold", "identity", { conflict: barred }) };
  const lifted = normalValue(
    view.field,
    how.lens.lift(view.field, remote, view.local, view.base?.remote),
  );
  return {
    agreed: { local: lifted, remote },
    decision: decision(view, "take", how.rule, { lost: how.lost }),
  };
}

function sendValue(
  view: FieldView,
  rule: MergeRule,
  rules: MergeRules,
  /** What loses against it; undefined where nothing stood against it. */
  lost?: FieldValue,
): FieldOutcome {
  // The provider cannot hold this value: what the record has stays (law 3), whatever it was that lost to it.
  if (view.localNormal === undefined) return lost === undefined ? {} : letBe(view, rule, lost);
  if (rules.direction(view.field) === "pull") return {};
  return { decision: decision(view, "send", rule, { lost: lost ?? null }) };
}

/** Both sides keep what they have, and both know that. */
function letBe(view: FieldView, rule: MergeRule, lost: FieldValue): FieldOutcome {
  return {
    agreed: { local: view.local, remote: view.remote ?? null },
    decision: decision(view, "let-be", rule, { lost }),
  };
}

function decision(
  view: FieldView,
  verdict: Decision["verdict"],
  rule: MergeRule,
  more: { lost?: FieldValue; conflict?: ConflictKind },
): Decision {
  return {
    field: view.field,
    verdict,
    rule,
    local: view.local,
    remote: view.remote ?? null,
    base: view.base?.remote ?? null,
    lost: more.lost ?? null,
    conflict: more.conflict ?? null,
  };
}

/** Every field that either side has, or had, and the lens holds, in one order. */
function fieldsOf(pair: Pair, lens: ValueLens): readonly string[] {
  const known = [pair.local, pair.remote, pair.base?.fields ?? {}].flatMap((side) =>
    Object.keys(side),
  );
  const names = new Set([...lens.fields, ...known]);
  return [...names].filter((field) => lens.holds(field));
}

function halves(base: Base | null, side: "local" | "remote"): Fields {
  return Object.fromEntries(
    Object.entries(base?.fields ?? {}).map(([field, both]) => [field, both[side]]),
  );
}
