import type { CommandBody, Context } from "../command.ts";

export const config: CommandBody = {
  examples: ["astralis config validate", "astralis config show", "astralis config schema"],
  commands: [
    {
      name: "validate",
      summary: "check the configuration file and list every problem with its line",
      examples: ["astralis config validate", "astralis config validate --config other.yaml --json"],
      run: async (context) => {
        const loaded = await load(context);
        const { checkConnections } = await import("../../app.ts");
        await checkConnections(loaded);
        const { file } = loaded;
        return { document: { valid: true, file }, text: (look) => `${look.good("valid")} ${file}` };
      },
    },
    {
      name: "show",
      summary: "show the configuration in effect, defaults filled in, without secrets",
      options: [
        {
          flags: "--fields",
          summary: "show instead which fields of a client each provider holds, and in what form",
        },
      ],
      examples: [
        "astralis config show",
        "astralis config show --json",
        "astralis config show --fields",
      ],
      run: async (context, input) => {
        const loaded = await load(context);
        if (input.flag("fields")) {
          const { fieldColumns } = await import("../field-columns.ts");
          const { listFields } = await import("../../queries/fields.ts");
          const { fieldsText } = await import("../views/fields.ts");
          const document = listFields(await fieldColumns(loaded, context.settings.org));
          return { document, text: (look) => fieldsText(document, look) };
        }
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
