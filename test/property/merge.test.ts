import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isEmpty, sameValue } from "../../src/model/fields.ts";
import type { Fields, FieldValue } from "../../src/model/fields.ts";
import { conflictStrategies } from "../../src/model/journal.ts";
import type { ConflictStrategy } from "../../src/model/journal.ts";
import type { BaseField } from "../../src/model/mapping.ts";
import { mergePair } from "../../src/reconcile/merge.ts";
import type { Decision, Merge, Pair } from "../../src/reconcile/merge.ts";
import type { MergeRules, ValueLens } from "../../src/reconcile/rules.ts";
import { createLaws } from "../support/property.ts";
import { exactLens, heldBy, lenses, writtenTo } from "../support/toy-lens.ts";

const laws = createLaws("merge");

const fieldNames = ["name", "phone", "notes", "tags", "custom.vat"] as const;
type FieldName = (typeof fieldNames)[number];
const times = ["2026-01-01", "2026-01-02", "2026-01-03"].map((day) => `${day}T00:00:00.000Z`);

/** How one field stands, and what is configured for it. Few values, so that sides often agree by chance. */
interface FieldCase {
  readonly base: BaseField | undefined;
  readonly local: FieldValue;
  /** undefined where the record does not show it. */
  readonly remote: FieldValue | undefined;
  readonly localAt: string | undefined;
  readonly strategy: ConflictStrategy;
  readonly direction: "both" | "pull" | "push";
  readonly clear: "propagate" | "ignore";
}

interface Case {
  readonly lens: ValueLens;
  readonly pair: Pair;
  readonly rules: MergeRules;
  readonly fields: Readonly<Record<FieldName, FieldCase>>;
}

const texts = ["Ada", "Adam Smith", "Adamant", "Eve", "1-23", "123", "fine", "no!"];

/** A field as a sync finds it: a base that both once agreed on, and what became of it on each side. */
function fieldCase(field: FieldName, lens: ValueLens): fc.Arbitrary<FieldCase> {
  const value: fc.Arbitrary<FieldValue> =
    field === "tags" ? fc.constantFrom(null, ["a"], ["a", "b"]) : fc.constantFrom(null, ...texts);
  const shown = value.map((raw) => heldBy(lens, field, raw) ?? null);
  const rest = {
    localAt: fc.option(fc.constantFrom(...times), { nil: undefined, freq: 8 }),
    strategy: fc.constantFrom(...conflictStrategies),
    direction: fc.oneof(
      { weight: 4, arbitrary: fc.constant("both" as const) },
      { weight: 1, arbitrary: fc.constantFrom("pull" as const, "push" as const) },
    ),
    clear: fc.constantFrom("propagate" as const, "propagate" as const, "ignore" as const),
  };
  const agreed = fc
    .tuple(value, fc.option(shown, { freq: 4 }))
    // Now and then the provider made something else of the value that it was sent (law 4).
    .map(([local, rewritten]) => ({
      local,
      remote: rewritten ?? heldBy(lens, field, local) ?? null,
    }));
  return fc.option(agreed, { nil: undefined, freq: 6 }).chain((base) =>
    fc.record({
      base: fc.constant(base),
      local: base === undefined ? value : fc.oneof(fc.constant(base.local), value),
      remote: fc.option(base === undefined ? shown : fc.oneof(fc.constant(base.remote), shown), {
        nil: undefined,
        freq: 12,
      }),
      ...rest,
    }),
  );
}

const anyCase = (among: readonly ValueLens[] = lenses): fc.Arbitrary<Case> =>
  fc.constantFrom(...among).chain((lens) =>
    fc
      .record({
        fields: fc.record({
          name: fieldCase("name", lens),
          phone: fieldCase("phone", lens),
          notes: fieldCase("notes", lens),
          tags: fieldCase("tags", lens),
          "custom.vat": fieldCase("custom.vat", lens),
        }),
        remoteAt: fc.constantFrom(...times),
        precedes: fc.boolean(),
        noBase: fc.constantFrom(false, false, false, false, true),
      })
      .map(({ fields, remoteAt, precedes, noBase }) => {
        const shown = (field: FieldName) => fields[field].remote !== undefined && lens.holds(field);
        const pair: Pair = {
          local: pick(fields, (one) => one.local),
          localTimes: Object.fromEntries(
            fieldNames.flatMap((field) => {
              const at = fields[field].localAt;
              return at === undefined ? [] : [[field, { at, source: "other" }]];
            }),
          ),
          remote: pick(fields, (one, field) => (shown(field) ? one.remote : undefined)),
          remoteAt,
          base: noBase
            ? null
            : {
                lens: lens.version,
                fields: Object.fromEntries(
                  fieldNames.flatMap((field) => {
                    const base = fields[field].base;
                    return base === undefined || !lens.holds(field) ? [] : [[field, base]];
                  }),
                ),
              },
          sent: null,
          flips: {},
          barred: new Map(),
        };
        return { lens, pair, fields, rules: rulesOf(fields, () => precedes) };
      }),
  );

describe("mergePair (law 1)", () => {
  it("takes the same change on both sides for no conflict", () => {
    laws.holds(
      fc.property(anyCase(), (one) => {
        const merge = merged(one);
        for (const field of heldFields(one)) {
          const { local, remote } = sides(one, field);
          if (remote === undefined || !sameValue(heldBy(one.lens, field, local), remote)) continue;
          expect(decisionOn(merge, field)).toBeUndefined();
          const agreed = merge.base.fields[field]?.local ?? null;
          expect(heldBy(one.lens, field, agreed) ?? null).toEqual(remote);
        }
      }),
      2000,
    );
  });

  it("lets a change of one side pass, and takes no ignored clear for one (law 2)", () => {
    laws.holds(
      fc.property(anyCase(), (one) => {
        const merge = merged(one);
        for (const field of heldFields(one)) {
          const { local, remote, base, localChanged, remoteChanged } = sides(one, field);
          if (base === undefined || remote === undefined || localChanged === remoteChanged)
            continue;
          if (localChanged && isUnholdable(one, field)) continue;
          if (sameValue(heldBy(one.lens, field, local), remote)) continue;
          const barred = one.fields[field].direction === (localChanged ? "pull" : "push");
          const expected = barred ? undefined : localChanged ? "send" : "take";
          expect(movement(merge, field)).toBe(expected);
        }
      }),
      2000,
    );
  });

  it("makes no value appear that no side had", () => {
    laws.holds(
      fc.property(anyCase(), (one) => {
        const merge = merged(one);
        for (const [field, value] of Object.entries(merge.send)) {
          expect(value).toEqual(one.pair.local[field]);
        }
        for (const [field, value] of Object.entries(merge.take)) {
          expect(heldBy(one.lens, field, value)).toEqual(one.pair.remote[field]);
        }
        for (const [field, both] of Object.entries(merge.base.fields)) {
          const before = one.pair.base?.fields[field];
          const locals = [before?.local, one.pair.local[field], merge.take[field]];
          const remotes = [before?.remote, one.pair.remote[field]];
          expect(locals.some((value) => sameValue(value, both.local))).toBe(true);
          expect(remotes.some((value) => sameValue(value, both.remote))).toBe(true);
        }
      }),
      2000,
    );
  });

  it("takes over nothing that the provider only made of our own value (law 4)", () => {
    laws.holds(
      fc.property(anyCase(), (one) => {
        const merge = merged(one);
        for (const field of Object.keys(merge.take)) {
          expect(merge.take[field]).not.toEqual(one.pair.local[field]);
          const { base, remoteChanged } = sides(one, field);
          expect(base === undefined || remoteChanged).toBe(true);
        }
      }),
      2000,
    );
  });

  it("drops no change without a winner or a conflict", () => {
    laws.holds(
      fc.property(anyCase(), (one) => {
        const merge = merged(one);
        for (const field of heldFields(one)) {
          const { local, remote, base, localChanged, remoteChanged } = sides(one, field);
          const differ = remote !== undefined && !sameValue(heldBy(one.lens, field, local), remote);
          const both =
            base === undefined
              ? !isEmpty(local) && !isEmpty(remote)
              : localChanged && remoteChanged;
          if (!differ || !both) continue;
          if (oneWay(one, field)) continue;
          const decision = decisionOn(merge, field);
          const loser = decision?.verdict === "take" ? local : remote;
          expect(decision).toMatchObject(
            decision?.verdict === "hold" ? { conflict: "manual" } : { lost: loser },
          );
        }
      }),
      2000,
    );
  });

  it("lets the field's strategy decide, and the later time under last-write-wins", () => {
    laws.holds(
      fc.property(anyCase([exactLens]), (one) => {
        const merge = merged(one);
        for (const field of heldFields(one)) {
          const { local, remote, base, localChanged, remoteChanged } = sides(one, field);
          if (base === undefined || remote === undefined || sameValue(local, remote)) continue;
          if (!localChanged || !remoteChanged || oneWay(one, field)) continue;
          const winner = winnerOf(one, field);
          expect(movement(merge, field)).toBe(winner === "hold" ? undefined : winner);
        }
      }),
      2000,
    );
  });

  it("decides each field by itself", () => {
    laws.holds(
      fc.property(anyCase(), fc.constantFrom(...fieldNames), (one, left) => {
        const without: Pair = {
          ...one.pair,
          local: omit(one.pair.local, left),
          remote: omit(one.pair.remote, left),
          base: one.pair.base && { ...one.pair.base, fields: omit(one.pair.base.fields, left) },
        };
        const rest = mergePair(without, one.lens, one.rules);
        const whole = merged(one);
        expect(rest.take).toEqual(omit(whole.take, left));
        expect(rest.send).toEqual(omit(whole.send, left));
      }),
    );
  });

  it("decides the same for the same values", () => {
    laws.holds(
      fc.property(anyCase(), (one) => {
        expect(merged(one)).toEqual(merged(one));
      }),
      500,
    );
  });

  it("changes nothing that it was given", () => {
    laws.holds(
      fc.property(anyCase(), (one) => {
        const before = JSON.stringify(one.pair);
        merged(one);
        expect(JSON.stringify(one.pair)).toBe(before);
      }),
      500,
    );
  });

  it("swaps nothing but the sides when sides and policy are swapped", () => {
    laws.holds(
      fc.property(anyCase([exactLens]), fc.constantFrom(...times), (drawn, localAt) => {
        fc.pre(drawn.pair.remoteAt !== localAt);
        const fields = everyField(drawn.fields, (one) => ({
          ...one,
          remote: one.remote ?? null,
          localAt,
        }));
        const one = withFields(drawn, fields, drawn.pair.remoteAt);
        const other = withFields(drawn, everyField(fields, swapped), localAt, drawn.pair.remoteAt);
        const [merge, mirror] = [merged(one), merged(other)];
        expect(mirror.take).toEqual(merge.send);
        expect(mirror.send).toEqual(merge.take);
        expect(heldIn(mirror)).toEqual(heldIn(merge));
      }),
      2000,
    );
  });
});

describe("planning again after applying", () => {
  it("decides nothing but what waits for a person (law 4)", () => {
    laws.holds(
      fc.property(anyCase(), (one) => {
        const merge = merged(one);
        const again = mergePair(applied(one, merge), one.lens, one.rules);
        expect(again.take).toEqual({});
        expect(again.send).toEqual({});
        expect(heldIn(again)).toEqual(heldIn(merge));
      }),
      2000,
    );
  });

  it("decides nothing either where the provider made something else of what it was sent", () => {
    laws.holds(
      fc.property(anyCase(), fc.constantFrom(...texts), (one, rewritten) => {
        const merge = merged(one);
        const sent = Object.keys(merge.send).filter((field) => field !== "tags");
        const record = Object.fromEntries(sent.map((field) => [field, rewritten]));
        const again = mergePair(applied(one, merge, one.lens.normal(record)), one.lens, one.rules);
        expect([again.take, again.send]).toEqual([{}, {}]);
      }),
    );
  });

  it("still owes what was not delivered, and takes nothing twice", () => {
    laws.holds(
      fc.property(anyCase(), (one) => {
        const merge = merged(one);
        const again = mergePair(committed(one, merge), one.lens, one.rules);
        expect(again.take).toEqual({});
        expect(again.send).toEqual(merge.send);
      }),
    );
  });

  it("takes a value that an unanswered write sent for agreed (law 5)", () => {
    laws.holds(
      fc.property(anyCase(), (one) => {
        const merge = merged(one);
        fc.pre(Object.keys(merge.send).length > 0);
        const before = committed(one, merge);
        const arrived = {
          ...before,
          remote: writtenTo(one.lens, before.remote, merge.send),
          sent: merge.send,
        };
        const edited = { ...arrived, local: { ...arrived.local, name: "Zoe" } };
        const again = mergePair(edited, one.lens, one.rules);
        expect(Object.keys(again.take)).toEqual([]);
        expect(again.decisions.filter(({ lost }) => lost !== null)).toEqual([]);
      }),
    );
  });
});

function merged(one: Case): Merge {
  return mergePair(one.pair, one.lens, one.rules);
}

function decisionOn(merge: Merge, field: string): Decision | undefined {
  return merge.decisions.find((decision) => decision.field === field);
}

function movement(merge: Merge, field: string): "take" | "send" | undefined {
  return field in merge.take ? "take" : field in merge.send ? "send" : undefined;
}

function heldIn(merge: Merge): readonly string[] {
  return merge.decisions.filter(({ verdict }) => verdict === "hold").map(({ field }) => field);
}

function heldFields(one: Case): readonly FieldName[] {
  return fieldNames.filter((field) => one.lens.holds(field));
}

/** How a field stands, told by the definitions of law 1 and by nothing of the implementation. */
function sides(one: Case, field: string) {
  const local = one.pair.local[field] ?? null;
  const remote = one.pair.remote[field];
  const base = one.pair.base?.fields[field];
  const held = (value: FieldValue) => heldBy(one.lens, field, value);
  // A clear that is to be ignored is no change.
  const counts = (value: FieldValue) => !isEmpty(value) || one.rules.clear(field) === "propagate";
  // What the provider cannot hold is compared as it is.
  const differs =
    held(local) === undefined
      ? !sameValue(local, base?.local ?? null)
      : !sameValue(held(local), held(base?.local ?? null) ?? null);
  const localChanged = base === undefined ? !isEmpty(local) : counts(local) && differs;
  const remoteChanged =
    remote !== undefined &&
    (base === undefined ? !isEmpty(remote) : counts(remote) && !sameValue(remote, base.remote));
  return { local, remote, base, localChanged, remoteChanged };
}

function isUnholdable(one: Case, field: string): boolean {
  return heldBy(one.lens, field, one.pair.local[field] ?? null) === undefined;
}

function oneWay(one: Case, field: FieldName): boolean {
  return one.fields[field].direction !== "both";
}

function winnerOf(one: Case, field: FieldName): "take" | "send" | "hold" {
  const { strategy, localAt } = one.fields[field];
  if (strategy === "manual") return "hold";
  if (strategy !== "last-write-wins") return strategy === "external-wins" ? "take" : "send";
  if (localAt === undefined || localAt < one.pair.remoteAt) return "take";
  return localAt === one.pair.remoteAt && one.rules.precedes("other") ? "take" : "send";
}

/** The pair after the hub took what it was to take. */
function committed(one: Case, merge: Merge): Pair {
  const time = { at: one.pair.remoteAt, source: "this" };
  const taken = Object.keys(merge.take).map((field) => [field, time]);
  return {
    ...one.pair,
    local: { ...one.pair.local, ...merge.take },
    localTimes: { ...one.pair.localTimes, ...Object.fromEntries(taken) },
    base: merge.base,
  };
}

/** The pair after everything was delivered and answered, with what the provider made of it. */
function applied(one: Case, merge: Merge, rewritten: Fields = {}): Pair {
  const before = committed(one, merge);
  const remote = { ...writtenTo(one.lens, before.remote, merge.send), ...rewritten };
  const answered = Object.entries(merge.send).map(([field, local]) => [
    field,
    { local, remote: remote[field] ?? null },
  ]);
  const fields = { ...merge.base.fields, ...Object.fromEntries(answered) };
  return { ...before, remote, base: { ...merge.base, fields } };
}

function swapped(one: FieldCase): FieldCase {
  const strategies = {
    "astralis-wins": "external-wins",
    "external-wins": "astralis-wins",
  } as const;
  const { strategy, direction } = one;
  return {
    ...one,
    base: one.base && { local: one.base.remote, remote: one.base.local },
    local: one.remote ?? null,
    remote: one.local,
    strategy:
      strategy === "astralis-wins" || strategy === "external-wins"
        ? strategies[strategy]
        : strategy,
    direction: direction === "both" ? direction : direction === "pull" ? "push" : "pull",
  };
}

function withFields(one: Case, fields: Case["fields"], remoteAt: string, localAt?: string): Case {
  const at = (field: FieldName) => localAt ?? fields[field].localAt ?? remoteAt;
  const pair: Pair = {
    ...one.pair,
    local: pick(fields, (field) => field.local),
    localTimes: pick(fields, (_case, field) => ({ at: at(field), source: "other" })),
    remote: pick(fields, (field) => field.remote),
    remoteAt,
    base: one.pair.base && { ...one.pair.base, fields: pick(fields, (field) => field.base) },
  };
  return { ...one, pair, fields, rules: rulesOf(fields, (source) => one.rules.precedes(source)) };
}

function rulesOf(fields: Case["fields"], precedes: MergeRules["precedes"]): MergeRules {
  const of = (field: string) => fields[fieldNames.find((name) => name === field) ?? "name"];
  return {
    strategy: (field) => of(field).strategy,
    direction: (field) => of(field).direction,
    clear: (field) => of(field).clear,
    precedes,
  };
}

function everyField(fields: Case["fields"], change: (one: FieldCase) => FieldCase): Case["fields"] {
  return {
    name: change(fields.name),
    phone: change(fields.phone),
    notes: change(fields.notes),
    tags: change(fields.tags),
    "custom.vat": change(fields["custom.vat"]),
  };
}

function pick<T>(
  fields: Case["fields"],
  of: (one: FieldCase, field: FieldName) => T | undefined,
): Readonly<Record<string, T>> {
  return Object.fromEntries(
    fieldNames.flatMap((field): [string, T][] => {
      const value = of(fields[field], field);
      return value === undefined ? [] : [[field, value]];
    }),
  );
}

function omit<T>(from: Readonly<Record<string, T>>, field: string): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(from).filter(([name]) => name !== field));
}
