import type { FieldValue } from "../model/fields.ts";

/** What a spreadsheet would take for the beginning of a formula, full-width forms included (OWASP, CSV injection). */
const formula = /^'*[=+\-@\t\r\n＝＋－＠]/u;

/** The text of a cell that no spreadsheet runs: where it would, an apostrophe stands before it. */
export function toCell(text: string): string {
  return formula.test(text) ? `'${text}` : text;
}

/** The text that `toCell` was given. */
export function fromCell(cell: string): string {
  return cell.startsWith("'") && formula.test(cell) ? cell.slice(1) : cell;
}

/** A field's value as one text: the members of a list with semicolons between them. */
export function valueText(value: FieldValue): string {
  if (value === null) return "";
  return typeof value === "string" ? value : joinList(value);
}

/** `a;b`, with a backslash before each delimiter or backslash of a member itself. */
export function joinList(members: readonly string[]): string {
  return members.map((member) => member.replace(/[\\;,]/g, "\\$&")).join(";");
}

/** Members stand between semicolons, commas or line ends; a backslash takes the next character as it is. */
export function splitList(text: string): readonly string[] {
  const members = [""];
  for (const [part, escaped] of text.matchAll(/\\([\\;,])|[^]/gu)) {
    if (escaped === undefined && /^[;,\n\r]$/.test(part)) members.push("");
    else members.push(`${members.pop() ?? ""}${escaped ?? part}`);
  }
  return members.map((member) => member.trim()).filter((member) => member !== "");
}
