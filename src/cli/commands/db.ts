import type { CommandBody } from "../command.ts";

export const db: CommandBody = {
  examples: ["astralis db status", "astralis db migrate"],
  commands: [
    {
      name: "status",
      summary: "list the migrations, and which are still to be applied",
      examples: ["astralis db status --json"],
      run: async (context) => {
        const app = await context.openApp({ schema: "any" });
        const { migrations, newer } = await app.store.schema.status();
        return {
          document: { storage: app.store.kind, migrations, newer },
          text: (look) =>
            [
              look.table(
                ["migration", "applied"],
                migrations.map(({ name, applied }) => [name, applied ?? look.warning("not yet")]),
              ),
              ...newer.map((name) => `${look.bad(name)} is of a newer version of astralis.`),
            ].join("\n"),
        };
      },
    },
    {
      name: "migrate",
      summary: "bring the database's schema up to date",
      examples: ["astralis db migrate"],
      run: async (context) => {
        const app = await context.openApp({ schema: "any" });
        const applied = await app.store.schema.migrate();
        return {
          document: { storage: app.store.kind, applied },
          text: () =>
            applied.length === 0 ? "The schema is up to date." : `Applied ${applied.join(", ")}.`,
        };
      },
    },
  ],
};
