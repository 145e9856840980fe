import type { CommandBody, Context } from "../command.ts";

export const config: CommandBody = {
  examples: ["astralis config validate", "astralis config show", "astralis config schema"],
  commands: [
    {
      name: "validate",
      summary: "check the configuration file and list every problem with its line",
      examples: ["astralis config validate", "astralis config validate --config other.yaml --json"],
      run: async (context) => {
        const { file } = await load(context);
        return { document: { valid: true, file }, text: (look) => `${look.good("valid")} ${file}` };
      },
    },
    {
      name: "show",
      summary: "show the configuration in effect, defaults filled in, without secrets",
      examples: ["astralis config show", "astralis config show --json"],
      run: async (context) => {
        const loaded = await load(context);
        const { shownConfig, shownConfigText } = await import("../../config/show.ts");
        return { document: shownConfig(loaded), text: () => shownConfigText(loaded).trimEnd() };
      },
    },
    {
      name: "schema",
      summary: "print the JSON Schema of the configuration, for editors",
      examples: ["astralis config schema > astralis.schema.json"],
      run: async () => {
        const { configJsonSchema } = await import("../../config/schema.ts");
        const document = configJsonSchema();
        return { document, text: () => JSON.stringify(document, null, 2) };
      },
    },
  ],
};

async function load({ settings, io }: Context) {
  const { loadConfig } = await import("../../config/load.ts");
  return loadConfig({ path: settings.configFile, cwd: io.cwd, env: io.env });
}
