import type { CommandBody } from "../command.ts";

export const disconnect: CommandBody = {
  details:
    "Ends the grant at the provider where it can be ended, and forgets it here. Clients and their mappings are " +
    "kept: whoever connects the same account again goes on with them.",
  arguments: [{ form: "<connection>", summary: "the connection's name" }],
  examples: ["astralis disconnect gmail"],
  run: async (context, input) => {
    const { connectionOf } = await import("../connect-actions.ts");
    const app = await context.openApp();
    const org = app.org(context.settings.org);
    const { name } = connectionOf(org, input.required(0));
    const target = await app.target(org, name);
    const { revocation, mappingsKept } = await app.connections.disconnect(target);
    const kept =
      mappingsKept === 0
        ? "No client was mapped to it."
        : `${mappingsKept} clients keep their mapping to it: the same account, connected again, goes on with them.`;
    return {
      document: {
        org: org.name,
        connection: name,
        provider: target.provider.name,
        revocation: revocation?.outcome ?? null,
        mappings_kept: mappingsKept,
      },
      text: () =>
        [
          revocation === null ? `${name} was not signed in.` : `Disconnected ${name}.`,
          ...(revocation?.message ? [revocation.message] : []),
          kept,
        ].join("\n"),
    };
  },
};
