import { describe, expect, it } from "vitest";
import { decodeText, undecodable } from "../../../src/bulk/decode-text.ts";
import { detectDelimiter, readCsv } from "../../../src/bulk/read-csv.ts";
import type { CsvRow } from "../../../src/bulk/read-csv.ts";

async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function read(text: string | Uint8Array, encoding?: string, size = 65_536) {
  const bytes = typeof text === "string" ? Buffer.from(text) : text;
  const options = encoding === undefined ? {} : { encoding };
  return await collected(readCsv(pieces(bytes, size), options));
}

const cells = (rows: readonly CsvRow[]) => rows.map((row) => row.cells);

describe("readCsv", () => {
  it.each([
    ["commas", "email,name\na@x.de,Ana\n"],
    ["semicolons", "email;name\r\na@x.de;Ana\r\n"],
    ["tabs", "email\tname\ra@x.de\tAna\r"],
    ["quotes", '"email" , "name"\n"a@x.de", "Ana"'.replaceAll(" ,", ",")],
    ["a spreadsheet's first line", "sep=;\nemail;name\na@x.de;Ana\n"],
    ["a byte order mark", "\ufeffemail,name\na@x.de,Ana"],
    ["lines of nothing", "\n\nemail,name\n\n  \n,\na@x.de,Ana\n,,\n\n"],
  ])("reads %s", async (_what, text) => {
    expect(cells(await read(text))).toEqual([
      ["email", "name"],
      ["a@x.de", "Ana"],
    ]);
  });

  it("knows each row's lines, whatever ends them and however the file comes in pieces", async () => {
    const text = 'a,b\r\n1,"x\r\ny\rz"\n\r\n  \n2,"\n""q"",\n"\r\n3,x\n';
    for (const size of [1, 2, 3, 7, 1000]) {
      const rows = await read(text, undefined, size);
      expect(rows.map(({ line, lastLine, cells: [first] }) => [line, lastLine, first])).toEqual([
        [1, 1, "a"],
        [2, 4, "1"],
        [7, 9, "2"],
        [10, 10, "3"],
      ]);
      expect(rows[1]?.cells[1]).toBe("x\r\ny\rz");
      expect(rows[2]?.cells[1]).toBe('\n"q",\n');
    }
  });

  it("takes a quote within a cell without quotes, and refuses what follows a closing one", async () => {
    const rows = await read('a,b\n5" pipe,x\n"x" y,z\n1,"x"y\n"1" ,2\n3,4\n');
    expect(
      rows.map(({ line, problem, cells: [first] }) => [line, problem !== null, first]),
    ).toEqual([
      [1, false, "a"],
      [2, false, '5" pipe'],
      [3, true, undefined],
      [4, true, undefined],
      [5, true, undefined],
      [6, false, "3"],
    ]);
  });

  it("keeps the rows before a quote that is never closed, and names its line", async () => {
    const rows = await read('a,b\n1,2\n\n"open,x\n3,4\n');
    expect(rows.map(({ line, problem }) => [line, problem])).toEqual([
      [1, null],
      [2, null],
      [4, expect.stringContaining("never closed")],
    ]);
  });

  it.each([
    ["a quote", `"${"x\n".repeat(700_000)}`],
    ["a line", `${"x".repeat(3_000_000)}\n4,5\n`],
    ["commas alone", ",".repeat(3_000_000)],
  ])("ends at a row of a million characters: %s", async (_what, long) => {
    const rows = await read(`a,b\n1,2\n${long}`);
    expect(rows.map(({ line }) => line)).toEqual([1, 2, 3]);
    expect(rows[2]?.problem).toContain("longer than 1048576");
  });

  it("is empty where the file is", async () => {
    expect(await read("")).toEqual([]);
    expect(await read("\ufeff")).toEqual([]);
    expect(await read("\n \n")).toEqual([]);
  });

  it("finds the delimiter outside of quotes", () => {
    expect(detectDelimiter('"a,b,c,d";e;f\n')).toBe(";");
    expect(detectDelimiter('"say ""a,b,c""",e\tf\tg')).toBe("\t");
    expect(detectDelimiter('size 5" a,b,c;d')).toBe(",");
    expect(detectDelimiter("email")).toBe(",");
  });
});

describe("decodeText", () => {
  const decode = async (bytes: Uint8Array, size: number, encoding?: string) =>
    (await collected(decodeText(pieces(bytes, size), encoding))).join("");

  it("keeps characters whole over any pieces", async () => {
    const text = "Zoë 山田 👩‍👩‍👧 \ufffd \ufeff";
    for (const size of [1, 2, 3, 5]) expect(await decode(Buffer.from(text), size)).toBe(text);
  });

  it("reads the encoding off the mark, or as it is told", async () => {
    const text = "Zoë 山田";
    const utf16 = Buffer.from(`\ufeff${text}`, "utf16le");
    expect(await decode(utf16, 3)).toBe(text);
    expect(await decode(Buffer.from(utf16).swap16(), 3)).toBe(text);
    expect(await decode(Buffer.from([0x5a, 0x6f, 0xeb, 0x80]), 1, "windows-1252")).toBe("Zoë€");
    await expect(decode(Buffer.from("x"), 1, "klingon")).rejects.toMatchObject({ code: "usage" });
  });

  it("marks bytes that are no text, and leaves a replacement character that is", async () => {
    const bytes = Buffer.from([0x61, 0xeb, 0x62, 0xef, 0xbf, 0xbd, 0xe2, 0x82, 0x63, 0xc3]);
    const marked = `a${undecodable}b\ufffd${undecodable}c${undecodable}`;
    for (const size of [1, 2, 3, 100]) expect(await decode(bytes, size)).toBe(marked);
  });
});

async function collected<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
