import { clientFields, isCustomField } from "../model/client.ts";

/** What this read needs to know of a provider's lens. */
export interface ShownLens {
  readonly fields: readonly string[];
  readonly forms: Readonly<Record<string, ShownForm>>;
}

export interface ShownForm {
  readonly limit: number | null;
  readonly longer: "cut" | "not-sent";
  readonly change: {
    readonly words: string;
    readonly examples: readonly (readonly [given: string, held: string | null])[];
  } | null;
}

/** One column: a provider that holds clients, and the connections that see it so. */
export interface FieldColumn {
  /** The provider's name. */
  readonly name: string;
  readonly title: string;
  readonly connections: readonly { readonly org: string; readonly connection: string }[];
  readonly lens: ShownLens;
}

export interface FieldsDocument {
  readonly providers: readonly Pick<FieldColumn, "name" | "title" | "connections">[];
  readonly fields: readonly FieldRow[];
}

export interface FieldRow {
  readonly field: string;
  /** By provider; null where it does not hold the field. */
  readonly held: Readonly<Record<string, HeldField | null>>;
}

export interface HeldField {
  /** The most characters; null where only the hub's own limit bounds them. */
  readonly max_characters: number | null;
  /** What becomes of a longer value; null where there is no limit. */
  readonly longer: "cut" | "not-sent" | null;
  /** The normal form in words. */
  readonly normal_form: string;
  readonly examples: readonly { readonly given: string; readonly held: string | null }[];
}

/** Which of a client's fields each provider holds, and in what form; custom ones only where a provider holds them. */
export function listFields(columns: readonly FieldColumn[]): FieldsDocument {
  const custom = columns.flatMap(({ lens }) => lens.fields.filter(isCustomField));
  const fields = [...clientFields, ...[...new Set(custom)].toSorted()];
  return {
    providers: columns.map(({ name, title, connections }) => ({ name, title, connections })),
    fields: fields.map((field) => ({
      field,
      held: Object.fromEntries(columns.map(({ name, lens }) => [name, heldField(lens, field)])),
    })),
  };
}

function heldField(lens: ShownLens, field: string): HeldField | null {
  const form = lens.forms[field];
  if (form === undefined) return null;
  return {
    max_characters: form.limit,
    longer: form.limit === null ? null : form.longer,
    normal_form: form.change?.words ?? "as it is here",
    examples: (form.change?.examples ?? []).map(([given, held]) => ({ given, held })),
  };
}
