import { afterEach, describe, expect, it } from "vitest";
import {
  clientOf,
  errnoOf,
  listOf,
  openFreshbooks,
  type FreshbooksSandbox,
} from "./freshbooks-room.ts";

let freshbooks: FreshbooksSandbox;

const open = async (clients: number, now = "2026-07-01T12:00:00Z") => {
  freshbooks = await openFreshbooks({ clients, clock: { now: () => Date.parse(now) } });
  return freshbooks;
};

afterEach(() => freshbooks.close());

const idsAt = async (path: string) =>
  listOf(await freshbooks.clients("GET", path)).ids.map((id) => Number(id));

describe("a list", () => {
  it("has at most 100 a page, whatever is asked for, and is empty behind the last one", async () => {
    await open(230);
    const first = listOf(await freshbooks.clients("GET", "?per_page=5000"));
    expect(first).toMatchObject({ page: 1, pages: 3, per_page: 100, total: 230 });
    expect(listOf(await freshbooks.clients("GET", ""))).toMatchObject({ per_page: 15 });
    expect(await idsAt("?page=0&per_page=100")).toEqual(first.ids);
    expect(await idsAt("?page=4&per_page=100")).toEqual([]);
    const pages = [1, 2, 3].map((page) => idsAt(`?page=${page}&per_page=100`));
    expect(new Set((await Promise.all(pages)).flat()).size).toBe(230);
  });

  it("refuses pages that are none, and what it does not know", async () => {
    await open(1);
    const errno = async (query: string) => errnoOf(await freshbooks.clients("GET", `?${query}`));
    expect(await errno("page=-1")).toBe(1014);
    expect(await errno("per_page=none")).toBe(1013);
    expect(await errno("search[updated_min]=2026-07-01T00:00:00")).toBe(1004);
    expect(await errno("search[clientids][]=1")).toBe(1004);
    expect(await errno("sort=id_asc")).toBe(1004);
  });

  it("shows deleted ones only where it is asked for them, archived ones always", async () => {
    await open(3);
    const [first = 0, second = 0, third = 0] = await idsAt("");
    await freshbooks.clients("PUT", `/${first}`, { vis_state: 1 });
    await freshbooks.clients("PUT", `/${second}`, { vis_state: 2 });
    expect(await idsAt("")).toEqual([second, third]);
    expect(await idsAt("?search[vis_state]=1")).toEqual([first]);
    expect(await idsAt("?search[vis_state]=2")).toEqual([second]);
    expect(await idsAt(`?search[userids][]=${first}&search[userids][]=${third}`)).toEqual([third]);
  });

  it("filters by the day in New York, the last one not included", async () => {
    await open(0, "2026-07-02T02:00:00Z");
    await freshbooks.clients("POST", "", { fname: "Ana" });
    const total = async (query: string) => (await idsAt(`?search[${query}`)).length;
    expect(await total("updated_min]=2026-07-01")).toBe(1);
    expect(await total("updated_min]=2026-07-02")).toBe(0);
    expect(await total("updated_max]=2026-07-01")).toBe(0);
    expect(await total("updated_max]=2026-07-02")).toBe(1);
  });

  it("finds an address to the letter, and all that have it", async () => {
    await open(0);
    for (const fname of ["Ana", "Ben"])
      await freshbooks.clients("POST", "", { fname, email: "office@example.com" });
    expect((await idsAt("?search[email]=office%40example.com")).length).toBe(2);
    expect((await idsAt("?search[email]=office")).length).toBe(0);
  });
});

describe("a client", () => {
  it("has its time of change by New York's wall clock, and that of its start in UTC", async () => {
    await open(0);
    const made = clientOf(await freshbooks.clients("POST", "", { fname: "Ana" }));
    expect(made).toMatchObject({
      updated: "2026-07-01 08:00:00",
      signup_date: "2026-07-01 12:00:00",
      vis_state: 0,
      userid: made["id"],
    });
  });

  it("without a name is called by its address, and is refused without that", async () => {
    await open(0);
    const called = clientOf(await freshbooks.clients("POST", "", { email: "a@example.com" }));
    expect(called["organization"]).toBe("a@example.com");
    const named = { email: "a@example.com", lname: "Berg" };
    const other = clientOf(await freshbooks.clients("POST", "", named));
    expect(other["organization"]).toBe("");
    expect(errnoOf(await freshbooks.clients("POST", "", { note: "x" }))).toBe(1001);
  });

  it("loses every other change of a request that names its visibility", async () => {
    await open(1);
    const [id = 0] = await idsAt("");
    const before = clientOf(await freshbooks.clients("GET", `/${id}`));
    const changes = { vis_state: 0, fname: "Lost", note: "lost" };
    expect(clientOf(await freshbooks.clients("PUT", `/${id}`, changes))).toEqual(before);
    const both = { ext_vis_state: 2, vis_state: 1 };
    expect(clientOf(await freshbooks.clients("PUT", `/${id}`, both))["vis_state"]).toBe(2);
  });

  it("changes in what is sent alone, and can be read and restored once it is deleted", async () => {
    await open(1);
    const [id = 0] = await idsAt("");
    const before = clientOf(await freshbooks.clients("GET", `/${id}`));
    const changed = clientOf(await freshbooks.clients("PUT", `/${id}`, { fax: "1" }));
    expect(changed).toEqual({ ...before, fax: "1", updated: changed["updated"] });
    await freshbooks.clients("PUT", `/${id}`, { vis_state: 1 });
    expect(clientOf(await freshbooks.clients("GET", `/${id}`))["vis_state"]).toBe(1);
    await freshbooks.clients("PUT", `/${id}`, { vis_state: 0 });
    expect(await idsAt("")).toEqual([id]);
  });

  it("takes texts as texts, flags as flags, and nothing that is not its own", async () => {
    await open(1);
    const [id = 0] = await idsAt("");
    const errno = async (client: unknown) =>
      errnoOf(await freshbooks.clients("PUT", `/${id}`, client));
    for (const wrong of [{ fname: 5 }, { notified: "yes" }, { vis_state: 3 }, { nickname: "x" }])
      expect([wrong, await errno(wrong)]).toEqual([wrong, 1004]);
    expect(await errno({ email: "no address" })).toBe(1004);
    expect(await errno([])).toBe(1001);
    freshbooks.sandbox.control.changeVendor({ longest_text: 5 });
    expect(await errno({ fname: "longer" })).toBe(1017);
  });

  it("is answered for with errors of both forms, with status 200 as well", async () => {
    await open(0);
    const missing = await freshbooks.clients("GET", "/999999");
    expect([missing.status, errnoOf(missing)]).toEqual([404, 1012]);
    freshbooks.sandbox.control.changeVendor({
      error_shape: "details",
      errors_with_status_200: true,
    });
    const other = await freshbooks.clients("GET", "/999999");
    expect([other.status, other.body]).toMatchObject([
      200,
      { details: [{ reason: "1012", metadata: { object: "client" } }] },
    ]);
  });
});

describe("the sandbox", () => {
  it("makes the same clients of the same seed, and refuses the request that is one too many", async () => {
    await open(20);
    const before = freshbooks.sandbox.control.state();
    freshbooks.sandbox.control.reset();
    expect(freshbooks.sandbox.control.state()).toEqual(before);
    freshbooks.sandbox.control.change({ rateLimitPerSecond: 2 });
    const statuses = [];
    for (let index = 0; index < 3; index += 1)
      statuses.push((await freshbooks.clients("GET", "")).status);
    expect(statuses).toEqual([200, 200, 429]);
  });

  it("knows its settings, and no others", async () => {
    await open(0);
    const { control } = freshbooks.sandbox;
    expect(() => control.changeVendor({ weather: "fine" })).toThrow("weather");
    expect(() => control.changeVendor({ other_business: "middle" })).toThrow("other_business");
    expect(control.vendorSettings()).toMatchObject({ other_business: "none" });
  });
});
