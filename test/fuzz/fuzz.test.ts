import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { must } from "../../src/lib/assert.ts";
import { createDice } from "./dice.ts";
import { found } from "./found.ts";
import { mutated } from "./mutants.ts";
import { runFuzz } from "./run.ts";
import { smallest } from "./smallest.ts";
import { createTargets } from "./targets.ts";
import { claim } from "./target.ts";
import type { Target } from "./target.ts";
import { failureOf, tryInput } from "./try.ts";
import { orders, parsed, written } from "./wire.ts";

const folder = mkdtempSync(join(tmpdir(), "astralis-fuzz-test-"));
let targets: readonly Target[] = [];

beforeAll(async () => {
  targets = await createTargets(folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("what others wrote", () => {
  it("is read or refused, whatever it is", async () => {
    const { rows, failures } = await runFuzz({ seed: 20_260_101, inputs: 10_000 });
    expect(failures).toEqual([]);
    expect(rows.map(({ target }) => target)).toEqual(targets.map(({ name }) => name));
    for (const { target, inputs, taken } of rows)
      expect([target, inputs > 10, taken > 0 || inputs < 200]).toEqual([target, true, true]);
  });

  it.each(found)("does no harm any more where $harm", async ({ target, input }) => {
    const one = must(
      targets.find(({ name }) => name === target),
      "its target",
    );
    await expect(tryInput(one, input)).resolves.toMatch(/taken|refused/);
  });
});

describe("the fuzzer", () => {
  const failing = (check: Target["check"]): Target => ({
    name: "failing",
    share: 1,
    draw: () => null,
    check,
  });

  it("finds a smallest input that fails in the same way", async () => {
    const target = failing((input) => {
      claim(!written(input).includes("__proto__"), "it has a prototype");
      return "taken";
    });
    const input = { a: [1, 2, { b: "x", c: "see __proto__ here" }], d: null };
    const error = await tryInput(target, input).catch((thrown: unknown) => thrown);
    const failure = await failureOf(target, { index: 7, input, error });
    expect(failure).toMatchObject({ index: 7, message: "Error: it has a prototype" });
    expect(written(failure.smallest)).toBe('{"a":[{"c":"__proto__"}]}');
  });

  it("notices a prototype that was changed", async () => {
    const target = failing(() => {
      Object.assign(Object.prototype, { polluted: true });
      return "taken";
    });
    await expect(tryInput(target, null)).rejects.toThrow("prototype");
    expect("polluted" in {}).toBe(false);
  });

  it("draws the same inputs for the same seed", () => {
    const value = { a: ["b", { c: 1 }], d: "text" };
    const draw = () =>
      Array.from({ length: 50 }, (_none, seed) => mutated(createDice(seed), value));
    expect(draw()).toEqual(draw());
    expect(new Set(draw().map(written)).size).toBeGreaterThan(30);
  });

  it("says what JSON cannot say", () => {
    expect(parsed([orders.raw("1e999"), orders.longText(3)])).toEqual([Infinity, "xxx"]);
    expect(written(orders.deepList(3))).toBe("[[[]]]");
    expect(parsed(orders.raw("{"))).toBeUndefined();
  });

  it("gives up on an input that cannot be made smaller", async () => {
    expect(await smallest("ab", async (candidate) => candidate === "ab")).toBe("ab");
  });
});
