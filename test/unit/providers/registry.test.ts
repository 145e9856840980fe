import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { loadProvider, providerNames } from "../../../src/providers/registry.ts";

describe("the registry", () => {
  it("loads each provider under its own name", async () => {
    const loaded = await Promise.all(providerNames.map(loadProvider));
    expect(loaded.map((provider) => provider.name)).toEqual(providerNames);
    expect(providerNames).toEqual([
      "stripe",
      "gmail",
      "quickbooks",
      "salesforce",
      "freshbooks",
      "hubspot",
    ]);
  });

  it("refuses other names, those of every object included", async () => {
    for (const name of ["", "Stripe", "constructor", "__proto__"])
      await expect(loadProvider(name)).rejects.toMatchObject({ code: "provider-unknown" });
  });

  it("loads no SDK before one is needed", () => {
    const script = `
      const { registerHooks } = await import("node:module");
      const packages = new Set();
      registerHooks({
        resolve: (specifier, context, next) => {
          const resolved = next(specifier, context);
          const name = /node_modules\\/([^/]+)/.exec(resolved.url)?.[1];
          if (name !== undefined) packages.add(name);
          return resolved;
        },
      });
      const registry = await import("./src/providers/registry.ts");
      await Promise.all(registry.providerNames.map((name) => registry.loadProvider(name)));
      const before = [...packages];
      await import("stripe");
      console.log(JSON.stringify({ before, after: [...packages] }));`;
    const output = execFileSync(process.execPath, ["--input-type=module", "--eval", script], {
      cwd: new URL("../../../", import.meta.url),
      encoding: "utf8",
    });
    expect(JSON.parse(output)).toEqual({ before: [], after: ["stripe"] });
  });
});
