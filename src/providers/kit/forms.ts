import type { FieldForm } from "../provider.ts";

/** What a lens makes of its fields, from the same figures that its `normal` works with. */
export interface FormRules {
  /** By field: the most characters that the provider takes. */
  readonly limits?: Readonly<Record<string, number>>;
  /** Of those, the fields of which half would be a wrong value: what is longer is not sent. */
  readonly wholeOnly?: ReadonlySet<string>;
  /** By field: what else becomes of a value. */
  readonly changes?: Readonly<Record<string, NonNullable<FieldForm["change"]>>>;
}

export function fieldForms(
  fields: readonly string[],
  rules: FormRules = {},
): Readonly<Record<string, FieldForm>> {
  const { limits, wholeOnly, changes } = rules;
  return Object.fromEntries(
    fields.map((field): [string, FieldForm] => [
      field,
      {
        limit: limits?.[field] ?? null,
        longer: wholeOnly?.has(field) === true ? "not-sent" : "cut",
        change: changes?.[field] ?? null,
      },
    ]),
  );
}
