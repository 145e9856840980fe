import { parse, CsvError } from "csv-parse";
import type { InfoRecord } from "csv-parse";
import { assert } from "../lib/assert.ts";
import { isRecord } from "../lib/json.ts";
import { decodeText } from "./decode-text.ts";

/** One row of a file, or what stands in its place. */
export interface CsvRow {
  /** Where it begins, and where it ends: a quoted cell may hold line ends. Counted from 1, in the file. */
  readonly line: number;
  readonly lastLine: number;
  readonly cells: readonly string[];
  /** How long it is. */
  readonly characters: number;
  /** Why it cannot be read; `cells` is empty then. */
  readonly problem: string | null;
}

/** The longest row, in characters: a quote that is never closed ends here at the latest. */
const maxRowCharacters = 1024 * 1024;

export const delimiters = [",", ";", "\t"] as const;

/**
 * The rows of a file as RFC 4180 has them, its header among them, in any of the three delimiters and with any line
 * ends; rows without any text are left out. Memory holds a piece of the file and its rows, never more.
 * After a row that is too long, or a quote that is never closed, nothing can be told apart: that row is the last.
 */
export async function* readCsv(
  source: AsyncIterable<unknown>,
  options: { readonly encoding?: string } = {},
): AsyncGenerator<CsvRow> {
  const { texts, delimiter, line } = await opened(decodeText(source, options.encoding));
  const rows: CsvRow[] = [];
  const place = { line };
  let failure: unknown = null;
  const parser = parse({
    delimiter,
    // A space before a quote is no part of the cell.
    ltrim: true,
    max_record_size: maxRowCharacters,
    raw: true,
    record_delimiter: ["\r\n", "\n", "\r"],
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    // Rows are taken here and not from the stream: one that failed would drop those that it had read.
    on_record: (record: unknown, { raw = "" }: InfoRecord) => {
      const row = rowOf(cellsOf(record), raw, { delimiter, place });
      if (row !== null) rows.push(row);
      return null;
    },
  });
  parser.on("error", (error) => {
    failure = error;
  });
  parser.resume();
  for await (const text of bounded(texts)) {
    await new Promise<void>((resolve) => void parser.write(text, () => resolve()));
    yield* rows.splice(0);
    if (failure !== null) break;
  }
  if (failure === null) await new Promise<void>((resolve) => void parser.end(() => resolve()));
  yield* rows.splice(0);
  if (failure !== null) yield brokenRow(failure, place);
}

/** Which delimiter the header uses most outside of quotes; a comma where it uses none. */
export function detectDelimiter(header: string): (typeof delimiters)[number] {
  const { counts } = scanHeader(header);
  return delimiters[counts.indexOf(Math.max(...counts))] ?? ",";
}

/**
 * The first line with something in it: where it ends, -1 where more must be read to know, and how often each delimiter
 * stands in it outside of quotes.
 */
function scanHeader(text: string): { readonly end: number; readonly counts: readonly number[] } {
  const counts = delimiters.map(() => 0);
  let isQuoted = false;
  let isStart = true;
  for (let at = text.length - text.trimStart().length; at < text.length; at += 1) {
    const char = text[at] ?? "";
    if (isQuoted) {
      if (char !== '"') continue;
      if (text[at + 1] === '"') at += 1;
      else isQuoted = false;
      continue;
    }
    if (char === "\n" || char === "\r") return { end: at, counts };
    const delimiter = delimiters.findIndex((one) => one === char);
    if (delimiter !== -1) counts[delimiter] = (counts[delimiter] ?? 0) + 1;
    isQuoted = isStart && char === '"';
    isStart = delimiter !== -1 || (isStart && char.trim() === "");
  }
  return { end: -1, counts };
}

interface Opened {
  readonly texts: AsyncIterable<string>;
  readonly delimiter: string;
  /** The number of the first line. */
  readonly line: number;
}

/** Reads as far as the header goes. A first line `sep=;`, as spreadsheets write it, names the delimiter itself. */
async function opened(texts: AsyncGenerator<string>): Promise<Opened> {
  let start = "";
  while (!hasHeader(start) && start.length < maxRowCharacters) {
    const next = await texts.next();
    if (next.done === true) break;
    start += next.value;
  }
  const named = /^sep=([,;\t])(?:\r\n|\n|\r)/i.exec(start);
  const rest = start.slice(named?.[0].length ?? 0);
  const delimiter = named?.[1] ?? detectDelimiter(rest);
  return { texts: resumed(rest, texts), delimiter, line: named === null ? 1 : 2 };
}

/** With all of its line end: what follows a carriage return may belong to it. */
function hasHeader(start: string): boolean {
  const { end } = scanHeader(start);
  return end !== -1 && (start[end] === "\n" || end < start.length - 1);
}

async function* resumed(start: string, rest: AsyncIterable<string>): AsyncGenerator<string> {
  yield start;
  yield* rest;
}

/** Ends within a line that does not: the row that it leaves is then too long. */
async function* bounded(texts: AsyncIterable<string>): AsyncGenerator<string> {
  let since = 0;
  for await (const text of texts) {
    if (text === "") continue;
    yield text;
    const end = Math.max(text.lastIndexOf("\n"), text.lastIndexOf("\r"));
    since = end === -1 ? since + text.length : text.length - end;
    if (since > maxRowCharacters) return;
  }
}

/** With the raw text asked for, the parser wraps the cells, whatever its types say. */
function cellsOf(record: unknown): readonly string[] {
  const cells = isRecord(record) ? record["record"] : record;
  assert(Array.isArray(cells), "a row is a list of cells");
  return cells.map(String);
}

interface Place {
  line: number;
}

function rowOf(
  cells: readonly string[],
  raw: string,
  { delimiter, place }: { readonly delimiter: string; readonly place: Place },
): CsvRow | null {
  const blank = blankLines(raw);
  const isEmpty = cells.every((cell) => cell.trim() === "");
  const line = place.line + lineEnds(blank);
  place.line += lineEnds(raw);
  // One that is cut off has no end to be judged by.
  if (isEmpty && raw.length <= maxRowCharacters) return null;
  const row = {
    line,
    lastLine: line + lineEnds(raw.slice(blank.length).trimEnd()),
    cells,
    characters: raw.length,
  };
  const problem =
    raw.length > maxRowCharacters
      ? tooLong
      : isWellQuoted(raw.slice(blank.length), delimiter)
        ? null
        : "a cell goes on after its closing quote: a quote within a quoted cell is written twice";
  return problem === null ? { ...row, problem } : { ...row, cells: [], problem };
}

const tooLong = `it is longer than ${maxRowCharacters} characters: is a quote missing? Nothing after it was read`;

/** What the parser cannot read, in the place of the row; an error that is not of the parser is thrown. */
function brokenRow(failure: unknown, place: Place): CsvRow {
  if (!(failure instanceof CsvError)) throw failure;
  const raw = typeof failure["raw"] === "string" ? failure["raw"] : "";
  const blank = blankLines(raw);
  const line = place.line + lineEnds(blank);
  const problem =
    failure.code === "CSV_QUOTE_NOT_CLOSED"
      ? "a quote of it is never closed: everything after it was read as one cell"
      : failure.code === "CSV_MAX_RECORD_SIZE"
        ? tooLong
        : `it cannot be read (${failure.code}); nothing after it was read`;
  const lastLine = line + lineEnds(raw.slice(blank.length).trimEnd());
  return { line, lastLine, cells: [], characters: raw.length, problem };
}

/** Line ends before a row are lines without any text, which the parser left out. */
function blankLines(raw: string): string {
  return /^(?:[^\S\r\n]*[\r\n])*/.exec(raw)?.[0] ?? "";
}

function lineEnds(text: string): number {
  return text.match(/\r\n|\n|\r/g)?.length ?? 0;
}

/** Whether each cell that begins with a quote ends with one; the parser itself takes what follows along. */
function isWellQuoted(raw: string, delimiter: string): boolean {
  let at = 0;
  while (at < raw.length) {
    while (raw[at] !== delimiter && /[^\S\r\n]|\ufffd/.test(raw[at] ?? "")) at += 1;
    if (raw[at] === '"') {
      at = afterQuoted(raw, at);
      if (at >= raw.length || /[\r\n]/.test(raw[at] ?? "")) return true;
      if (raw[at] !== delimiter) return false;
    } else {
      at = raw.indexOf(delimiter, at);
      if (at === -1) return true;
    }
    at += 1;
  }
  return true;
}

/** The place after the quote that closes the one at `start`; the end where none does. */
function afterQuoted(raw: string, start: number): number {
  let at = start + 1;
  for (;;) {
    const quote = raw.indexOf('"', at);
    if (quote === -1) return raw.length;
    if (raw[quote + 1] !== '"') return quote + 1;
    at = quote + 2;
  }
}
