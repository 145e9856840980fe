import type { Fields, FieldValue } from "../model/fields.ts";
import { normalValue } from "../model/normal.ts";
import { fromCell, splitList } from "./cells.ts";
import type { Columns } from "./columns.ts";
import { undecodable } from "./decode-text.ts";
import type { CsvRow } from "./read-csv.ts";

/** What a row says about a client; cells that are empty say nothing. */
export interface RowEdit {
  /** The client's id here, where the file has it. */
  readonly id: string | null;
  /** In the hub's normal form. */
  readonly fields: Fields;
  readonly active?: boolean;
}

/** A row as an edit, or why it is none. */
export type ParsedRow = { readonly edit: RowEdit } | { readonly problem: string };

export function parseRow(row: CsvRow, columns: Columns): ParsedRow {
  if (row.problem !== null) return { problem: row.problem };
  const problem = shapeProblem(row, columns);
  if (problem !== null) return { problem };
  const values = new Map<string, string>();
  const tags: string[] = [];
  for (const [place, target] of columns.targets.entries()) {
    const text = fromCell((row.cells[place] ?? "").trim());
    if (target === null || text === "") continue;
    if (/[\u0000-\u0008\u000e-\u001f\u007f]/.test(text))
      return { problem: `"${columns.names[place] ?? ""}" holds ${notText(text)}` };
    if (target === "tags") tags.push(...splitList(text));
    else values.set(target, text);
  }
  return toEdit(values, tags);
}

function notText(text: string): string {
  return text.includes(undecodable) ? "bytes that are not UTF-8" : "a control character";
}

/** Spreadsheets leave cells without text at the end of a row; any other number of cells is a row out of step. */
function shapeProblem({ cells, line, lastLine }: CsvRow, { names }: Columns): string | null {
  const isTooLong = cells.slice(names.length).some((cell) => cell.trim() !== "");
  if (cells.length >= names.length && !isTooLong) return null;
  const span = lastLine > line ? `; lines ${line} to ${lastLine} were read as one row` : "";
  return `it has ${count(cells.length, "cell")}, the header has ${names.length}${span}`;
}

function count(amount: number, noun: string): string {
  return `${amount} ${noun}${amount === 1 ? "" : "s"}`;
}

function toEdit(values: Map<string, string>, tags: readonly string[]): ParsedRow {
  const activeText = values.get("active");
  const active = activeText === undefined ? undefined : parseYes(activeText);
  if (active === null) return { problem: `"${cut(activeText ?? "")}" is neither yes nor no` };
  const joined = [values.get("first_name"), values.get("last_name")].filter(Boolean).join(" ");
  const given: Record<string, FieldValue> = {
    ...(joined === "" ? {} : { name: joined }),
    ...(tags.length === 0 ? {} : { tags }),
  };
  for (const [target, text] of values) if (!beside.includes(target)) given[target] = text;
  const fields = Object.entries(given)
    .map(([field, value]): [string, FieldValue] => [field, normalValue(field, value)])
    .filter(([, value]) => value !== null);
  return {
    edit: {
      id: values.get("id") ?? null,
      fields: Object.fromEntries(fields),
      ...(active === undefined ? {} : { active }),
    },
  };
}

const beside = ["id", "active", "first_name", "last_name"];

function parseYes(text: string): boolean | null {
  const folded = text.toLowerCase();
  if (["yes", "y", "true", "1", "active"].includes(folded)) return true;
  return ["no", "n", "false", "0", "inactive"].includes(folded) ? false : null;
}

function cut(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
