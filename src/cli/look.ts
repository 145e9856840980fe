import { stripVTControlCharacters, styleText } from "node:util";
import type { Io, Terminal } from "./io.ts";

/** How results look: colour where there is a terminal that wants it, and tables. */
export interface Look {
  readonly good: (text: string) => string;
  readonly warning: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly faint: (text: string) => string;
  readonly strong: (text: string) => string;
  /** Columns in line, without borders; `head` is faint. */
  table(head: readonly string[], rows: readonly (readonly string[])[]): string;
}

export async function createLook(io: Io, stream: Terminal, color: boolean): Promise<Look> {
  const { default: Table } = await import("cli-table3");
  const wanted = color && wantsColor(io, stream);
  const paint = (format: "green" | "yellow" | "red" | "dim" | "bold") => (text: string) =>
    wanted ? styleText(format, text, { validateStream: false }) : text;
  const look: Look = {
    good: paint("green"),
    warning: paint("yellow"),
    bad: paint("red"),
    faint: paint("dim"),
    strong: paint("bold"),
    table: (head, rows) => {
      const table = new Table({
        chars: borderless,
        style: { head: [], border: [], "padding-left": 0, "padding-right": 2, compact: true },
      });
      table.push(head.map(look.faint), ...rows.map((row) => row.map(oneLine)));
      return table
        .toString()
        .split("\n")
        .map((line) => line.trimEnd())
        .join("\n");
    },
  };
  return look;
}

/** Text from a provider or a person as one line that cannot steer the terminal. */
export function plainLine(text: string): string {
  return stripVTControlCharacters(text)
    .replace(/\s+/g, " ")
    .replace(/[\u0000-\u001f\u007f-\u009f]/g, "")
    .trim();
}

/** NO_COLOR (no-color.org) and TERM=dumb are honoured. */
export function wantsColor(io: Io, stream: Terminal): boolean {
  return stream.isTTY === true && !io.env["NO_COLOR"] && io.env["TERM"] !== "dumb";
}

/** Keeps the colours of the cell, and nothing else that a terminal would obey. */
function oneLine(cell: string): string {
  return cell
    .replace(/\s+/g, " ")
    .replace(/\u001b(?!\[[\d;]*m)/g, "")
    .replace(/[\u0000-\u001a\u001c-\u001f\u007f-\u009f]/g, "");
}

const borderless = Object.fromEntries(
  [
    "top top-mid top-left top-right bottom bottom-mid bottom-left bottom-right",
    "left left-mid mid mid-mid right right-mid middle",
  ]
    .join(" ")
    .split(" ")
    .map((part) => [part, ""]),
);
