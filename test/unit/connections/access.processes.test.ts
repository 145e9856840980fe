import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, expect, it } from "vitest";
import { startAuthorizationServer } from "../../support/authorization-server.ts";
import type { AuthorizationServer } from "../../support/authorization-server.ts";
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

it("two processes that find the same single-use token due refresh it once, and both go on", async () => {
  const facts = { origin: server.origin, issuedAtMs: Date.now() - 3_600_000 };
  const credential = oauthCredential(server.grant(), facts);
  await room.vault.replaceCredential(room.connection.id, credential);
  server.set({ delayMs: 100 });
  const processes = [startProcess(), startProcess()];
  try {
    for (const one of processes) expect(await one.line()).toBe("ready");
    for (const one of processes) one.go();
    const answers = await Promise.all(processes.map((one) => one.line()));
    const entry = await room.vault.readCredential(room.connection.id);
    expect(server.tokenRequests).toHaveLength(1);
    expect(new Set(answers).size).toBe(1);
    expect(entry?.credential).toMatchObject({ accessToken: String(answers[0]).replace("go ", "") });
    expect(entry?.previous).toEqual(credential);
  } finally {
    for (const one of processes) one.stop();
  }
});

function startProcess() {
  const script = new URL("../../support/refresh-process.ts", import.meta.url).pathname;
  const facts = [room.file, room.connection.id, server.origin, server.clientSecret];
  const child = spawn(process.execPath, [script, ...facts], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    line: async () => String((await lines.next()).value),
    go: () => child.stdin.end("go\n"),
    stop: () => child.kill("SIGKILL"),
  };
}
