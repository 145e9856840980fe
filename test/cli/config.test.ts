import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { newFolder, runInside } from "../support/command-line.ts";

const folder = newFolder();
afterAll(() => folder.remove());

function show(config: string, ...more: string[]) {
  writeFileSync(join(folder.path, "astralis.config.yaml"), `version: 1\n${config}`);
  return runInside(["config", "show", "--fields", ...more], { cwd: folder.path });
}

const twoOrgs = `orgs:
  acme: { connections: { billing: { provider: stripe }, second: { provider: stripe } } }
  other: { connections: { crm: { provider: salesforce } } }
`;

describe("config show --fields", () => {
  it("shows fields by provider, with limits and what becomes of values", async () => {
    const { code, stdout } = await show(twoOrgs);
    const rows = stdout.split("\n").map((line) => line.split(/ {2,}/));
    expect(code).toBe(0);
    expect(rows.slice(0, 5)).toEqual([
      ["field", "stripe", "salesforce"],
      ["email", "held", "80 or nothing"],
      ["name", "256", "121 *"],
      ["phone", "20 or nothing", "40 or nothing"],
      ["company", "150", "not held"],
    ]);
    expect(stdout).toContain("* country at stripe: the country's code of two letters");
    expect(stdout).toContain("Germany → DE, Atlantis → nothing");
  });

  it("is one document, which names the connections of each provider", async () => {
    const { code, json } = await show(twoOrgs, "--json");
    expect(code).toBe(0);
    expect(json()).toMatchObject({
      providers: [
        {
          name: "stripe",
          title: "Stripe",
          connections: [
            { org: "acme", connection: "billing" },
            { org: "acme", connection: "second" },
          ],
        },
        { name: "salesforce", connections: [{ org: "other", connection: "crm" }] },
      ],
      fields: expect.arrayContaining([
        {
          field: "notes",
          held: {
            stripe: {
              max_characters: 5000,
              longer: "cut",
              normal_form: "as it is here",
              examples: [],
            },
            salesforce: expect.objectContaining({ max_characters: 32_000 }),
          },
        },
        { field: "tags", held: { stripe: null, salesforce: null } },
      ]),
    });
  });

  it("shows one organization's with --org, and every provider where none is declared", async () => {
    const names = (stdout: string) => stdout.split("\n")[0]?.split(/ +/).slice(1);
    expect(names((await show(twoOrgs, "--org", "other")).stdout)).toEqual(["salesforce"]);
    expect(names((await show("")).stdout)?.length).toBeGreaterThan(5);
    const unknown = await show(twoOrgs, "--org", "othr");
    expect([unknown.code, unknown.stderr]).toEqual([
      2,
      expect.stringContaining("Did you mean other?"),
    ]);
  });

  it("says which provider there is not", async () => {
    const { code, json } = await show(
      "orgs: { acme: { connections: { a: { provider: nosuch } } } }\n",
      "--json",
    );
    expect(code).toBe(2);
    expect(json()).toMatchObject({ error: { code: "provider-unknown" } });
  });
});

describe("config validate", () => {
  it("refuses a filter that the provider cannot keep to, and says what is possible", async () => {
    const validate = (connection: string) => {
      const text = `version: 1\norgs: { acme: { connections: { a: { ${connection} } } } }\n`;
      writeFileSync(join(folder.path, "astralis.config.yaml"), text);
      return runInside(["config", "validate"], { cwd: folder.path });
    };
    const good = await validate("provider: gmail, filter: { group: Clients }");
    expect([good.code, good.stderr]).toEqual([0, ""]);
    const wrong = await validate("provider: gmail, filter: { label: Clients }");
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain("orgs.acme.connections.a.filter.label: ");
    expect(wrong.stderr).toContain("possible at Gmail: `group`, the name of a contact group");
    const none = await validate("provider: freshbooks, filter: { group: Clients }");
    expect(none.code).toBe(2);
    expect(none.stderr).toContain("FreshBooks cannot narrow what is taken");
    const unquoted = await validate("provider: hubspot, filter: { lifecyclestage: 7 }");
    expect(unquoted.stderr).toContain("filter.lifecyclestage: must be text; put it in quotes");
  });
});
