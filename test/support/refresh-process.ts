/**
 * Asks for a token as one process among several, once a line arrives on standard input, and prints it and where the API is:
 * `refresh-process.ts <database> <connection id> <origin> <client secret> <changes of the sign-in as JSON>`.
 */
import { createInterface } from "node:readline";
import { createAccess } from "../../src/connections/access.ts";
import { createCipher } from "../../src/connections/cipher.ts";
import { createVault } from "../../src/connections/vault.ts";
import { openStore } from "../../src/store/open.ts";
import { createDeps, endpointsAt, notebookThat, testSecret } from "./signed-in-room.ts";

const [file = "", id = "", origin = "", clientSecret = "", changes = "{}"] = process.argv.slice(2);
const { provider } = notebookThat(JSON.parse(changes));
const deps = createDeps();
const store = await openStore({ kind: "sqlite", file }, deps);
const vault = createVault({
  credentials: store.credentials,
  cipher: createCipher(testSecret),
  clock: deps.clock,
});
const access = await createAccess({ id, name: "notes", orgName: "acme" }, provider, {
  endpoints: endpointsAt(origin),
  app: { clientId: "client-1", clientSecret, redirectPort: null },
  vault,
  leases: store.leases,
  connections: store.connections,
  deps,
  holder: `process ${process.pid}`,
});
process.stdout.write("ready\n");
for await (const line of createInterface({ input: process.stdin })) {
  const token = await access.token();
  process.stdout.write(`${line} ${token} ${access.apiOrigin}\n`);
  break;
}
await store.close();
