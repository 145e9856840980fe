import type { CommandBody } from "../command.ts";

export const retry: CommandBody = {
  details:
    "Records and writes that were set aside with a reason are looked at again by the next sync: those of one " +
    "connection, or of all of them.",
  options: [{ flags: "--connection <name>", summary: "only this connection" }],
  examples: ["astralis retry", "astralis retry --connection billing && astralis sync"],
  run: async (context, input) => {
    const app = await context.openApp();
    const org = app.org(context.settings.org);
    const connections = await app.engine.retry(org, input.text("connection"));
    const document = { org: org.name, connections };
    const count = connections.reduce((sum, { reopened }) => sum + reopened, 0);
    return {
      document,
      text: () =>
        count === 0
          ? "Nothing was set aside."
          : `${count} reopened; \`astralis sync\` tries ${count === 1 ? "it" : "them"} again.`,
    };
  },
};
