import { normalValue } from "../../model/normal.ts";

/** A second line cannot stand alone: this one stands for an empty first one. */
export const noLine = "-";

export interface StreetLines {
  readonly line1: string | null;
  readonly line2: string | null;
}

/** A street's first line, and the rest of it as the second one, in the hub's normal form. */
export function linesOf(street: string | null): StreetLines {
  const { first, rest } = partsOf(street ?? "");
  const line1 = normalLine(first);
  return { line1: line1 === noLine ? null : line1, line2: normalLine(rest) };
}

/** The street with one of its lines changed, or both; a line that stays keeps its own line breaks. */
export function streetOf(street: string | null, changes: Partial<StreetLines>): string | null {
  const { first, rest } = partsOf(street ?? "");
  const kept = linesOf(street);
  const line1 = changes.line1 === undefined ? (kept.line1 === null ? null : first) : changes.line1;
  const line2 = changes.line2 === undefined ? (kept.line2 === null ? null : rest) : changes.line2;
  if (line2 === null) return line1;
  return `${line1 ?? noLine}\n${line2}`;
}

function partsOf(street: string): { readonly first: string; readonly rest: string } {
  const [first = "", ...rest] = street.split(/\r\n|\r|\n/);
  return { first, rest: rest.join("\n") };
}

function normalLine(text: string): string | null {
  const line = normalValue("address_line1", text);
  return typeof line === "string" ? line : null;
}
