import type { Mutation } from "../mutation.ts";

/** Bugs in the adapters, and in what they are reached through. */
export const adapterMutations: readonly Mutation[] = [
  {
    name: "a customer is written whatever it has become",
    law: 6,
    file: "src/providers/stripe/clients.ts",
    find: "if (!asExpected(expected.fields, customerLens.get(actual)))",
    replace: "if (!asExpected({}, customerLens.get(actual)))",
  },
  {
    name: "a contact is written whatever it has become",
    law: 6,
    file: "src/providers/gmail/clients.ts",
    find: "if (!asExpected(request.expected.fields, personLens.get(actual)))",
    replace: "if (!asExpected({}, personLens.get(actual)))",
  },
  {
    name: "a cursor starts after the pass instead of before it",
    law: 5,
    file: "src/providers/stripe/listing.ts",
    find: "const overlapSeconds = 30;",
    replace: "const overlapSeconds = -30;",
  },
  {
    name: "a bad record fails its page",
    law: 11,
    file: "src/providers/kit/records.ts",
    find: "if (!(error instanceof UnreadableRecord)) throw error;",
    replace: "if (error instanceof Error) throw error;",
  },
  {
    name: "a token that is refused is not renewed",
    law: 10,
    file: "src/providers/kit/transport.ts",
    find: "if (response.status === 401)",
    replace: "if (response.status === 407)",
  },
  {
    name: "the token before is not kept",
    law: 10,
    file: "src/connections/refresher.ts",
    find: "return save(answer, { credential, entry, previous: credential });",
    replace: "return save(answer, { credential, entry, previous: null });",
  },
  {
    name: "a token is renewed without reading it again",
    law: 10,
    file: "src/connections/refresher.ts",
    find: 'if (credential.kind !== "oauth" || credential.accessToken !== stale.accessToken) return entry;',
    replace: 'if (credential.kind !== "oauth" || stale.accessToken === "") return entry;',
  },
  {
    name: "a credential goes to an origin that did not issue it",
    law: 10,
    file: "src/connections/token-store.ts",
    find: "if (moved === undefined) return entry;",
    replace: 'if (moved !== "") return entry;',
  },
  {
    name: "Retry-After is ignored",
    law: 11,
    file: "src/lib/pacing.ts",
    find: "retryAfterSeconds(response.headers, clock) ??",
    replace: "retryAfterSeconds(new Headers(), clock) ??",
  },
  {
    name: "the limiter lets everything through",
    law: 11,
    file: "src/lib/pacing.ts",
    find: "if (openMs <= nowMs) break;",
    replace: "if (openMs > 0) break;",
  },
];
