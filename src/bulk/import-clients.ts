import type { OrgConfig } from "../config/config.ts";
import { AstralisError, UsageError } from "../lib/errors.ts";
import type { Store } from "../store/ports.ts";
import type { Engine } from "../sync/engine.ts";
import { planColumns } from "./columns.ts";
import type { Columns } from "./columns.ts";
import type { CsvRow } from "./read-csv.ts";
import { parseRow } from "./row-edit.ts";
import { createTaker } from "./take-rows.ts";
import type { Refusal, Tally } from "./take-rows.ts";

/** What `clients import --json` prints. */
export interface ImportDocument {
  readonly org: string;
  readonly dry_run: boolean;
  /** Rows with something in them, without the header. */
  readonly rows: number;
  readonly added: number;
  readonly updated: number;
  readonly unchanged: number;
  /** Every row that was not taken, by the line on which it begins. */
  readonly refused: readonly Refusal[];
  /** Which field each column went to. */
  readonly columns: Readonly<Record<string, string>>;
  /** Columns that went nowhere. */
  readonly ignored: readonly string[];
}

export interface ImportParts {
  readonly store: Store;
  readonly engine: Pick<Engine, "editClients">;
  readonly org: OrgConfig;
}

export interface ImportOptions {
  /** As `--map` gives them. */
  readonly maps?: readonly string[];
  readonly dryRun?: boolean;
  readonly signal?: AbortSignal;
  /** Called after each batch with the rows so far. */
  readonly onRows?: (rows: number) => void;
}

/** Rows taken at once, and how many characters they may hold together. */
const batchRows = 100;
const batchCharacters = 1024 * 1024;

/**
 * Takes each row through the engine's own edits: a client that it names is changed where a cell says something else,
 * any other is added. A row that cannot be taken is refused with its line, and the rest goes on. Taking the same file
 * again changes nothing. Throws `usage` where the header is of no use, `interrupted`, and the database's own trouble;
 * the batches before it stay taken.
 */
export async function importClients(
  parts: ImportParts,
  rows: AsyncIterable<CsvRow>,
  options: ImportOptions = {},
): Promise<ImportDocument> {
  const tally: Tally = { added: 0, updated: 0, unchanged: 0, refused: [] };
  let count = 0;
  let columns: Columns | null = null;
  const taker = createTaker(parts, tally);
  let batch: CsvRow[] = [];
  const takeBatch = async (known: Columns) => {
    const first = batch[0];
    if (first === undefined) return;
    if (options.signal?.aborted === true) throw interrupted(first.line);
    await taker.take(batch.map((row) => ({ line: row.line, parsed: parseRow(row, known) })));
    count += batch.length;
    batch = [];
    options.onRows?.(count);
  };
  for await (const row of rows) {
    if (columns === null) {
      columns = columnsOf(row, parts, options);
      continue;
    }
    batch.push(row);
    if (batch.length === batchRows || charactersOf(batch) > batchCharacters)
      await takeBatch(columns);
  }
  if (columns === null)
    throw new UsageError("usage", "the file is empty", {
      hint: "Its first line names the columns: email,name,phone,…",
    });
  await takeBatch(columns);
  return {
    org: parts.org.name,
    dry_run: options.dryRun ?? false,
    rows: count,
    ...tally,
    refused: tally.refused.toSorted((a, b) => a.line - b.line),
    columns: mappedColumns(columns),
    ignored: columns.ignored,
  };
}

function charactersOf(rows: readonly CsvRow[]): number {
  return rows.reduce((sum, row) => sum + row.characters, 0);
}

function columnsOf(header: CsvRow, parts: ImportParts, options: ImportOptions): Columns {
  if (header.problem !== null)
    throw new UsageError("usage", `the header cannot be read: ${header.problem}`, {
      hint: "The first line names the columns, with commas, semicolons or tabs between them.",
    });
  return planColumns(header.cells, { maps: options.maps ?? [], match: parts.org.match });
}

function mappedColumns({ names, targets }: Columns): Readonly<Record<string, string>> {
  const mapped = targets.flatMap((target, place): [string, string][] =>
    target === null ? [] : [[names[place] ?? "", target]],
  );
  return Object.fromEntries(mapped);
}

function interrupted(line: number): AstralisError {
  return new AstralisError("interrupted", `the import was stopped before line ${line}`, {
    hint: "The rows before it were taken. Run it again: what is there already changes nothing.",
  });
}
