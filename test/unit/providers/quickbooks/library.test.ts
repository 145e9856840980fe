import { createRequire } from "node:module";
import { afterEach, describe, expect, it } from "vitest";
import { createStepClock } from "../../../../src/lib/clock.ts";
import { createFetch, type Fetch } from "../../../../src/lib/http.ts";
import { createIds } from "../../../../src/lib/ids.ts";
import { silentLog } from "../../../../src/lib/log.ts";
import { createSeededRandom } from "../../../../src/lib/random.ts";
import { quickbooks } from "../../../../src/providers/quickbooks/index.ts";
import { carry, openLibrary } from "../../../../src/providers/quickbooks/library.ts";
import { openInProcess } from "../../../../src/sandbox/start.ts";
import { enter, leave } from "./quickbooks-room.ts";

afterEach(leave);

const clock = createStepClock(Date.parse("2026-11-02T09:00:00Z"));

const open = (realmId: string) =>
  openLibrary({ api: "https://books.invalid", realmId, minorVersion: "75" });

function answering(body: unknown, seen: [string, RequestInit][] = []): Fetch {
  return async (url, init = {}) => {
    seen.push([String(url), init]);
    return Response.json(body);
  };
}

describe("node-quickbooks over a fetch of ours", () => {
  it("spells requests, and sends them with that fetch alone", async () => {
    const library = await open("42");
    const seen: [string, RequestInit][] = [];
    const fetch = answering({ Customer: { Id: "7" } }, seen);
    const answer = await carry(fetch, (done) =>
      library.updateCustomer({ Id: "7", SyncToken: "1", Notes: "ä" }, done),
    );
    expect(answer).toEqual({ Id: "7" });
    const [[url, init] = ["", {}]] = seen;
    expect(url).toBe(
      "https://books.invalid/v3/company/42/customer?operation=update&minorversion=75&format=json",
    );
    expect(init.method).toBe("POST");
    expect(init.body).toBe('{"Id":"7","SyncToken":"1","Notes":"ä","sparse":true}');
    expect(new Headers(init.headers).get("content-type")).toBe("application/json");
  });

  it("keeps calls of several sessions apart that are under way at once", async () => {
    const library = await open("42");
    const ids = ["1", "2", "3"];
    const answers = await Promise.all(
      ids.map((id) =>
        carry(answering({ Customer: { Id: `of session ${id}` } }), (done) =>
          library.getCustomer(id, done),
        ),
      ),
    );
    expect(answers).toEqual(ids.map((id) => ({ Id: `of session ${id}` })));
  });

  it("leaves everyone else's use of axios as it is", async () => {
    const room = await enter();
    await open("42");
    const axios: unknown = createRequire(import.meta.resolve("node-quickbooks"))("axios");
    if (typeof axios !== "function") throw new Error("axios is no function");
    const answer: unknown = await axios({
      url: `${room.sandbox.origin}/v3/company/1/query`,
      validateStatus: () => true,
    });
    expect(answer).toMatchObject({ status: 401, request: { method: "GET" } });
  });

  it("hands a failure of the fetch on as it is", async () => {
    const library = await open("42");
    const failure = new RangeError("no way");
    const fails: Fetch = async () => {
      throw failure;
    };
    await expect(
      carry(fails, (done) => library.findCustomers([{ field: "asc", value: "Id" }], done)),
    ).rejects.toBe(failure);
  });

  it("works where there is no socket at all", async () => {
    const origin = "https://quickbooks.invalid";
    const sandbox = await openInProcess("quickbooks", {
      origin,
      seed: 3,
      clients: 4,
      clock,
      timeoutMs: 1000,
      sleep: (ms) => clock.sleep(ms),
    });
    const { access_token: token = "", realm_id: realmId = "" } = sandbox.describe().credentials;
    const random = createSeededRandom(1);
    const session = quickbooks.open({
      deps: {
        clock,
        random,
        ids: createIds(clock, random),
        log: silentLog,
        fetch: createFetch({
          timeoutMs: 1000,
          maxBytes: 1_000_000,
          userAgent: "astralis-test",
          fetch: (url, init) => sandbox.fetch(url, init),
        }),
      },
      endpoints: { api: origin },
      access: {
        token: async () => token,
        renew: async () => token,
        accountHint: realmId,
        apiOrigin: null,
      },
    });
    expect(await session.account()).toEqual({ id: realmId, name: "Lighthouse Studio" });
    const page = await session.clients?.pull({ cursor: null, page: null });
    expect(page?.observations.length).toBe(4);
    expect(
      sandbox.control.ledger().every(({ headers }) => headers["user-agent"] === "astralis-test"),
    ).toBe(true);
  });

  it("needs the company that the sign-in told of", async () => {
    const room = await enter({ access: { accountHint: null } });
    await expect(room.open().account()).rejects.toMatchObject({ code: "reauth-required" });
    expect(room.served().requests).toBe(0);
  });
});
