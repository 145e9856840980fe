import { fromCell, joinList, splitList, toCell } from "../../../src/bulk/cells.ts";
import { csvLines } from "../../../src/bulk/csv-text.ts";
import { planColumns } from "../../../src/bulk/columns.ts";
import { readCsv } from "../../../src/bulk/read-csv.ts";
import type { CsvRow } from "../../../src/bulk/read-csv.ts";
import { parseRow } from "../../../src/bulk/row-edit.ts";
import { isRecord, stableJson } from "../../../src/lib/json.ts";
import type { Json } from "../../../src/lib/json.ts";
import { isClientField } from "../../../src/model/client.ts";
import { normalValue } from "../../../src/model/normal.ts";
import type { Dice } from "../dice.ts";
import { mutatedText, strangeText } from "../mutants.ts";
import { claim, isStorable, isText, readOrRefused, textOf } from "../target.ts";
import type { Target } from "../target.ts";

const files = [
  "email,name,phone\na@x.de,Ana,+351 21\nb@x.de,Bo,\n",
  'E-mail;First Name;Last Name;Tags\r\na@x.de;Ana;Duarte;"a;b"\r\n',
  'id\temail\tcustom.vat\tactive\n\tz@x.de\t"x\ny"\tno',
  "sep=;\nemail;notes\na@x.de;'=1+1\n",
  '\ufeffemail,notes\n\n"a@x.de","say ""hi"",\r\nthere"\n,,\n',
];

const pieces = ['"', '""', ",", ";", "\t", "\n", "\r\n", "\r", "'", "=", "\\", "\u00a0", "sep=,\n"];

/** Files of clients as others wrote them: every line of them is read or told, however they come. */
export const csvTarget: Target = {
  name: "csv-import",
  share: 20,
  draw: (dice) => {
    let text = dice.pick(files);
    for (let count = dice.below(6); count > 0; count -= 1)
      text = mutatedText(dice, text, [...pieces, strangeText(dice)]);
    return { text, bytes: dice.chance(0.2) ? drawBytes(dice) : [], size: 1 + dice.below(40) };
  },
  check: async (input) => {
    const { text, bytes, size } = isRecord(input) ? input : {};
    const file = withBytes(textOf(text), bytes);
    const step = typeof size === "number" && size >= 1 ? Math.floor(size) : 1;
    const pieceBytes = Math.max(step, Math.ceil(file.length / 200));
    const whole = await rowsOf(file, file.length + 1);
    claim(
      stableJson(await rowsOf(file, pieceBytes)) === stableJson(whole),
      "the rows depend on the pieces that the file comes in",
    );
    checkLines(whole, file);
    const [header, ...rows] = whole;
    if (header === undefined || header.problem !== null) return "refused";
    const read = await readOrRefused(() => planColumns(header.cells));
    if (read === null) return "refused";
    let taken = 0;
    for (const row of rows) {
      const parsed = parseRow(row, read.value);
      if ("problem" in parsed) {
        claim(parsed.problem.length < 500, "a reason repeats the row");
        continue;
      }
      taken += 1;
      for (const [field, value] of Object.entries(parsed.edit.fields)) {
        claim(isClientField(field), "a field is none of a client's");
        claim([value ?? []].flat().every(isStorable), "a value cannot be stored as it is");
        claim(stableJson(normalValue(field, value)) === stableJson(value), "it is not normal");
      }
    }
    return taken > 0 ? "taken" : "refused";
  },
};

/** Exported cells: no spreadsheet runs them, and an import gives every one of them back. */
export const csvCellsTarget: Target = {
  name: "csv-export",
  share: 40,
  draw: (dice) =>
    Array.from({ length: 1 + dice.below(5) }, () => {
      const formula = dice.pick([
        "=1",
        "+1",
        "-1",
        "@a",
        "\t=",
        "'=1",
        "''",
        "plain",
        "a;b,c",
        "＝1",
      ]);
      return mutatedText(dice, dice.pick([formula, strangeText(dice)]), [...pieces, "'"]);
    }),
  check: async (input) => {
    const given = Array.isArray(input) ? input.filter(isText) : [];
    const values = given.map((text) => normalValue("notes", text)).filter(isText);
    if (values.length === 0) return "refused";
    const text = csvLines([values.map((_value, place) => `c${place}`), values]);
    const [, row] = await rowsOf(Buffer.from(text), 7);
    claim(row?.problem === null, "an exported row is refused");
    for (const [place, value] of values.entries()) {
      const cell = row.cells[place] ?? "";
      claim(!/^[=+\-@\t＝＋－＠]/u.test(cell), "a spreadsheet would run a cell");
      claim(fromCell(cell.trim()) === value, "a cell comes back as another one");
      claim(fromCell(toCell(value)) === value, "an apostrophe is lost or left");
    }
    const members = values.map((value) => normalValue("name", value)).filter(isText);
    claim(
      stableJson(splitList(joinList(members))) === stableJson(members),
      "a list comes back as another one",
    );
    return "taken";
  },
};

async function rowsOf(file: Buffer, size: number): Promise<readonly CsvRow[]> {
  const rows: CsvRow[] = [];
  for await (const row of readCsv(cut(file, size))) rows.push(row);
  return rows;
}

async function* cut(file: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < file.length; at += size) yield file.subarray(at, at + size);
}

/** Every row begins after the one before it ended, and where something stands in the file. */
function checkLines(rows: readonly CsvRow[], file: Buffer): void {
  const lines = file.toString("utf8").split(/\r\n|\n|\r/).length;
  let last = 0;
  for (const { line, lastLine, cells, problem } of rows) {
    claim(line > last && lastLine >= line && lastLine <= lines, "a row's lines are not its own");
    claim((problem === null) === cells.length > 0, "a row is neither read nor refused");
    last = lastLine;
  }
}

function drawBytes(dice: Dice): readonly Json[] {
  return Array.from({ length: 1 + dice.below(4) }, () => [dice.below(60), 128 + dice.below(128)]);
}

/** The text with some of its bytes replaced. */
function withBytes(text: string, bytes: unknown): Buffer {
  const file = Buffer.from(text);
  for (const change of Array.isArray(bytes) ? bytes : []) {
    const [at, byte]: readonly unknown[] = Array.isArray(change) ? change : [];
    if (typeof at === "number" && typeof byte === "number" && at < file.length) file[at] = byte;
  }
  return file;
}

export const csvTargets: readonly Target[] = [csvTarget, csvCellsTarget];
