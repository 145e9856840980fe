import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseConfig } from "../../../src/config/load.ts";
import { providerNames } from "../../../src/providers/registry.ts";

const folder = new URL("../../../examples/", import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith(".yaml"));

describe("the examples", () => {
  it.each(files)("%s is a configuration that can be used", (name) => {
    const text = readFileSync(new URL(name, folder), "utf8");
    const values: Readonly<Record<string, string>> = {
      DATABASE_URL: "postgres://db.example/astralis",
    };
    const config = parseConfig(text, {
      file: `/nowhere/${name}`,
      lookUp: (variable) => ({ value: values[variable] ?? "given", from: "environment" }),
    });
    const providers = config.orgs.flatMap((org) => org.connections.map((one) => one.provider));
    expect(providers.length).toBeGreaterThan(0);
    for (const provider of providers) expect(providerNames).toContain(provider);
  });
});
