import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { OAuthSignIn } from "../../../src/providers/provider.ts";
import { startAuthorizationServer } from "../../support/authorization-server.ts";
import type {
  AuthorizationRules,
  AuthorizationServer,
} from "../../support/authorization-server.ts";
import { createDeps, oauthCredential, openRoom } from "../../support/signed-in-room.ts";

type Room = Awaited<ReturnType<typeof openRoom>>;

let server: AuthorizationServer;
let room: Room;

beforeEach(async () => {
  server = await startAuthorizationServer();
  room = await openRoom(createDeps());
});
afterEach(async () => {
  await room.close();
  await server.close();
});

const redirectUri = "https://localhost:8765/callback";

it.each<[string, Partial<OAuthSignIn>, Partial<AuthorizationRules>, string | null]>([
  ["the usual way", {}, {}, null],
  [
    "by HTTP Basic, with the redirect address and an API that moves",
    {
      clientAuthentication: "basic",
      refreshNamesRedirect: true,
      answerNames: { api: "instance_url" },
    },
    {
      authentication: "basic",
      refreshRedirect: true,
      extra: { instance_url: "https://acme.notebook.test" },
    },
    "https://acme.notebook.test",
  ],
])(
  "two processes that find the same single-use token due refresh it once, %s, and both go on",
  async (_name, changes, rules, apiOrigin) => {
    const facts = { origin: server.origin, issuedAtMs: Date.now() - 3_600_000, redirectUri };
    const credential = oauthCredential(server.grant(redirectUri), facts);
    await room.vault.replaceCredential(room.connection.id, credential);
    server.set({ delayMs: 100, ...rules });
    const processes = [startProcess(changes), startProcess(changes)];
    try {
      for (const one of processes) expect(await one.line()).toBe("ready");
      for (const one of processes) one.go();
      const answers = await Promise.all(processes.map((one) => one.line()));
      const entry = await room.vault.readCredential(room.connection.id);
      expect(server.tokenRequests).toHaveLength(1);
      expect(new Set(answers).size).toBe(1);
      expect(answers[0]).toMatch(/^go access-\S+ (https:\S+|null)$/);
      const [, accessToken, told] = String(answers[0]).split(" ");
      expect(told).toBe(String(apiOrigin));
      expect(entry?.credential).toMatchObject({ accessToken, apiOrigin });
      expect(entry?.previous).toEqual(credential);
    } finally {
      for (const one of processes) one.stop();
    }
  },
);

function startProcess(changes: Partial<OAuthSignIn>) {
  const script = new URL("../../support/refresh-process.ts", import.meta.url).pathname;
  const facts = [room.file, room.connection.id, server.origin, server.clientSecret];
  const args = [script, ...facts, JSON.stringify(changes)];
  const child = spawn(process.execPath, args, { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    line: async () => String((await lines.next()).value),
    go: () => child.stdin.end("go\n"),
    stop: () => child.kill("SIGKILL"),
  };
}
