import type { CommandBody } from "../command.ts";
import { signInOptions } from "../sign-in.ts";

export const reconnect: CommandBody = {
  details:
    "For a grant that ended, was revoked or lacks a scope, and for a new key. Cursors and mappings go on. A " +
    "sign-in to another account than before is refused.",
  arguments: [{ form: "<connection>", summary: "the connection's name" }],
  options: signInOptions,
  examples: [
    "astralis reconnect gmail",
    "astralis reconnect billing --api-key-stdin < key.txt",
    "astralis reconnect gmail --no-browser",
  ],
  run: async (context, input) => {
    const { connectDeclared } = await import("../connect-actions.ts");
    const app = await context.openApp();
    const org = app.org(context.settings.org);
    return connectDeclared(context, app, { org, name: input.required(0), input });
  },
};
