import type { FieldsDocument, HeldField } from "../../queries/fields.ts";
import type { Look } from "../look.ts";

/** Longer examples are for `--json`. */
const maxExample = 40;

/** Fields by provider, and below what `*` stands for. */
export function fieldsText({ providers, fields }: FieldsDocument, look: Look): string {
  const names = providers.map(({ name }) => name);
  const rows = fields.map(({ field, held }) => [
    field,
    ...names.map((name) => cellText(held[name] ?? null, look)),
  ]);
  const notes = fields.flatMap(({ field, held }) =>
    names.flatMap((name) => noteText(field, name, held[name] ?? null)),
  );
  return [
    look.table(["field", ...names], rows),
    "",
    "A number is the most characters that are held; of more the beginning, or nothing where it says so.",
    "What is not held stays here and is never sent. custom.<name> fields are held nowhere.",
    ...(notes.length === 0 ? [] : ["", ...notes]),
  ].join("\n");
}

function cellText(held: HeldField | null, look: Look): string {
  if (held === null) return look.faint("not held");
  const limit = held.max_characters === null ? "held" : String(held.max_characters);
  const longer = held.longer === "not-sent" ? " or nothing" : "";
  return `${limit}${longer}${held.examples.length === 0 ? "" : " *"}`;
}

function noteText(field: string, provider: string, held: HeldField | null): readonly string[] {
  if (held === null || held.examples.length === 0) return [];
  const examples = held.examples
    .filter(({ given }) => given.length <= maxExample)
    .map(({ given, held: shown }) => `${given} → ${shown ?? "nothing"}`);
  const shown = examples.length === 0 ? "" : ` (${examples.join(", ")})`;
  return [`* ${field} at ${provider}: ${held.normal_form}${shown}`];
}
