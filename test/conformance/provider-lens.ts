import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { normalValue } from "../../src/model/normal.ts";
import { sameValue, type Fields, type FieldValue } from "../../src/model/fields.ts";
import type { Lens } from "../../src/providers/provider.ts";
import { createLaws } from "../support/property.ts";
import { testForms } from "./provider-forms.ts";

/** A lens with the records to try it on. */
export interface LensUnderTest<Wire, Patch> {
  readonly lens: Lens<Wire, Patch>;
  readonly records: fc.Arbitrary<Wire>;
  /** Whether emptying the field brings another of the record's values to the front. */
  reveals(field: string, record: Wire): boolean;
  /** What `after` lacks of all that `before` has beyond the lens; nothing for an adapter that keeps to law 3. */
  losses(before: Wire, after: Wire): readonly string[];
}

const text = fc.oneof(
  { weight: 8, arbitrary: fc.string({ unit: "grapheme", minLength: 1, maxLength: 12 }) },
  { weight: 4, arbitrary: fc.constantFrom("Zoë", "Ана", "李小龍", "Nguyễn Văn A", "🦊", "x  y ") },
  { weight: 1, arbitrary: fc.string({ unit: "grapheme", minLength: 140, maxLength: 160 }) },
  { weight: 1, arbitrary: fc.constantFrom(38, 64, 1250).map((n) => "ä🦊 ".repeat(n)) },
);

const country = fc.oneof(
  fc.constantFrom("DE", "de", "Germany", "Österreich", "UK", "usa", "Atlantis", "日本"),
  text,
);

const values: Readonly<Record<string, fc.Arbitrary<FieldValue>>> = {
  email: fc.oneof(fc.emailAddress(), fc.constantFrom("Ana@Example.COM", "użytkownik@例え.jp")),
  country,
};

/** Some of the fields, empty or not, and some that no lens holds. */
function arbitraryFields(names: readonly string[]): fc.Arbitrary<Fields> {
  const given = names.map((name) => [name, fc.option(values[name] ?? text)] as const);
  const others = { "custom.vat": text, tags: fc.constant(["a", "b"]) };
  return fc.record({ ...Object.fromEntries(given), ...others }, { requiredKeys: [] });
}

/** Law 3, on any record and any fields. */
export function testLens<Wire, Patch>(title: string, subject: LensUnderTest<Wire, Patch>): void {
  const { lens, records } = subject;
  const fields = arbitraryFields(lens.fields);
  const laws = createLaws(`${title} lens`);

  describe("the lens", () => {
    testForms(laws, lens, fc.oneof(text, country, fc.emailAddress()));

    it("changes nothing when it puts what it got", () => {
      laws.holds(
        fc.property(records, (record) => {
          expect(lens.put(lens.get(record), record)).toEqual({});
        }),
      );
    });

    it("gets what it put, in the provider's normal form", () => {
      laws.holds(
        fc.property(records, fields, (record, given) => {
          const after = lens.get(lens.apply(lens.put(given, record), record));
          const wanted = { ...lens.get(record), ...lens.normal(given) };
          const shown = Object.keys(wanted).filter(
            (field) => wanted[field] !== null || !subject.reveals(field, record),
          );
          for (const field of shown) expect([field, after[field]]).toEqual([field, wanted[field]]);
        }),
      );
    });

    it("puts nothing more once it has put", () => {
      laws.holds(
        fc.property(records, fields, (record, given) => {
          const kept = Object.fromEntries(
            Object.entries(given).filter(([field, value]) => {
              const emptied = value === null || lens.normal({ [field]: value })[field] === null;
              return !(emptied && subject.reveals(field, record));
            }),
          );
          const after = lens.apply(lens.put(kept, record), record);
          expect(lens.put(kept, after)).toEqual({});
        }),
      );
    });

    it("has a normal form that is its own normal form, of held fields alone", () => {
      laws.holds(
        fc.property(fields, (given) => {
          const normal = lens.normal(given);
          expect(lens.normal(normal)).toEqual(normal);
          expect(Object.keys(normal).filter((field) => !lens.holds(field))).toEqual([]);
          // A value that the provider cannot hold is not there; one that is empty always is.
          const held = Object.keys(given).filter((field) => lens.holds(field));
          expect(Object.keys(normal).filter((field) => !held.includes(field))).toEqual([]);
          const lost = held.filter((field) => !(field in normal));
          expect(lost.filter((field) => normalValue(field, given[field] ?? null) === null)).toEqual(
            [],
          );
        }),
      );
    });

    it("leaves alone what the record holds beyond it", () => {
      laws.holds(
        fc.property(records, fields, (record, given) => {
          const after = lens.apply(lens.put(given, record), record);
          expect(subject.losses(record, after)).toEqual([]);
        }),
      );
    });

    it("lifts a remote value onto the hub's without losing what the provider cannot hold", () => {
      laws.holds(
        fc.property(fields, fields, (hub, edited) => {
          for (const field of lens.fields) {
            const local = hub[field] ?? null;
            const base = lens.normal({ [field]: local })[field] ?? null;
            expect(lens.lift(field, base, local, base)).toEqual(local);
            const remote = lens.normal({ [field]: edited[field] ?? null })[field] ?? null;
            const lifted = lens.lift(field, remote, local, base);
            const carried =
              typeof lifted === "string" && typeof remote === "string" && lifted.startsWith(remote);
            expect(sameValue(lifted, remote) || sameValue(lifted, local) || carried).toBe(true);
          }
        }),
      );
    });
  });
}
