import type { CommandBody } from "../command.ts";

export const resume: CommandBody = {
  details: "The next sync finds what changed meanwhile.",
  arguments: [{ form: "<connection>", summary: "the connection's name" }],
  examples: ["astralis resume billing"],
  run: async (context, input) => {
    const { connectionOf } = await import("../connect-actions.ts");
    const app = await context.openApp();
    const org = app.org(context.settings.org);
    const { name } = connectionOf(org, input.required(0));
    const changed = await app.connections.resume(await app.target(org, name));
    return {
      document: { org: org.name, connection: name, changed },
      text: () => (changed ? `${name} syncs again.` : `${name} was not paused.`),
    };
  },
};
