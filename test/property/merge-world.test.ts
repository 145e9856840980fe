import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isEmpty, sameValue } from "../../src/model/fields.ts";
import type { Fields, FieldValue } from "../../src/model/fields.ts";
import { conflictStrategies } from "../../src/model/journal.ts";
import { createWorld } from "../support/merge-world.ts";
import type { ConnectionSpec, Fault, World } from "../support/merge-world.ts";
import { createLaws } from "../support/property.ts";
import { exactLens, heldBy, narrowLens } from "../support/toy-lens.ts";

const laws = createLaws("merge worlds");

/** One thing that happens; numbers choose among what there is at that time. */
type Step =
  | { readonly kind: "add"; readonly client: number; readonly fields: Fields }
  | { readonly kind: "edit"; readonly client: number; readonly fields: Fields }
  | {
      readonly kind: "add-record";
      readonly at: number;
      readonly client: number;
      readonly fields: Fields;
    }
  | {
      readonly kind: "edit-record";
      readonly at: number;
      readonly record: number;
      readonly fields: Fields;
    }
  | { readonly kind: "delete-record"; readonly at: number; readonly record: number }
  | { readonly kind: "remove"; readonly client: number }
  | { readonly kind: "sync"; readonly faults: readonly Fault[] };

const fieldEdits: fc.Arbitrary<Fields> = fc
  .record(
    {
      name: fc.constantFrom(null, "Ada", "Adamant", "Adam Smith", "Eve"),
      phone: fc.constantFrom(null, "1-23", "123", "456"),
      notes: fc.constantFrom(null, "fine", "no!", "so so"),
      tags: fc.constantFrom<FieldValue>(null, ["a"], ["a", "b"]),
    },
    { requiredKeys: [] },
  )
  .map((fields) => Object.fromEntries(Object.entries(fields)));
const some = fc.nat(3);
const at = fc.nat(1);
const faults = fc.array(fc.constantFrom<Fault>("lost-answer", "never-sent", "edited-meanwhile"), {
  maxLength: 3,
});

const editing: readonly fc.Arbitrary<Step>[] = [
  fc.record({ kind: fc.constant("add"), client: some, fields: fieldEdits }),
  fc.record({ kind: fc.constant("edit"), client: some, fields: fieldEdits }),
  fc.record({ kind: fc.constant("edit"), client: some, fields: fieldEdits }),
  fc.record({ kind: fc.constant("add-record"), at, client: some, fields: fieldEdits }),
  fc.record({ kind: fc.constant("edit-record"), at, record: some, fields: fieldEdits }),
  fc.record({ kind: fc.constant("edit-record"), at, record: some, fields: fieldEdits }),
];
const deleting: readonly fc.Arbitrary<Step>[] = [
  fc.record({ kind: fc.constant("delete-record"), at, record: some }),
  fc.record({ kind: fc.constant("remove"), client: some }),
];
const syncing: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant("sync"),
  faults: fc.constant([]),
});
const faulty: fc.Arbitrary<Step> = fc.record({ kind: fc.constant("sync"), faults });

const connection: fc.Arbitrary<ConnectionSpec> = fc.record({
  lens: fc.constantFrom(exactLens, narrowLens),
  strategy: fc.constantFrom(...conflictStrategies),
  clear: fc.constantFrom("propagate" as const, "propagate" as const, "ignore" as const),
  deletes: fc.constantFrom("unlink" as const, "propagate" as const, "ignore" as const),
  dated: fc.boolean(),
  ownId: fc.boolean(),
  rewrites: fc.constant(false),
});
const rewriting = connection.map((spec) => ({ ...spec, rewrites: true }));
const two = fc.tuple(connection, connection);
const story = (...steps: readonly fc.Arbitrary<Step>[]) =>
  fc.array(fc.oneof(...steps), { minLength: 1, maxLength: 12 });

describe("a hub and two providers", () => {
  it("come to rest after any edits: one more sync writes nothing anywhere (law 4)", () => {
    laws.holds(
      fc.property(two, story(...editing, syncing), (specs, steps) => {
        const world = play(specs, steps);
        rest(world);
        expect(world.sync()).toEqual({ here: 0, there: 0 });
        expect(world.rows.outbox.size).toBe(0);
      }),
      400,
    );
  });

  it("come to rest with a provider that rewrites what it is sent, and the hub keeps its own words (law 4)", () => {
    laws.holds(
      fc.property(fc.tuple(rewriting, connection), story(...editing, syncing), (specs, steps) => {
        const world = play(specs, steps);
        rest(world);
        expect(world.sync()).toEqual({ here: 0, there: 0 });
        const names = world.clients().flatMap(({ fields }) => fields["name"] ?? []);
        expect(names.filter((name) => name === name.toUpperCase())).toEqual([]);
      }),
      400,
    );
  });

  it("come to rest also where answers are lost, writes fail and records move meanwhile (law 5)", () => {
    laws.holds(
      fc.property(two, story(...editing, faulty, faulty), (specs, steps) => {
        const world = play(specs, steps);
        rest(world);
        expect(world.sync()).toEqual({ here: 0, there: 0 });
        expect(world.rows.outbox.size).toBe(0);
      }),
      400,
    );
  });

  it("then agree on every field that nothing holds", () => {
    laws.holds(
      fc.property(two, story(...editing, faulty), (specs, steps) => {
        const world = play(specs, steps);
        rest(world);
        expect(disagreements(world, specs)).toEqual([]);
      }),
      400,
    );
  });

  it("have one record for each client and connection, and no client twice (laws 5 and 8)", () => {
    laws.holds(
      fc.property(two, story(...editing, faulty, faulty), (specs, steps) => {
        const world = play(specs, steps);
        rest(world);
        for (const index of specs.keys()) {
          const emails = world.records(index).flatMap(({ fields }) => fields["email"] ?? []);
          expect(emails.toSorted()).toEqual([...new Set(emails)].toSorted());
        }
        const mapped = [...world.rows.mappings.values()].filter(({ state }) => state === "linked");
        expect(mapped.length).toBe(world.clients().length * specs.length);
      }),
      400,
    );
  });

  it("keep every value that a person wrote: it stands, or the journal tells what it lost to (law 1)", () => {
    laws.holds(
      fc.property(two, story(...editing, faulty), (specs, steps) => {
        const written: Written[] = [];
        const world = play(specs, steps, written);
        rest(world);
        expect(written.filter((edit) => !isAccountedFor(world, edit))).toEqual([]);
      }),
      400,
    );
  });

  it("delete nothing at a provider, and nothing here, under `unlink` and `ignore` (law 7)", () => {
    laws.holds(
      fc.property(two, story(...editing, ...deleting, faulty), (drawn, steps) => {
        const specs = drawn.map((spec) => ({
          ...spec,
          deletes: spec.deletes === "propagate" ? ("unlink" as const) : spec.deletes,
        }));
        const world = play(specs, steps);
        rest(world);
        const gone = world.rows.journal.filter(({ action }) => action === "delete");
        expect(gone.filter(({ source }) => source !== "person")).toEqual([]);
      }),
      400,
    );
  });

  it("come to rest with deletes on every side, under any policy (law 7)", () => {
    laws.holds(
      fc.property(two, story(...editing, ...deleting, faulty), (specs, steps) => {
        const world = play(specs, steps);
        rest(world);
        expect(world.sync()).toEqual({ here: 0, there: 0 });
      }),
      400,
    );
  });

  it("take a removed client's records along under `propagate`, those that were on their way too (law 7)", () => {
    const unclear = fc.array(fc.constantFrom<Fault>("lost-answer", "never-sent"), { maxLength: 3 });
    laws.holds(
      fc.property(
        two,
        story(...editing),
        some,
        fieldEdits,
        unclear,
        (drawn, steps, who, edit, how) => {
          const specs = drawn.map((spec) => ({ ...spec, deletes: "propagate" as const }));
          const known = play(specs, [...steps, { kind: "sync", faults: [] }]);
          const email = `person${who}@example.com`;
          const last: readonly Step[] = [
            { kind: "add", client: who, fields: edit },
            { kind: "edit", client: who, fields: edit },
            { kind: "sync", faults: how },
            { kind: "remove", client: who },
          ];
          for (const step of last) playStep(known, step, []);
          rest(known);
          const left = specs.flatMap((_spec, index) => known.records(index));
          expect(left.filter(({ fields }) => fields["email"] === email)).toEqual([]);
          expect(known.clients().filter(({ fields }) => fields["email"] === email)).toEqual([]);
        },
      ),
      400,
    );
  });

  it("end the same when the same story is told again", () => {
    laws.holds(
      fc.property(two, story(...editing, ...deleting, faulty), (specs, steps) => {
        const ends = [play(specs, steps), play(specs, steps)].map((world) => ({
          clients: world.clients(),
          records: specs.map((_spec, index) => world.records(index)),
        }));
        expect(ends[0]).toEqual(ends[1]);
      }),
      100,
    );
  });
});

interface Written {
  readonly email: FieldValue;
  readonly field: string;
  readonly value: FieldValue;
  readonly at: "here" | number;
}

function play(
  specs: readonly ConnectionSpec[],
  steps: readonly Step[],
  written: Written[] = [],
): World {
  const world = createWorld(specs);
  for (const step of steps) playStep(world, step, written);
  return world;
}

function playStep(world: World, step: Step, written: Written[]): void {
  const note = (email: FieldValue, place: Written["at"], before: Fields, fields: Fields) => {
    for (const [field, value] of Object.entries(fields)) {
      const replaced = written.findIndex(
        (one) => one.email === email && one.field === field && one.at === place,
      );
      // Written over on its own side before anyone looked: that is that person's own decision.
      if (replaced !== -1) written.splice(replaced, 1);
      if (!sameValue(before[field] ?? null, value))
        written.push({ email, field, value, at: place });
    }
  };
  const email = "client" in step ? `person${step.client}@example.com` : null;
  const client = world.clients().find(({ fields }) => fields["email"] === email);
  switch (step.kind) {
    case "add":
      if (client === undefined) {
        world.add({ ...step.fields, email });
        note(email, "here", {}, step.fields);
      }
      return;
    case "edit":
      if (client !== undefined) {
        world.edit(client.id, step.fields);
        note(email, "here", client.fields, step.fields);
      }
      return;
    case "remove":
      if (client !== undefined) world.remove(client.id);
      return;
    case "add-record":
      if (!world.records(step.at).some(({ fields }) => fields["email"] === email)) {
        world.addRecord(step.at, { ...step.fields, email });
      }
      return;
    case "edit-record": {
      const record = world.records(step.at)[step.record];
      if (record === undefined) return;
      world.editRecord(step.at, record.id, step.fields);
      const after = world.records(step.at).find(({ id }) => id === record.id)?.fields ?? {};
      const shown = Object.keys(step.fields).filter((field) => field in after);
      const edits = shown.map((field) => [field, after[field] ?? null]);
      note(record.fields["email"] ?? null, step.at, record.fields, Object.fromEntries(edits));
      return;
    }
    case "delete-record": {
      const record = world.records(step.at)[step.record];
      if (record !== undefined) world.deleteRecord(step.at, record.id);
      return;
    }
    case "sync":
      world.sync(step.faults);
  }
}

/** Syncs until nothing is written any more; fails where that takes more than a few. */
function rest(world: World): void {
  for (let count = 0; count < 10; count += 1) {
    const { here, there } = world.sync();
    if (here === 0 && there === 0) return;
  }
  throw new Error("it does not come to rest");
}

/** Fields of linked pairs on which hub and record differ, though no conflict is open and the record could hold it. */
function disagreements(world: World, specs: readonly ConnectionSpec[]): readonly string[] {
  const open = [...world.rows.conflicts.values()].map((one) => `${one.clientId} ${one.field}`);
  return specs.flatMap((spec, index) =>
    world.clients().flatMap((client) => {
      const mapping = [...world.rows.mappings.values()].find(
        (one) =>
          one.clientId === client.id && one.connectionId === `c${index}` && one.state === "linked",
      );
      const record = world.records(index).find(({ id }) => id === mapping?.externalId);
      if (record === undefined) return [`${client.id} has no record at ${index}`];
      return Object.keys(record.fields).filter((field) => {
        const held = heldBy(spec.lens, field, client.fields[field] ?? null);
        const remote = record.fields[field] ?? null;
        const ignored = spec.clear === "ignore" && (isEmpty(remote) || isEmpty(held));
        return (
          held !== undefined &&
          !ignored &&
          !sameValue(held, remote) &&
          !open.includes(`${client.id} ${field}`)
        );
      });
    }),
  );
}

/** Whether the value stands somewhere at the end, or the journal or an open conflict knows it. */
function isAccountedFor(world: World, edit: Written): boolean {
  const client = world.clients().find(({ fields }) => fields["email"] === edit.email);
  if (client === undefined) return false;
  const fits = (value: FieldValue | undefined) =>
    sameValue(value ?? null, edit.value) ||
    (typeof edit.at === "number" &&
      sameValue(
        heldBy(world.parties[edit.at]?.lens ?? exactLens, edit.field, value ?? null),
        edit.value,
      ));
  const conflicts = [...world.rows.conflicts.values()].filter(
    (one) => one.clientId === client.id && one.field === edit.field,
  );
  return (
    fits(client.fields[edit.field]) ||
    (edit.value === null &&
      world.parties.some(({ rules }) => rules.clear(edit.field) === "ignore")) ||
    conflicts.some((one) => fits(one.local) || fits(one.remote)) ||
    world.rows.journal.some(
      (change) =>
        change.clientId === client.id &&
        change.field === edit.field &&
        (fits(change.lost) || fits(change.before) || fits(change.after)),
    )
  );
}
