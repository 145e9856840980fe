import type { CommandBody } from "../command.ts";

export const init: CommandBody = {
  details:
    "Asks on a terminal for what the flags leave open; elsewhere the flags and the defaults are taken. A file " +
    "that is there already is never overwritten.",
  options: [
    { flags: "--title <text>", summary: "what people call the organization" },
    { flags: "--storage <url>", summary: "sqlite:<path> or postgres://<user>@<host>/<database>" },
    {
      flags: "--provider <name>",
      summary: "declare a connection to this provider (repeatable)",
      repeatable: true,
    },
    { flags: "--country <code>", summary: "two letters, where a provider demands a country" },
  ],
  examples: [
    "astralis init",
    "astralis init --org acme --title 'Acme Inc' --provider gmail --provider stripe",
    "astralis init --config crm/astralis.config.yaml --storage '${DATABASE_URL}'",
  ],
  run: async (context, input) => {
    const { initialise } = await import("../init-actions.ts");
    return initialise(context, input);
  },
};
