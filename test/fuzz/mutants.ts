import { isRecord } from "../../src/lib/json.ts";
import type { Json } from "../../src/lib/json.ts";
import type { Dice } from "./dice.ts";
import { orders } from "./wire.ts";

/** Names that mean something to every object. */
const keys = [
  "__proto__",
  "constructor",
  "prototype",
  "toString",
  "valueOf",
  "hasOwnProperty",
  "then",
  "toJSON",
  "length",
  "",
  "id",
  "value",
  "metadata",
  "nextPageToken",
  "has_more",
  "deleted",
];

const texts = [
  "",
  " ",
  "\u0000",
  "a\u0000b",
  "\ud800",
  "x\udc00y",
  "\u{1f98a}",
  "e\u0301",
  "\u212b",
  "\u01f0",
  "\u0130stanbul",
  "\u2028",
  "\ufeff",
  "\r\n",
  "a\r\nb\tc",
  "__proto__",
  "constructor",
  "null",
  "undefined",
  "NaN",
  "-0",
  "1e999",
  "9".repeat(400),
  "true",
  "{}",
  "[]",
  "a@b",
  "A@B.C",
  "@",
  "a@@b",
  " ada@example.com ",
  "ADA@EXAMPLE.COM",
  "https://[",
  "//",
  "%",
  "%00",
  "../../etc/passwd",
  "0000-00-00T00:00:00Z",
  "2026-13-45T99:99:99Z",
  "+275760-09-13T00:00:00.000Z",
  "-271821-04-20T00:00:00.000Z",
  "275760-09-14",
  "12026-01-01T00:00:00Z",
  "<script>",
  "${HOME}",
  "'; drop table clients; --",
  "\u202e",
  "\u0085",
];

const numbers = [0, -1, 1, 0.5, 1e15, 2 ** 53 + 2, -1e21, 1e300, 253_402_300_800];

/** A value that nobody expected. */
export function strangeValue(dice: Dice): Json {
  switch (dice.below(16)) {
    case 0:
      return null;
    case 1:
      return dice.chance(0.5);
    case 2:
      return [];
    case 3:
      return {};
    case 4:
      return [dice.pick(texts)];
    case 5:
      return object([[dice.pick(keys), dice.pick(texts)]]);
    case 6:
      return object([["__proto__", { polluted: true }]]);
    case 7:
      return orders.raw(dice.pick(["1e999", "-1e999", "1E400", "-0", "12345678901234567890"]));
    case 8:
      return dice.chance(0.05) ? orders.deepList(dice.pick([40, 5000, 20_000])) : [[[[]]]];
    case 9:
      return dice.chance(0.05) ? orders.deepObject(dice.pick([40, 3000])) : { a: { a: {} } };
    case 10:
      return dice.chance(0.05) ? orders.longText(dice.pick([300, 65_537])) : "x".repeat(257);
    case 11:
    case 12:
      return dice.pick(numbers);
    default:
      return dice.pick(texts);
  }
}

export function strangeText(dice: Dice): string {
  return dice.pick(texts);
}

/** The value with up to that many changes, each at a place of its own. */
export function mutated(dice: Dice, value: Json, changes = 3): Json {
  let result = value;
  for (let count = 1 + dice.below(changes); count > 0; count -= 1)
    result = mutatedOnce(dice, result);
  return result;
}

/** Text with characters and pieces taken out, put in, doubled and swapped. */
export function mutatedText(dice: Dice, text: string, pieces: readonly string[] = texts): string {
  const at = dice.below(text.length + 1);
  const length = 1 + dice.below(dice.chance(0.8) ? 3 : Math.max(1, text.length));
  const before = text.slice(0, at);
  const after = text.slice(at);
  switch (dice.below(6)) {
    case 0:
      return before + after.slice(length);
    case 1:
      return before + dice.pick(pieces) + after;
    case 2:
      return before + String.fromCharCode(dice.below(dice.chance(0.7) ? 128 : 65_536)) + after;
    case 3:
      return before + after.slice(0, length) + after;
    case 4:
      return before + dice.pick(pieces) + after.slice(length);
    default: {
      const other = dice.below(text.length + 1);
      return before + text.slice(other, other + length) + after;
    }
  }
}

function mutatedOnce(dice: Dice, value: Json): Json {
  if (Array.isArray(value)) {
    const list: readonly Json[] = value;
    return list.length > 0 && dice.chance(0.8) ? inList(dice, list) : atList(dice, list);
  }
  if (isRecord(value)) {
    const entries = Object.entries(value);
    return entries.length > 0 && dice.chance(0.8)
      ? inObject(dice, entries)
      : atObject(dice, entries);
  }
  if (typeof value === "string" && dice.chance(0.6)) return mutatedText(dice, value);
  return strangeValue(dice);
}

type Entries = readonly (readonly [string, Json])[];

function inList(dice: Dice, list: readonly Json[]): Json {
  const place = dice.below(list.length);
  return list.map((item, index) => (index === place ? mutatedOnce(dice, item) : item));
}

function inObject(dice: Dice, entries: Entries): Json {
  const place = dice.below(entries.length);
  return object(
    entries.map(([key, item], index) => [key, index === place ? mutatedOnce(dice, item) : item]),
  );
}

function atList(dice: Dice, list: readonly Json[]): Json {
  const place = dice.below(list.length + 1);
  switch (dice.below(6)) {
    case 0:
      return list.filter((_item, index) => index !== place);
    case 1:
      return [...list, ...list.slice(place)];
    case 2:
      return [...list.slice(0, place), strangeValue(dice), ...list.slice(place)];
    case 3:
      return list.toReversed();
    case 4:
      return object(list.map((item, index) => [String(index), item]));
    default:
      return strangeValue(dice);
  }
}

function atObject(dice: Dice, entries: Entries): Json {
  const place = dice.below(Math.max(1, entries.length));
  const key = dice.chance(0.6) ? dice.pick(keys) : (entries[place]?.[0] ?? "a");
  switch (dice.below(6)) {
    case 0:
      return object(entries.filter((_entry, index) => index !== place));
    case 1:
      return object([...entries, [key, strangeValue(dice)]]);
    case 2:
      return object(entries.map(([name, item], index) => [index === place ? key : name, item]));
    case 3: {
      const other = entries[dice.below(Math.max(1, entries.length))]?.[1] ?? null;
      return object(entries.map(([name, item], index) => [name, index === place ? other : item]));
    }
    case 4:
      return [object(entries)];
    default:
      return strangeValue(dice);
  }
}

/** With every key as a key of its own, `__proto__` included. */
function object(entries: Entries): Json {
  return Object.fromEntries(entries);
}
