import { describe, expect, it } from "vitest";
import { parseEdit } from "../../../src/cli/client-edit.ts";
import { createInput } from "../../../src/cli/input.ts";
import type { Client } from "../../../src/model/client.ts";

const at = "2026-11-02T09:00:00.000Z";
const client: Client = {
  id: "c1",
  orgId: "o1",
  revision: 1,
  fields: { email: "ana@example.com", tags: ["a", "b"] },
  fieldTimes: {},
  active: true,
  createdAt: at,
  updatedAt: at,
  removedAt: null,
};

const edit = (options: Record<string, unknown>, of: Client | null = client) =>
  parseEdit(createInput([], options), of);

describe("parseEdit", () => {
  it("names only what was asked for", () => {
    expect(edit({})).toEqual({ fields: {} });
    expect(edit({ postalCode: "4000", addressLine1: "1 Main St" })).toEqual({
      fields: { postal_code: "4000", address_line1: "1 Main St" },
    });
  });

  it("adds tags to those there are, and takes others away", () => {
    expect(edit({ tag: ["c"], untag: ["a"] }).fields).toEqual({ tags: ["b", "c"] });
    expect(edit({ untag: ["a", "b"] }).fields).toEqual({ tags: null });
    expect(edit({ clear: ["tags"], tag: ["new"] }).fields).toEqual({ tags: ["new"] });
    expect(edit({ tag: ["x"] }, null).fields).toEqual({ tags: ["x"] });
  });

  it("parts a custom field at its first =, and clears one without a value", () => {
    expect(edit({ field: ["vat=PT=1", "old="] }).fields).toEqual({
      "custom.vat": "PT=1",
      "custom.old": null,
    });
    for (const pair of ["novalue", "=x", " =x"])
      expect(() => edit({ field: [pair] })).toThrow("key=value");
  });

  it("clears fields", () => {
    expect(edit({ clear: ["notes", "postal-code"] }).fields).toEqual({
      notes: null,
      postal_code: null,
    });
  });

  it("refuses what contradicts itself", () => {
    expect(() => edit({ clear: ["notes"], notes: "n" })).toThrow("exclude each other");
    expect(() => edit({ active: true, inactive: true })).toThrow("exclude each other");
  });

  it("sets whether the client is active only where that was said", () => {
    expect(edit({ active: true }).active).toBe(true);
    expect(edit({ inactive: true }).active).toBe(false);
    expect(edit({ name: "N" })).not.toHaveProperty("active");
  });

  it("takes addresses in any script, and refuses what is none", () => {
    expect(edit({ email: " 用户@例子.测试 " }).fields["email"]).toBe(" 用户@例子.测试 ");
    for (const email of ["ana", "a@b@c", "ana @example.com"])
      expect(() => edit({ email })).toThrow("not an e-mail address");
  });
});
