import { describe, expect, it } from "vitest";
import { fromCell, joinList, splitList, toCell } from "../../../src/bulk/cells.ts";
import { planColumns } from "../../../src/bulk/columns.ts";
import { parseRow } from "../../../src/bulk/row-edit.ts";

const planned = (header: string, ...maps: string[]) => planColumns(header.split(","), { maps });

function rowOf(header: string, ...cells: string[]) {
  return parseRow({ line: 2, lastLine: 2, cells, characters: 0, problem: null }, planned(header));
}

describe("planColumns", () => {
  it.each([
    ["E-mail", "email"],
    ["EMAIL ADDRESS", "email"],
    ["E-mail 1 - Value", "email"],
    ["Phone_Number", "phone"],
    ["Organisation", "company"],
    ["Street Address", "address_line1"],
    ["ZIP/Postal Code", "postal_code"],
    ["Country/Region", "country"],
    ["Labels", "tags"],
    ["custom.VAT No ", "custom.VAT No "],
  ])("knows %s", (column, field) => {
    const header = field === "email" ? column : `${column},email`;
    expect(planned(header)).toMatchObject({
      targets: expect.arrayContaining([field]),
      ignored: [],
    });
  });

  it("takes the first of two columns for one field, and tells the other ones", () => {
    expect(planned("email,Phone,Mobile,Shoe Size,Updated At")).toEqual({
      names: ["email", "Phone", "Mobile", "Shoe Size", "Updated At"],
      targets: ["email", "phone", null, null, null],
      ignored: ["Mobile", "Shoe Size"],
    });
  });

  it("does what --map says before it looks at names", () => {
    const maps = ["Mobile=phone", "seg=tags", "tags=tags", "x=y=custom.a b", "Notes="];
    const header = "email,Phone,Mobile,Seg,Tags,x=y,Notes";
    expect(planned(header, ...maps)).toMatchObject({
      targets: ["email", null, "phone", "tags", "tags", "custom.a b", null],
      ignored: ["Phone"],
    });
  });

  it.each([
    ["email,name", "Phone=phone", /no column "Phone"/],
    ["email,name", "name=nickname", /no field "nickname"/],
    ["email,name", "name", /Column=field/],
    ["email,name", "name=custom.", /no field/],
    ["name,phone", "name=company", /no column tells whose/],
    ["email,name", "name=email", null],
  ])("refuses %s with %s in words", (header, map, message) => {
    if (message === null) expect(planned(header, map).targets).toEqual([null, "email"]);
    else expect(() => planned(header, map)).toThrow(message);
    expect(() => planned("a,b", "a=email", "b=email")).toThrow(/both mapped to email/);
  });

  it("needs a phone alone where the organization matches by it", () => {
    const header = ["name", "phone"];
    expect(() => planColumns(header)).toThrow(/whose row/);
    expect(planColumns(header, { match: ["email", "phone"] }).targets).toEqual(["name", "phone"]);
  });
});

describe("parseRow", () => {
  it("joins first and last name, splits tags, and leaves empty cells unsaid", () => {
    const header = "email,First Name,Last Name,tags,Labels,active,custom.vat,phone";
    const cells = ["ANA@x.de ", "Ana", " Duarte", "b; a", "c\\;d", "No", "'=1", " "];
    expect(rowOf(header, ...cells)).toEqual({
      edit: {
        id: null,
        active: false,
        fields: {
          email: "ana@x.de",
          name: "Ana Duarte",
          tags: ["a", "b", "c;d"],
          "custom.vat": "=1",
        },
      },
    });
    expect(rowOf("email,name,last name", "a@x.de", "Whole", "Other")).toMatchObject({
      edit: { fields: { name: "Whole" } },
    });
  });

  it("refuses a row out of step, but for cells of nothing at its end", () => {
    expect(rowOf("email,name", "a@x.de")).toEqual({
      problem: "it has 1 cell, the header has 2",
    });
    expect(rowOf("email,name", "a@x.de", "A", "B")).toMatchObject({ problem: /./ });
    expect(rowOf("email,name", "a@x.de", "A", "", " ")).toMatchObject({ edit: {} });
  });

  it("refuses what is no text in a column that is taken", () => {
    expect(rowOf("email,name", "a@x.de", "Zo\u0001")).toEqual({
      problem: '"name" holds bytes that are not UTF-8',
    });
    expect(rowOf("email,Shoe", "a@x.de", "Zo\u0001")).toMatchObject({ edit: {} });
    expect(rowOf("email,active", "a@x.de", "maybe")).toMatchObject({
      problem: /neither yes nor no/,
    });
  });
});

describe("cells", () => {
  it("carry an apostrophe where a spreadsheet would run them, and lose it again", () => {
    for (const text of ["=1+1", "+351 21", "-x", "@SUM(A1)", "\t=1", "'=1", "''+", "＝1", "＋1"]) {
      expect(toCell(text)).toBe(`'${text}`);
      expect(fromCell(toCell(text))).toBe(text);
    }
    for (const text of ["Ana", "'quoted'", "a=b", "", "'", "1-2"]) {
      expect(toCell(text)).toBe(text);
      expect(fromCell(text)).toBe(text);
    }
  });

  it("hold lists whatever their members are", () => {
    const members = ["a;b", "c,d", "e\\", "\\;", "plain"];
    expect(splitList(joinList(members))).toEqual(members);
    expect(splitList("a, b;;c\n d ,")).toEqual(["a", "b", "c", "d"]);
    expect(splitList("C:\\path")).toEqual(["C:\\path"]);
  });
});
