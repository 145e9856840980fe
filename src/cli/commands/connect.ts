import type { CommandBody } from "../command.ts";
import { signInOptions } from "../sign-in.ts";

export const connect: CommandBody = {
  details:
    "Signs in to the organization's one connection of that provider, or to the one named. Where none is " +
    "declared, it is added to the configuration. The key or grant is proved, encrypted and stored here.",
  arguments: [
    { form: "<provider>", summary: "gmail, stripe, hubspot, salesforce, quickbooks or freshbooks" },
  ],
  options: [
    { flags: "--connection <name>", summary: "the connection to sign in, where there are several" },
    ...signInOptions,
    {
      flags: "--accept-other-account",
      summary: "accept another account than before; its records are listed from the start",
    },
  ],
  examples: [
    "astralis connect gmail",
    "astralis connect gmail --no-browser",
    "astralis connect stripe --api-key-stdin < key.txt",
  ],
  run: async (context, input) => {
    const { connectProvider } = await import("../connect-actions.ts");
    return connectProvider(context, input);
  },
};
