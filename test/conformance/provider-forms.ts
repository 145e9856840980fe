import * as fc from "fast-check";
import { expect, it } from "vitest";
import { maxFieldCharacters } from "../../src/model/client.ts";
import { normalValue } from "../../src/model/normal.ts";
import type { FieldValue } from "../../src/model/fields.ts";
import type { FieldForm, LensDescription } from "../../src/providers/provider.ts";
import type { Laws } from "../support/property.ts";

type Described = Pick<LensDescription, "fields" | "forms" | "normal">;

/** What `astralis config show --fields` says of a lens is what the lens does. */
export function testForms(laws: Laws, lens: Described, values: fc.Arbitrary<string>): void {
  it("is described by its forms, field by field", () => {
    expect(Object.keys(lens.forms).toSorted()).toEqual([...lens.fields].toSorted());
    expect(lens.fields.flatMap((field) => formProblems(lens, field))).toEqual([]);
  });

  it("does with any value what the form of its field says", () => {
    laws.holds(
      fc.property(fc.constantFrom(...lens.fields), values, (field, given) => {
        const value = normalValue(field, given);
        if (typeof value === "string") expect(lieAbout(lens, field, value)).toBeNull();
      }),
    );
  });
}

/** The limits to the character, and the examples. */
export function formProblems(lens: Described, field: string): readonly string[] {
  const form = lens.forms[field];
  if (form === undefined) return [`${field} has no form`];
  const limit = form.limit ?? maxFieldCharacters;
  const atLimit = ofLength(field, limit);
  const problems = [lieAbout(lens, field, atLimit)];
  if (form.limit !== null) problems.push(lieAbout(lens, field, ofLength(field, limit + 1)));
  for (const [given, held] of form.change?.examples ?? [])
    if ((heldOf(lens, field, given) ?? null) !== held)
      problems.push(`${field}: the example ${given} is held otherwise`);
  if (form.change !== null && form.change.examples.length === 0)
    problems.push(`${field}: a change without an example`);
  return problems.filter((problem) => problem !== null);
}

/** What the form says wrongly of this value, which is in the hub's normal form. */
function lieAbout(lens: Described, field: string, value: string): string | null {
  const form = lens.forms[field];
  if (form === undefined) return `${field} has no form`;
  const held = heldOf(lens, field, value);
  const isLong = value.length > (form.limit ?? Infinity);
  const lie = isLong ? lieAboutLong(form, value, held) : lieAboutShort(form, value, held);
  return lie === null ? null : `${field}: ${lie}`;
}

function lieAboutLong(form: FieldForm, value: string, held: FieldValue | undefined) {
  if (form.longer === "not-sent") return held === undefined ? null : "what is too long is sent";
  if (typeof held !== "string") return form.change === null ? "what is too long is not cut" : null;
  if (held.length > (form.limit ?? Infinity)) return "more is held than the limit";
  return form.change !== null || value.startsWith(held) ? null : "not the beginning is held";
}

function lieAboutShort(form: FieldForm, value: string, held: FieldValue | undefined) {
  if (form.change === null) return held === value ? null : "it is not held as it is";
  return typeof held === "string" && held.length > (form.limit ?? Infinity)
    ? "more is held than the limit"
    : null;
}

function heldOf(lens: Described, field: string, value: string): FieldValue | undefined {
  return lens.normal({ [field]: value })[field];
}

function ofLength(field: string, length: number): string {
  const end = field === "email" ? "@y.zz" : "";
  return `${"x".repeat(length - end.length)}${end}`;
}
