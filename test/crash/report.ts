import { crashSettings } from "./settings.ts";

/** One line of a suite's table: the same columns in every line. */
export type ReportRow = Readonly<Record<string, string | number>>;

/** The table of a full suite and its totals by these columns; the short part of a suite prints none. */
export function printReport(
  suite: string,
  rows: readonly ReportRow[],
  columns: readonly string[],
): void {
  if (crashSettings.rounds === null || rows.length === 0) return;
  const totals = columns.map((column) => `${suite}, by ${column}: ${countsText(rows, column)}\n`);
  process.stdout.write(`\n${tableText(rows)}${totals.join("")}`);
}

/** The lines of a plain table, columns padded. */
function tableText(rows: readonly ReportRow[]): string {
  const columns = Object.keys(rows[0] ?? {});
  const cells = [columns, ...rows.map((row) => columns.map((column) => String(row[column] ?? "")))];
  const widths = columns.map((_, index) =>
    Math.max(...cells.map((line) => (line[index] ?? "").length)),
  );
  return cells
    .map((line) => line.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join("  "))
    .map((line) => `${line.trimEnd()}\n`)
    .join("");
}

/** How often each value of a column occurs: "delivering 12, pulling 4". */
function countsText(rows: readonly ReportRow[], column: string): string {
  const counts = new Map<string, number>();
  for (const row of rows) {
    const value = String(row[column] ?? "");
    counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return [...counts]
    .toSorted(([, a], [, b]) => b - a)
    .map(([value, count]) => `${value} ${count}`)
    .join(", ");
}
