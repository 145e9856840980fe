import { describe, expect, it } from "vitest";
import { isRecord } from "../../../../src/lib/json.ts";
import type {
  CreateRequest,
  ManyAnswer,
  UpdateRequest,
} from "../../../../src/providers/provider.ts";
import { rewriting, type Interceptor, type Room } from "../../../conformance/provider-room.ts";
import {
  bodiesOf,
  contact,
  contactsPath,
  createOf,
  enter,
  observed,
  requestsOf,
  seen,
  updateOf,
} from "./hubspot-room.ts";

const creates = (emails: readonly string[]) =>
  emails.map((email, at) => createOf({ email, name: `Ada ${at}` }));

const emails = (count: number) => Array.from({ length: count }, (_, at) => `ada${at}@example.com`);

async function create(room: Room, requests: readonly CreateRequest[]) {
  return (await room.clients.createMany?.(requests)) ?? [];
}

async function update(room: Room, requests: readonly UpdateRequest[]) {
  return (await room.clients.updateMany?.(requests)) ?? [];
}

const kinds = (answers: readonly ManyAnswer[]) => answers.map(({ kind }) => kind);

const emailsOf = (answers: readonly ManyAnswer[]) =>
  answers.map((answer) => ("observation" in answer ? answer.observation.emails[0] : answer.kind));

/** Rewrites answers to batches of writes alone. */
function onBatches(
  change: (body: Record<string, unknown>) => unknown,
  status?: number,
): Interceptor {
  return async (path, send) => {
    if (!/batch\/(create|update)$/.test(path)) return send();
    const changed = rewriting((body) => change(isRecord(body) ? body : {}));
    const response = await changed(path, send);
    return status === undefined ? response : new Response(response.body, { status });
  };
}

function resultsOf(body: Record<string, unknown>): readonly Record<string, unknown>[] {
  return Array.isArray(body["results"]) ? body["results"].filter(isRecord) : [];
}

describe("many creates in HubSpot", () => {
  it("go in one request, each with a trace id of its own", async () => {
    const room = await enter();
    const answers = await create(room, creates(emails(100)));
    expect(emailsOf(answers)).toEqual(emails(100));
    expect(requestsOf(room)).toEqual(["POST /batch/create"]);
    const traceIds = bodiesOf(room, "/batch/create")
      .join()
      .match(/"objectWriteTraceId":"\d+"/g);
    expect(new Set(traceIds).size).toBe(100);
  });

  it("learn from the answer itself which of them are refused, and whose address is taken", async () => {
    const room = await enter();
    const holder = await contact(room, { email: "taken@example.com" });
    room.sandbox.control.clearLedger();
    const answers = await create(
      room,
      creates(["a@example.com", "taken@example.com", "not one", "b@example.com"]),
    );
    expect(kinds(answers)).toEqual(["done", "exists", "refused", "done"]);
    expect(answers[1]).toEqual({ kind: "exists", externalId: holder });
    expect(answers[2]).toEqual({
      kind: "refused",
      message: "HubSpot does not accept the contact's email (INVALID_EMAIL)",
    });
    expect(requestsOf(room)).toEqual(["POST /batch/create"]);
  });

  it("read a refusal from its message where it has no parts", async () => {
    const room = await enter();
    room.intercept(
      onBatches((body) => ({
        ...body,
        errors: (Array.isArray(body["errors"]) ? body["errors"] : [])
          .filter(isRecord)
          .map(({ errors: _errors, ...rest }) => rest),
      })),
    );
    const answers = await create(room, creates(["a@example.com", "not one"]));
    expect(answers[1]).toEqual({
      kind: "refused",
      message: "HubSpot does not accept the contact's email (INVALID_EMAIL)",
    });
  });

  it("are halved until the one with a taken address stands alone, where HubSpot refuses all of them", async () => {
    const room = await enter();
    room.sandbox.control.changeVendor({ batch_conflict: "whole" });
    const holder = await contact(room, { email: "ada5@example.com" });
    room.sandbox.control.clearLedger();
    const answers = await create(room, creates(emails(16)));
    expect(kinds(answers)).toEqual(emails(16).map((_, at) => (at === 5 ? "exists" : "done")));
    expect(answers[5]).toEqual({ kind: "exists", externalId: holder });
    const made = emailsOf(answers).filter((email) => email !== "exists");
    expect(made).toEqual(emails(16).filter((_, at) => at !== 5));
    // 16 · 8 8 · 4 4 · 2 2 · 1 1
    expect(requestsOf(room).length).toBe(9);
  });

  it("find out which of two with one address comes first", async () => {
    for (const batch_conflict of ["whole", "each"]) {
      const room = await enter();
      room.sandbox.control.changeVendor({ batch_conflict });
      const answers = await create(room, creates(["a@example.com", "A@example.com"]));
      expect(kinds(answers)).toEqual(["done", "exists"]);
      const [first, second] = answers;
      expect(second).toMatchObject({ externalId: first && observed(pick(first)).externalId });
    }
  });

  it("find the errors within a success as well", async () => {
    const room = await enter();
    room.intercept(onBatches((body) => body, 201));
    const answers = await create(room, creates(["a@example.com", "not one", "b@example.com"]));
    expect(kinds(answers)).toEqual(["done", "refused", "done"]);
  });

  it("know their results by what they sent, where no trace id comes back", async () => {
    const room = await enter();
    room.intercept(
      onBatches((body) => ({
        ...body,
        results: resultsOf(body).map(({ objectWriteTraceId: _id, ...rest }) => rest),
      })),
    );
    const answers = await create(room, creates(emails(5)));
    expect(emailsOf(answers)).toEqual(emails(5));
  });

  it("are asked for alone where the errors name none of them", async () => {
    const room = await enter();
    const holder = await contact(room, { email: "taken@example.com" });
    room.intercept(
      onBatches((body) =>
        JSON.parse(JSON.stringify(body).replace(/"context":\{[^}]*\}/g, '"context":{}')),
      ),
    );
    const answers = await create(room, creates(["a@example.com", "taken@example.com", "not one"]));
    expect(kinds(answers)).toEqual(["done", "exists", "refused"]);
    expect(answers[1]).toEqual({ kind: "exists", externalId: holder });
  });

  it("are unknown where the answer leaves them out", async () => {
    const room = await enter();
    room.intercept(onBatches((body) => ({ ...body, results: resultsOf(body).slice(1) })));
    const answers = await create(room, creates(emails(3)));
    expect(kinds(answers).toSorted()).toEqual(["done", "done", "failed"]);
    const failed = answers.find((answer) => answer.kind === "failed");
    expect(failed).toMatchObject({ error: { code: "provider-malformed", executed: "unknown" } });
  });

  it("fail by halves: what is known of the others is told", async () => {
    const room = await enter();
    room.sandbox.control.changeVendor({ batch_conflict: "whole" });
    await contact(room, { email: "ada7@example.com" });
    room.sandbox.control.addFaults({ match: { path: "batch" }, kind: "lost-answer", after: 1 });
    const answers = await create(room, creates(emails(8)));
    expect(kinds(answers)).toEqual([
      ...Array(4).fill("failed"),
      ...Array(3).fill("done"),
      "exists",
    ]);
    expect(answers[0]).toMatchObject({
      error: { code: "provider-unavailable", executed: "unknown" },
    });
    for (const email of emails(8))
      expect((await room.clients.find({ ownId: "", emails: [email] })).length).toBe(1);
  });
});

describe("many updates in HubSpot", () => {
  it("take one read and one write", async () => {
    const room = await enter();
    const made = (await create(room, creates(emails(100)))).map((one) => observed(pick(one)));
    room.sandbox.control.clearLedger();
    const answers = await update(
      room,
      made.map((one) => updateOf(one, { city: "London" })),
    );
    expect(new Set(kinds(answers))).toEqual(new Set(["done"]));
    expect(requestsOf(room)).toEqual(["POST /batch/read", "POST /batch/update"]);
  });

  it("are halved until the one with a taken address stands alone", async () => {
    const room = await enter();
    await contact(room, { email: "taken@example.com" });
    const made = (await create(room, creates(emails(4)))).map((one) => observed(pick(one)));
    const answers = await update(
      room,
      made.map((one, at) =>
        updateOf(one, { email: at === 1 ? "taken@example.com" : `b${at}@example.com` }),
      ),
    );
    expect(emailsOf(answers)).toEqual([
      "b0@example.com",
      "refused",
      "b2@example.com",
      "b3@example.com",
    ]);
  });

  it("tell where a merged contact went, and leave what is left alone", async () => {
    const room = await enter();
    const [first, second] = (await create(room, creates(emails(2)))).map((one) =>
      observed(pick(one)),
    );
    if (!first || !second) throw new Error("nothing was created");
    room.sandbox.control.changeVendor({ merge_with_blank: first.externalId });
    const requests = [first, second].map((one) => updateOf(one, { name: "Ada King" }));
    const [gone, done] = await update(room, requests);
    const into = gone?.kind === "gone" ? (gone.mergedInto ?? "") : "";
    expect((await seen(room, into)).fields["name"]).toBe("Ada 0");
    expect(done?.kind).toBe("done");
  });

  it("tell of one that was merged or archived between the read and the write", async () => {
    for (const way of ["merge_with_blank", "archive"]) {
      const room = await enter();
      const made = (await create(room, creates(emails(3)))).map((one) => observed(pick(one)));
      const id = made[1]?.externalId ?? "";
      room.intercept(async (path, send) => {
        if (path === `${contactsPath}/batch/update`) {
          room.intercept(null);
          if (way === "archive") await room.clients.remove(id);
          else room.sandbox.control.changeVendor({ merge_with_blank: id });
        }
        return send();
      });
      const answers = await update(
        room,
        made.map((one) => updateOf(one, { city: "London" })),
      );
      // A merged one's answer comes under another id: what became of it, only a look tells.
      expect(kinds(answers)).toEqual(["done", way === "archive" ? "gone" : "failed", "done"]);
    }
  });

  it("refuse to write to a record that cannot be read", async () => {
    const room = await enter();
    const made = (await create(room, creates(emails(2)))).map((one) => observed(pick(one)));
    const wrong = made[0]?.externalId;
    room.intercept(async (path, send) => {
      if (path !== `${contactsPath}/batch/read`) return send();
      const spoil = rewriting((body) => ({
        ...(isRecord(body) ? body : {}),
        results: resultsOf(isRecord(body) ? body : {}).map((one) =>
          one["id"] === wrong ? { ...one, properties: { city: 5 } } : one,
        ),
      }));
      return spoil(path, send);
    });
    const answers = await update(
      room,
      made.map((one) => updateOf(one, { city: "London" })),
    );
    expect(answers[0]).toEqual({
      kind: "refused",
      message: "the record there cannot be read: city is not text",
    });
    expect(answers[1]?.kind).toBe("done");
  });
});

/** One of many that ended as the single verb would have. */
function pick(answer: ManyAnswer) {
  if (answer.kind === "failed") throw answer.error;
  return answer;
}
