import type { CommandBody } from "../command.ts";

export const connections: CommandBody = {
  details: "Every connection that the configuration declares, with its account and state.",
  examples: ["astralis connections", "astralis connections --json"],
  run: async (context) => {
    const app = await context.openApp();
    const org = app.org(context.settings.org);
    const { listConnections } = await import("../../queries/connections.ts");
    const document = await listConnections(app.store, org);
    return {
      document,
      text: (look) =>
        document.connections.length === 0
          ? "No connections; `astralis connect <provider>` adds one."
          : look.table(
              ["connection", "provider", "account", "status", "last complete"],
              document.connections.map((connection) => [
                connection.name,
                connection.provider,
                connection.account?.name ?? "",
                connection.enabled
                  ? [connection.status, connection.reason ?? []].flat().join(": ")
                  : "disabled",
                connection.last_complete_at ?? "never",
              ]),
            ),
    };
  },
};
