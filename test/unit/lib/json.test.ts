import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isRecord, stableJson } from "../../../src/lib/json.ts";
import { createLaws } from "../../support/property.ts";

const laws = createLaws("stable JSON");

/** The same value with the keys of every object in the opposite order. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (!isRecord(value)) return value;
  const entries = Object.entries(value).map(([key, inner]) => [key, reversed(inner)]);
  return Object.fromEntries(entries.toReversed());
}

describe("stableJson", () => {
  it("sorts keys at every depth and leaves lists as they are", () => {
    expect(stableJson({ b: [{ d: 1, c: 2 }, 1], a: null })).toBe(
      '{"a":null,"b":[{"c":2,"d":1},1]}',
    );
  });

  it("is JSON of an equal value, whatever the order of the keys", () => {
    laws.holds(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
        expect(stableJson(reversed(value))).toBe(stableJson(value));
        expect(JSON.parse(stableJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it("leaves out what is undefined inside, and says null for undefined itself", () => {
    expect(stableJson({ a: undefined, b: 1 })).toBe('{"b":1}');
    expect(stableJson(undefined)).toBe("null");
  });
});

describe("isRecord", () => {
  it.each([
    [{}, true],
    [{ a: 1 }, true],
    [[], false],
    [null, false],
    ["text", false],
    [1, false],
  ])("says of %j: %s", (value, expected) => {
    expect(isRecord(value)).toBe(expected);
  });
});
