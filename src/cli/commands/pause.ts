import type { CommandBody } from "../command.ts";

export const pause: CommandBody = {
  details:
    "Syncs leave the connection out until `astralis resume`; what changes meanwhile is found then.",
  arguments: [{ form: "<connection>", summary: "the connection's name" }],
  examples: ["astralis pause billing"],
  run: async (context, input) => {
    const { connectionOf } = await import("../connect-actions.ts");
    const app = await context.openApp();
    const org = app.org(context.settings.org);
    const { name } = connectionOf(org, input.required(0));
    const changed = await app.connections.pause(await app.target(org, name));
    return {
      document: { org: org.name, connection: name, changed },
      text: () =>
        changed
          ? `${name} is paused; \`astralis resume ${name}\` ends that.`
          : `${name} was paused already.`,
    };
  },
};
