import { afterEach, describe, expect, it } from "vitest";
import { ProviderError } from "../../../src/lib/errors.ts";
import { isRecord } from "../../../src/lib/json.ts";
import type { Filter } from "../../../src/model/connection.ts";
import type { Observation } from "../../../src/model/observation.ts";
import { loadProvider, providerNames } from "../../../src/providers/registry.ts";
import type { Sandbox } from "../../../src/sandbox/kit/server.ts";
import { signIn as gmailSignIn } from "../../conformance/provider-gmail-records.ts";
import { signIn as hubspotSignIn } from "../../conformance/provider-hubspot-records.ts";
import {
  cursorNow,
  cursorOf,
  openRoom,
  pullAll,
  type Entrance,
  type Room,
} from "../../conformance/provider-room.ts";
import { signIn as salesforceSignIn } from "../../conformance/provider-salesforce-records.ts";

/** How another program of the account's owner puts records inside and outside. */
interface Subject extends Entrance {
  readonly filter: Filter;
  /** Another one, which means nothing there. */
  readonly unknown: Filter | null;
  readonly unmet: string;
  prepare?(room: Room): Promise<void>;
  /** The new record's id. */
  add(room: Room, email: string, inside: boolean): Promise<string>;
  move(room: Room, id: string, inside: boolean): Promise<void>;
}

type Body = URLSearchParams | Readonly<Record<string, unknown>>;

async function send(room: Room, method: string, path: string, body: Body) {
  const { credentials } = room.sandbox.describe();
  const isForm = body instanceof URLSearchParams;
  const response = await fetch(`${room.sandbox.origin}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${credentials["api_key"] ?? credentials["access_token"]}`,
      ...(isForm ? {} : { "content-type": "application/json" }),
    },
    body: isForm ? body : JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  const answer: unknown = text === "" ? {} : JSON.parse(text);
  return isRecord(answer) ? answer : {};
}

const group = { name: "" };
const contacts = "/crm/objects/2026-03/contacts";
const sobject = "/services/data/v66.0/sobjects/Contact";
const stage = (inside: boolean) => ({ lifecyclestage: inside ? "customer" : "lead" });

const subjects: readonly Subject[] = [
  {
    provider: "stripe",
    vendor: "stripe",
    signIn: async (sandbox: Sandbox) => sandbox.describe().credentials["api_key"] ?? "",
    filter: { "metadata.tier": "gold" },
    unknown: null,
    unmet: 'its metadata.tier is not "gold"',
    add: async (room, email, inside) => {
      const tier = inside ? { "metadata[tier]": "gold" } : {};
      const form = new URLSearchParams({ email, ...tier });
      return String((await send(room, "POST", "/v1/customers", form))["id"]);
    },
    move: async (room, id, inside) => {
      const form = new URLSearchParams({ "metadata[tier]": inside ? "gold" : "" });
      await send(room, "POST", `/v1/customers/${id}`, form);
    },
  },
  {
    provider: "gmail",
    vendor: "google",
    signIn: gmailSignIn,
    filter: { group: "Fairs" },
    unknown: { group: "Nobody" },
    unmet: 'its group is not "Fairs"',
    prepare: async (room) => {
      const made = await send(room, "POST", "/v1/contactGroups", {
        contactGroup: { name: "Fairs" },
      });
      group.name = String(made["resourceName"]);
    },
    add: async (room, email, inside) => {
      const made = await send(room, "POST", "/v1/people:createContact?personFields=metadata", {
        emailAddresses: [{ value: email }],
      });
      const id = String(made["resourceName"]);
      if (inside)
        await send(room, "POST", `/v1/${group.name}/members:modify`, { resourceNamesToAdd: [id] });
      return id;
    },
    move: async (room, id, inside) => {
      const list = inside ? "resourceNamesToAdd" : "resourceNamesToRemove";
      await send(room, "POST", `/v1/${group.name}/members:modify`, { [list]: [id] });
    },
  },
  {
    provider: "hubspot",
    vendor: "hubspot",
    signIn: hubspotSignIn,
    filter: { lifecyclestage: "customer" },
    unknown: { shoe_size: "42" },
    unmet: 'its lifecyclestage is not "customer"',
    add: async (room, email, inside) => {
      const properties = { email, ...stage(inside) };
      return String((await send(room, "POST", contacts, { properties }))["id"]);
    },
    move: async (room, id, inside) =>
      void (await send(room, "PATCH", `${contacts}/${id}`, { properties: stage(inside) })),
  },
  {
    provider: "salesforce",
    vendor: "salesforce",
    signIn: salesforceSignIn,
    filter: { leadsource: "Web" },
    unknown: { Shoe_Size__c: "42" },
    unmet: 'its leadsource is not "Web"',
    add: async (room, Email, inside) => {
      const body = { LastName: "Berg", Email, LeadSource: inside ? "Web" : "Other" };
      return String((await send(room, "POST", sobject, body))["id"]);
    },
    move: async (room, id, inside) => {
      const body = { LeadSource: inside ? "Web" : null };
      await send(room, "PATCH", `${sobject}/${id}`, body);
    },
  },
];

const rooms: Room[] = [];
afterEach(async () => {
  await Promise.all(rooms.splice(0).map((room) => room.close()));
});

async function enter(subject: Subject, filter: Filter | null): Promise<Room> {
  const room = await openRoom(subject, { clients: 1, ...(filter === null ? {} : { filter }) });
  rooms.push(room);
  await subject.prepare?.(room);
  return room;
}

const outsides = (observations: readonly Observation[]) =>
  Object.fromEntries(observations.map((seen) => [seen.externalId, seen.outside ?? "inside"]));

describe.each(subjects)("the filter of $provider", (subject) => {
  const { filter, unmet } = subject;

  it("shows what is outside as well, and says so, in listings and look-ups", async () => {
    const room = await enter(subject, filter);
    const inside = await subject.add(room, "ada@example.com", true);
    const outside = await subject.add(room, "bob@example.com", false);
    room.clock.advance(600_000);
    const all = (await pullAll(room.clients, null)).flatMap((page) => page.observations);
    expect(all).toHaveLength(3);
    expect(outsides(all)).toMatchObject({ [inside]: "inside", [outside]: unmet });
    const found = await room.clients.get([inside, outside]);
    expect(found.map((one) => one.kind === "found" && one.observation.outside)).toEqual([
      undefined,
      unmet,
    ]);
    const byEmail = await room.clients.find({ ownId: "none", emails: ["bob@example.com"] });
    expect(outsides(byEmail)).toEqual({ [outside]: unmet });
  });

  it("tells who came in and who left, and never that somebody is gone", async () => {
    const room = await enter(subject, filter);
    const leaving = await subject.add(room, "ada@example.com", true);
    const coming = await subject.add(room, "bob@example.com", false);
    room.clock.advance(3_600_000);
    const cursor = await cursorNow(room.clients);
    room.clock.advance(600_000);
    await subject.move(room, leaving, false);
    await subject.move(room, coming, true);
    room.clock.advance(600_000);
    const pages = await pullAll(room.clients, cursor);
    const seen = pages.flatMap((page) => page.observations);
    expect(seen.map(({ state }) => state)).toEqual(["present", "present"]);
    expect(outsides(seen)).toEqual({ [leaving]: unmet, [coming]: "inside" });
    expect(cursorOf(pages.at(-1))).not.toBe("");
  });

  it("puts what is created inside, one or several", async () => {
    const room = await enter(subject, filter);
    const create = (email: string) => ({
      fields: { email, name: "Ada" },
      ownId: `0190-${email.slice(0, 3)}`,
      key: `create-${email}`,
    });
    const many = room.clients.createMany;
    const answers = [
      await room.clients.create(create("ada@example.com")),
      ...((await many?.([create("bob@example.com"), create("eve@example.com")])) ?? []),
    ];
    room.clock.advance(3_600_000);
    const ids = answers.map((one) => (one.kind === "done" ? one.observation.externalId : one.kind));
    const found = await room.clients.get(ids);
    expect(
      found.map((one) => one.kind === "found" && (one.observation.outside ?? "inside")),
    ).toEqual(ids.map(() => "inside"));
  });

  it("leaves observations as they were where there is none", async () => {
    const room = await enter(subject, null);
    const [page] = await pullAll(room.clients, null);
    expect(page?.observations.every((seen) => !("outside" in seen))).toBe(true);
  });
});

describe.each(subjects.filter(({ unknown }) => unknown !== null))(
  "a filter that names what $provider does not have",
  (subject) => {
    it("is an error, and not an account without records", async () => {
      const room = await enter(subject, subject.unknown);
      const error: unknown = await pullAll(room.clients, null).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(ProviderError);
      const told = error instanceof ProviderError ? `${error.message} ${error.hint}` : "";
      const names = Object.entries(subject.unknown ?? {}).flat();
      expect(names.some((name) => told.includes(name))).toBe(true);
    });
  },
);

describe("what a filter can name", () => {
  it.each([
    ["stripe", { "metadata.tier": null, tier: /metadata/, "metadata.a[b": /key/ }],
    ["gmail", { group: null, label: /narrowed/ }],
    ["hubspot", { lifecyclestage: null, "Lead Status": /internal name/ }],
    ["salesforce", { LeadSource: null, "Owner.Name": /itself/, "Id) OR (": /itself/ }],
  ])("is known of %s", async (name, expected) => {
    const filter = (await loadProvider(name)).clients?.filter;
    for (const [key, problem] of Object.entries(expected)) {
      const told = filter?.problem(key, "x");
      if (problem === null) expect([key, told]).toEqual([key, null]);
      else expect([key, told]).toEqual([key, expect.stringMatching(problem)]);
    }
  });

  it("keeps the id of ours out of Stripe's, and values to their length", async () => {
    const filter = (await loadProvider("stripe")).clients?.filter;
    expect(filter?.problem("metadata.astralis_client_id", "x")).toContain("own");
    expect(filter?.problem("metadata.tier", "x".repeat(501))).toContain("500");
  });

  it("is told to people wherever there is a filter", async () => {
    const providers = await Promise.all(providerNames.map(loadProvider));
    const told = providers.flatMap(({ clients }) => clients?.filter?.possible ?? []);
    expect(told.length).toBeGreaterThan(3);
    expect(told.every((text) => text.includes("`"))).toBe(true);
  });
});
