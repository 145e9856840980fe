import { describe, expect, it } from "vitest";
import { isShared, person, seededPerson } from "../../../../src/sandbox/kit/people.ts";

const people = Array.from({ length: 600 }, (_, index) => seededPerson("stripe", 3, index));

describe("seededPerson", () => {
  it("gives every vendor the same person at shared places, and others elsewhere", () => {
    const google = people.map((_, index) => seededPerson("google", 3, index));
    const same = people.map((stripe, index) => google[index]?.email === stripe.email);
    expect(same).toEqual(people.map((_, index) => isShared(index)));
    expect(seededPerson("google", 3, 3)).toEqual(person(3, 3));
    expect(person(4, 3)).not.toEqual(person(3, 3));
  });

  it("has no e-mail address twice, in one vendor or in two", () => {
    const other = people.map((_, index) => seededPerson("google", 3, index));
    const shared = people.filter((_, index) => isShared(index)).length;
    const addresses = new Set([...people, ...other].map(({ email }) => email));
    expect(addresses.size).toBe(people.length + other.length - shared);
  });

  it("covers names of many scripts, of one word and with emoji, companies, and what is missing", () => {
    const names = people.map(({ name }) => name).join("\n");
    for (const script of ["Latin", "Han", "Hangul", "Greek", "Cyrillic", "Arabic", "Devanagari"])
      expect(names).toMatch(new RegExp(String.raw`\p{Script=${script}}`, "u"));
    expect(names).toMatch(/\p{Extended_Pictographic}/u);
    const some = (has: (one: (typeof people)[number]) => boolean) => people.some(has);
    expect(some(({ name, givenName }) => name === givenName)).toBe(true);
    expect(some(({ company, name }) => company === name)).toBe(true);
    expect(some(({ phone }) => phone === null) && some(({ phone }) => phone !== null)).toBe(true);
    expect(some(({ address }) => address === null)).toBe(true);
    const countries = new Set(people.map(({ address }) => address?.country));
    expect(countries.size).toBeGreaterThan(8);
    expect(Math.max(...people.map(({ phone }) => phone?.length ?? 0))).toBeLessThanOrEqual(20);
  });
});
