import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { clientFields } from "../../../src/model/client.ts";
import { sameValue } from "../../../src/model/fields.ts";
import type { FieldValue } from "../../../src/model/fields.ts";
import {
  completeFields,
  isEmail,
  normalEmail,
  normalFields,
  normalValue,
} from "../../../src/model/normal.ts";
import { createLaws } from "../../support/property.ts";

const laws = createLaws("normal forms");

const fieldName = fc.constantFrom(...clientFields, "custom.vat_number");

/** Text of any kind: every plane, lone halves of surrogate pairs, control characters, much white space. */
const anyText = fc.string({
  unit: fc.oneof(
    fc.string({ unit: "binary", minLength: 1, maxLength: 1 }),
    fc.constantFrom(
      " ",
      "\t",
      "\n",
      "\r\n",
      "\u0000",
      "\u0085",
      "\u00a0",
      "\ufeff",
      "\ud800",
      "\udc00",
    ),
    fc.constantFrom("J", "j", "\u030c", "e", "\u0301", "İ", "Σ", "ß", "K", "ﬁ", "👩‍👩‍👧"),
  ),
  maxLength: 20,
});
const anyValue: fc.Arbitrary<FieldValue> = fc.oneof(
  anyText,
  fc.array(anyText, { maxLength: 4 }),
  fc.constant(null),
);

describe("normalValue", () => {
  it.each([
    ["name", "  Ada  Lovelace ", "Ada  Lovelace"],
    ["name", "Zoe\u0308 Cafe\u0301", "Zoë Café"],
    ["name", "山田 太郎", "山田 太郎"],
    ["name", "محمد", "محمد"],
    ["name", "👩‍👩‍👧 Smith", "👩‍👩‍👧 Smith"],
    ["name", "Plato", "Plato"],
    ["name", "Ada\nLovelace", "Ada Lovelace"],
    ["name", "Ada \r\n\r\n Lovelace", "Ada Lovelace"],
    ["name", "A\u0000d\u0007a\u009f", "Ada"],
    ["name", "half \ud800 a pair", "half \ufffd a pair"],
    ["name", " \t\n", null],
    ["name", "", null],
    ["name", null, null],
    ["notes", "one\r\ntwo\rthree\n", "one\ntwo\nthree"],
    ["notes", "a\tb", "a\tb"],
    ["email", " Ada@Example.COM ", "ada@example.com"],
    ["email", "ДАША@Пример.рф", "даша@пример.рф"],
    ["tags", ["b", " a", "b ", "", "\n"], ["a", "b"]],
    ["tags", "vip", ["vip"]],
    ["tags", "", null],
    ["tags", [], null],
    ["tags", ["two\nlines"], ["two lines"]],
  ])("makes of %s %j: %j", (field, value, expected) => {
    expect(normalValue(field, value)).toEqual(expected);
  });

  it("taken twice changes nothing (law 3)", () => {
    laws.holds(
      fc.property(fieldName, anyValue, (field, value) => {
        const once = normalValue(field, value);
        expect(normalValue(field, once)).toEqual(once);
      }),
      2000,
    );
  });

  it("is a text or a list that every database can hold, and is never empty", () => {
    laws.holds(
      fc.property(fieldName, anyValue, (field, value) => {
        const normal = normalValue(field, value);
        expect(normal).not.toEqual([]);
        for (const text of [normal ?? []].flat()) {
          expect(text).not.toBe("");
          expect(Buffer.from(text, "utf8").toString("utf8")).toBe(text);
          expect(text).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/);
          expect(text.normalize("NFC")).toBe(text);
          expect(text.includes("\n") && field !== "notes").toBe(false);
        }
      }),
      2000,
    );
  });

  it("brings two ways to write one value together", () => {
    laws.holds(
      fc.property(fieldName, anyText, (field, text) => {
        const normal = normalValue(field, text);
        const other = normalValue(field, ` ${text.normalize("NFD").replace(/\r?\n/g, "\r\n")}\n`);
        expect(sameValue(other, normal)).toBe(true);
      }),
    );
  });

  it("takes a time that grows with the length alone", () => {
    const wide = `a${" ".repeat(200_000)}b`;
    expect(normalValue("name", wide)).toBe(wide);
  }, 1000);
});

describe("normalEmail", () => {
  it("brings two spellings of one address together", () => {
    expect(normalEmail(" Zoe\u0308@Example.com")).toBe(normalEmail("ZOË@EXAMPLE.COM "));
  });

  it("taken twice changes nothing, also where a small letter composes and its capital does not", () => {
    expect(normalEmail("J\u030c@example.com")).toBe("\u01f0@example.com");
    laws.holds(
      fc.property(anyText, (text) => {
        expect(normalEmail(normalEmail(text))).toBe(normalEmail(text));
      }),
      2000,
    );
  });
});

describe("isEmail", () => {
  it.each(["ada@example.com", "даша@пример.рф", "用户@例え.jp", "a+b@c", "👋@example.com"])(
    "takes %s",
    (text) => expect(isEmail(text)).toBe(true),
  );

  it.each([
    "",
    "ada",
    "@example.com",
    "ada@",
    "ada@b@c",
    "ada lovelace@example.com",
    "Ada <ada@example.com>",
    "a@b.c, d@e.f",
    `${"a".repeat(320)}@example.com`,
  ])("refuses %j", (text) => expect(isEmail(text)).toBe(false));
});

describe("normalFields", () => {
  it("keeps what is unknown unknown, and what is empty empty (law 2)", () => {
    expect(normalFields({ name: " Ada ", phone: "" })).toEqual({ name: "Ada", phone: null });
  });
});

describe("completeFields", () => {
  it("knows every field of a client, and the custom ones that have a value", () => {
    const fields = completeFields({ name: "Ada", "custom.vat": "1", "custom.old": null });
    expect(Object.keys(fields).toSorted()).toEqual([...clientFields, "custom.vat"].toSorted());
    expect(fields).toMatchObject({ name: "Ada", email: null, "custom.vat": "1" });
  });

  it("takes no inherited property for a field", () => {
    expect(completeFields({ constructor: null })).not.toHaveProperty("constructor", null);
  });
});
