import { describe, expect, it } from "vitest";
import { cutText, heldFields } from "../../../../src/providers/kit/fields.ts";
import { fieldForms } from "../../../../src/providers/kit/forms.ts";
import { formProblems } from "../../../conformance/provider-forms.ts";
import type { Fields, FieldValue } from "../../../../src/model/fields.ts";

/** Names of eight characters, phones of four or none, and everything else as it is. */
const normal = (given: Fields): Fields =>
  Object.fromEntries(
    Object.entries(heldFields(given, () => true)).flatMap(
      ([field, value]): [string, FieldValue][] => {
        if (typeof value !== "string") return [[field, value]];
        if (field === "phone") return value.length > 4 ? [] : [[field, value]];
        return [[field, field === "name" ? cutText(value, 8) : value]];
      },
    ),
  );
const fields = ["name", "phone", "city"];

describe("the forms of a lens", () => {
  it("are found true where they are", () => {
    const forms = fieldForms(fields, {
      limits: { name: 8, phone: 4 },
      wholeOnly: new Set(["phone"]),
    });
    const lens = { fields, forms, normal };
    expect(fields.flatMap((field) => formProblems(lens, field))).toEqual([]);
  });

  it.each([
    ["a limit that is too high", { limits: { name: 9 } }, "name: it is not held as it is"],
    ["a limit that is not there", { limits: { city: 9 } }, "city: more is held than the limit"],
    ["a limit that is not told", {}, "name: it is not held as it is"],
    ["a cut that is none", { limits: { phone: 4 } }, "phone: what is too long is not cut"],
    [
      "a refusal that is a cut",
      { limits: { name: 8 }, wholeOnly: new Set(["name"]) },
      "name: what is too long is sent",
    ],
    [
      "an example that is held otherwise",
      { changes: { city: { words: "in capitals", examples: [["Rome", "ROME"]] as const } } },
      "city: the example Rome is held otherwise",
    ],
    [
      "a change that no example shows",
      { changes: { city: { words: "in capitals", examples: [] } } },
      "city: a change without an example",
    ],
  ])("are found out: %s", (_title, rules, problem) => {
    const lens = { fields, forms: fieldForms(fields, rules), normal };
    expect(fields.flatMap((field) => formProblems(lens, field))).toContain(problem);
  });
});
