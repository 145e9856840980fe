import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { loadProvider, providerNames } from "../../../src/providers/registry.ts";

const headings = ["Scopes", "Fields", "Limits", "Webhooks", "Quirks", "Sources"];

describe.each(providerNames)("the page of %s", (name) => {
  const page = readFileSync(new URL(`../../../docs/providers/${name}.md`, import.meta.url), "utf8");

  it("has the headings that all have", () => {
    const found = [...page.matchAll(/^## (.+)$/gm)].map((match) => match[1]);
    expect(found).toEqual(headings);
  });

  it("names each field of the lens, and every scope", async () => {
    const provider = await loadProvider(name);
    const fields = page.split("## Fields")[1]?.split("## Limits")[0] ?? "";
    const missing = provider.clients?.lens.fields.filter(
      (field) => !fields.includes(`\`${field}\``),
    );
    expect(missing).toEqual([]);
    const scopes = provider.signIn.flatMap((way) =>
      way.kind === "oauth"
        ? [...way.scopes(["clients"], "both"), ...way.scopes(["clients"], "pull")]
        : [],
    );
    expect(scopes.filter((scope) => !page.includes(scope))).toEqual([]);
  });

  it("tells the limits that are kept to", async () => {
    const { limits } = await loadProvider(name);
    const told = page.split("## Limits")[1]?.split("## Webhooks")[0] ?? "";
    const perMinute = limits.requestsPerMinute;
    expect(told).toContain(
      perMinute === undefined
        ? `${limits.requestsPerSecond} requests a second`
        : `${perMinute} requests a minute`,
    );
  });
});
