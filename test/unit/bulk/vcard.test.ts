import { describe, expect, it } from "vitest";
import { vcard } from "../../../src/bulk/vcard.ts";
import type { Client } from "../../../src/model/client.ts";
import type { Fields } from "../../../src/model/fields.ts";
import { completeFields } from "../../../src/model/normal.ts";

function client(fields: Fields, active = true): Client {
  return {
    id: "01890000-0000-7000-8000-000000000001",
    orgId: "o",
    revision: 1,
    fields: completeFields(fields),
    fieldTimes: {},
    active,
    createdAt: "2026-01-02T03:04:05.678Z",
    updatedAt: "2026-01-02T03:04:05.678Z",
    removedAt: null,
  };
}

describe("vcard", () => {
  it("has every field in its place", () => {
    const fields = {
      email: "ana@x.de",
      name: "Duarte, Ana; Dr.",
      phone: "+351 21",
      company: "A\\B, Lda",
      address_line1: "Rua 1",
      address_line2: "2º",
      city: "Porto",
      country: "PT",
      notes: "one\ntwo",
      tags: ["a,b", "c"],
      'custom.say "^"': "x;y",
    };
    expect(vcard(client(fields, false)).split("\r\n")).toEqual([
      "BEGIN:VCARD",
      "VERSION:4.0",
      "UID:urn:uuid:01890000-0000-7000-8000-000000000001",
      "REV:20260102T030405Z",
      "FN:Duarte\\, Ana\\; Dr.",
      "EMAIL:ana@x.de",
      "TEL;VALUE=text:+351 21",
      "ORG:A\\\\B\\, Lda",
      "ADR:;;Rua 1,2º;Porto;;;PT",
      "NOTE:one\\ntwo",
      "CATEGORIES:a\\,b,c",
      "X-ASTRALIS-FIELD;X-NAME=\"say ^'^^^'\":x\\;y",
      "X-ASTRALIS-ACTIVE:no",
      "END:VCARD",
      "",
    ]);
  });

  it("always has a name to show", () => {
    expect(vcard(client({ email: "a@x.de" }))).toContain("\r\nFN:a@x.de\r\n");
    expect(vcard(client({ email: "a@x.de", company: "ACME" }))).toContain("\r\nFN:ACME\r\n");
  });

  it("folds at 75 octets and within no character", () => {
    for (const unit of ["x", "é", "山", "👩‍👩‍👧", "é山👩"]) {
      const notes = unit.repeat(200);
      const text = vcard(client({ email: "a@x.de", notes }));
      for (const line of text.split("\r\n")) {
        expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75);
        expect(line.isWellFormed()).toBe(true);
      }
      expect(text.replaceAll("\r\n ", "")).toContain(`\r\nNOTE:${notes}\r\n`);
    }
  });
});
