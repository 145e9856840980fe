import { describe, expect, it } from "vitest";
import { AstralisError } from "../../../../src/lib/errors.ts";
import { rewriting, type Room } from "../../../conformance/provider-room.ts";
import {
  bodiesOf,
  call,
  contact,
  createOf,
  enter,
  observed,
  requestsOf,
  seen,
  updateOf,
} from "./hubspot-room.ts";

async function merged(room: Room): Promise<{ readonly old: string; readonly into: string }> {
  const old = await contact(room, { email: "ada@example.com", firstname: "Ada" });
  const other = await contact(room, { email: "ada@work.example", phone: "+44 20 7946 0018" });
  const merge = { primaryObjectId: old, objectIdToMerge: other };
  return { old, into: String((await call(room, "POST", "/merge", merge))["id"]) };
}

async function errorOf(work: Promise<unknown>): Promise<AstralisError> {
  const error: unknown = await work.then(
    () => new Error("it succeeded"),
    (thrown: unknown) => thrown,
  );
  if (error instanceof AstralisError) return error;
  throw error;
}

describe("reading HubSpot's contacts by id", () => {
  it("follows an old id of a merged contact, whether or not a batch does", async () => {
    for (const follows of [true, false]) {
      const room = await enter();
      room.sandbox.control.changeVendor({ batch_read_follows_merges: follows });
      const { old, into } = await merged(room);
      const [first, second] = await room.clients.get([old, into]);
      expect(first).toEqual({ kind: "merged", externalId: old, into });
      expect(second?.kind).toBe("found");
    }
  });

  it("reads a hundred at a time", async () => {
    const room = await enter({ clients: 120 });
    const state = room.sandbox.control.state();
    const ids = JSON.stringify(state).match(/"id":"\d+"/g) ?? [];
    const found = await room.clients.get(ids.map((id) => id.slice(6, -1)));
    expect(found.filter(({ kind }) => kind === "found").length).toBe(120);
    expect(requestsOf(room)).toEqual(["POST /batch/read", "POST /batch/read"]);
  });

  it("asks once for many that are archived, and follows the others alone", async () => {
    const room = await enter();
    const ids: string[] = [];
    for (let at = 0; at < 8; at += 1) ids.push(await contact(room, { firstname: `Ada${at}` }));
    for (const id of ids.slice(1)) await call(room, "DELETE", `/${id}`);
    room.sandbox.control.clearLedger();
    const found = await room.clients.get([...ids, "12345"]);
    expect(found.map(({ kind }) => kind)).toEqual(["found", ...Array(8).fill("gone")]);
    expect(requestsOf(room)).toEqual(["POST /batch/read", "POST /batch/read", "GET /{contactId}"]);
  });

  it("tells of a failed batch of reads that nothing was written", async () => {
    const room = await enter({ clients: 1 });
    room.sandbox.control.addFaults({ match: {}, kind: "status", status: 503 });
    const error = await errorOf(room.clients.get(["1"]));
    expect(error).toMatchObject({ code: "provider-unavailable", executed: "no" });
  });

  it("lists the additional addresses behind the primary one, and is found by them", async () => {
    const room = await enter();
    const { into } = await merged(room);
    const observation = await seen(room, into);
    expect(observation.emails).toEqual(["ada@example.com", "ada@work.example"]);
    expect(observation.phones).toEqual(["+44 20 7946 0018"]);
    const found = await room.clients.find({ ownId: "0190", emails: ["ada@work.example"] });
    expect(found.map((one) => one.externalId)).toEqual([into]);
  });

  it("finds nothing by what HubSpot does not take for an address", async () => {
    const room = await enter();
    expect(
      await room.clients.find({ ownId: "0190", emails: ["a/b?c", "użytkownik@例え.jp"] }),
    ).toEqual([]);
  });

  it("finds a contact again that was restored", async () => {
    const room = await enter();
    const id = await contact(room, { email: "ada@example.com" });
    const record = await seen(room, id);
    await room.clients.remove(id);
    expect(await room.clients.get([id])).toEqual([{ kind: "gone", externalId: id }]);
    room.sandbox.control.changeVendor({ restore_contact: id });
    expect((await seen(room, id)).fields).toEqual(record.fields);
  });
});

describe("a create in HubSpot", () => {
  it("with a taken address, primary or additional, names the contact that has it", async () => {
    const room = await enter();
    const { into } = await merged(room);
    for (const email of ["ADA@example.com", "ada@work.example"]) {
      const answer = await room.clients.create(createOf({ email }));
      expect(answer).toEqual({ kind: "exists", externalId: into });
    }
  });

  it("looks for the contact where the refusal does not name it", async () => {
    const room = await enter();
    const id = await contact(room, { email: "ada@example.com" });
    room.intercept(rewriting((body) => JSON.stringify(body).replace(/ Existing ID: \d+/, "")));
    const answer = await room.clients.create(createOf({ email: "ada@example.com" }));
    expect(answer).toEqual({ kind: "exists", externalId: id });
  });

  it("that HubSpot refuses is told by property and code, without the value", async () => {
    const room = await enter();
    expect(await room.clients.create(createOf({ email: "not an address" }))).toEqual({
      kind: "refused",
      message: "HubSpot does not accept the contact's email (INVALID_EMAIL)",
    });
    expect(await room.clients.create(createOf({ company: "Acme" }))).toEqual({
      kind: "refused",
      message: "HubSpot does not accept the contact (VALIDATION_ERROR)",
    });
  });
});

describe("an update in HubSpot", () => {
  it("sends what changed alone, and clears with an empty text", async () => {
    const room = await enter();
    const id = await contact(room, { firstname: "Ada", lastname: "Lovelace", phone: "1" });
    await room.clients.update(updateOf(await seen(room, id), { phone: null, name: "Ada King" }));
    expect(bodiesOf(room, "/{contactId}").filter((body) => body !== "")).toEqual([
      '{"properties":{"phone":"","lastname":"King"}}',
    ]);
  });

  it("knows the fields that the answer leaves out from the read before", async () => {
    const room = await enter();
    const id = await contact(room, { firstname: "Ada", zip: "SW1Y", mobilephone: "2" });
    const answer = await room.clients.update(updateOf(await seen(room, id), { city: "London" }));
    expect(observed(answer).fields).toMatchObject({ name: "Ada", postal_code: "SW1Y" });
    const [found] = await room.clients.get([id]);
    expect({ ...observed(answer), requestedAt: "" }).toEqual({
      ...observed(found),
      requestedAt: "",
    });
  });

  it("to a taken address is refused, without repeating it", async () => {
    const room = await enter();
    await contact(room, { email: "ada@example.com" });
    const id = await contact(room, { email: "other@example.com" });
    const answer = await room.clients.update(
      updateOf(await seen(room, id), { email: "ada@example.com" }),
    );
    expect(answer).toEqual({
      kind: "refused",
      message: "HubSpot has another contact with that e-mail address",
    });
  });

  it("or a removal by an old id of a merged contact leaves the one that is left alone", async () => {
    const room = await enter();
    const id = await contact(room, { email: "ada@example.com", firstname: "Ada" });
    const record = await seen(room, id);
    room.sandbox.control.changeVendor({ merge_with_blank: id });
    const update = await room.clients.update(updateOf(record, { name: "Ada King" }));
    const removal = await room.clients.remove(id);
    const into = update.kind === "gone" ? update.mergedInto : null;
    expect(removal).toEqual({ kind: "gone", mergedInto: into });
    expect((await seen(room, into ?? "")).fields["name"]).toBe("Ada");
    expect(room.served().writes).toBe(1);
  });
});

describe("HubSpot's limits and troubles", () => {
  const waits = async (status: number, policyName?: string) => {
    const room = await enter();
    room.intercept(async (_path, send) => {
      await send();
      return Response.json({ status: "error", policyName }, { status });
    });
    return errorOf(room.clients.find({ ownId: "0190", emails: ["ada@example.com"] }));
  };

  it("are waited for as long as each policy takes, where no header says it", async () => {
    for (const [status, policy, afterSeconds] of [
      [429, "SECONDLY", 1],
      [429, "TEN_SECONDLY_ROLLING", 10],
      [429, "DAILY", 3600],
      [429, undefined, 10],
      [423, undefined, 2],
      [477, undefined, 600],
    ] as const) {
      const error = await waits(status, policy);
      expect([status, error.code, error.retry]).toEqual([status, "rate-limited", { afterSeconds }]);
    }
  });

  it("never lead to a deletion for good", async () => {
    const room = await enter();
    const id = await contact(room, { email: "ada@example.com" });
    room.sandbox.control.clearLedger();
    await room.clients.remove(id);
    expect(requestsOf(room)).toEqual(["GET /{contactId}", "DELETE /{contactId}"]);
  });
});
