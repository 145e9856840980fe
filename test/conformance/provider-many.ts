import { describe, expect, it } from "vitest";
import { AstralisError, ProviderError } from "../../src/lib/errors.ts";
import type { Observation } from "../../src/model/observation.ts";
import { loadProvider } from "../../src/providers/registry.ts";
import type {
  ClientsSession,
  CreateRequest,
  ManyAnswer,
  UpdateRequest,
} from "../../src/providers/provider.ts";
import { pullAll, type Enter, type Room } from "./provider-room.ts";

/** The verbs on several records at once, where the provider declares the capability `batch`; else that there are none. */
export function testMany(provider: string, enter: Enter): void {
  describe("several at once", async () => {
    const { clients } = await loadProvider(provider);
    const size = clients?.batch;
    if (size === undefined) {
      it("is not offered where no batch is declared", async () => {
        const room = await enter();
        const verbs = Object.keys(room.clients).filter((verb) => verb.endsWith("Many"));
        expect(verbs).toEqual([]);
      });
      return;
    }
    testSize(size, enter);
    testCreates(enter);
    testUpdates(enter);
    testTroubles(enter);
  });
}

function testSize(size: number, enter: Enter): void {
  it("takes as many as it declares in a few requests, and answers in their order", async () => {
    const room = await enter({ clients: 0 });
    const requests = creates(size);
    const made = (await many(room).createMany(requests)).map(observed);
    expect(made.map(emailOf)).toEqual(requests.map(({ fields }) => fields["email"]));
    expect(room.served().requests).toBeLessThan(5);
    room.sandbox.control.clearLedger();
    const moved = await many(room).updateMany(
      made.map((seen, at) => updateOf(seen, { phone: `+44 20 7946 ${1000 + at}` })),
    );
    expect(moved.map((answer) => observed(answer).externalId)).toEqual(made.map(idOf));
    expect(moved.map((answer) => observed(answer).fields["phone"])).toEqual(
      made.map((_, at) => `+44 20 7946 ${1000 + at}`),
    );
    expect(room.served().requests).toBeLessThan(7);
    const listed = (await pullAll(room.clients, null)).flatMap((page) => page.observations);
    expect(listed.map(idOf).toSorted()).toEqual(made.map(idOf).toSorted());
  });

  it("takes no more than it declares: that is the caller's error, and nothing is sent", async () => {
    const room = await enter({ clients: 1 });
    const [seen] = (await pullAll(room.clients, null)).flatMap((page) => page.observations);
    if (seen === undefined) throw new Error("nothing is seeded");
    room.sandbox.control.clearLedger();
    const updates = Array.from({ length: size + 1 }, () => updateOf(seen, { phone: "+1" }));
    expect((await errorOf(many(room).createMany(creates(size + 1)))).code).toBe("internal");
    expect((await errorOf(many(room).updateMany(updates))).code).toBe("internal");
    expect(room.served().requests).toBe(0);
  });

  it("sends nothing for nothing", async () => {
    const room = await enter({ clients: 0 });
    expect(await many(room).createMany([])).toEqual([]);
    expect(await many(room).updateMany([])).toEqual([]);
    expect(room.served().requests).toBe(0);
  });
}

function testCreates(enter: Enter): void {
  it("creates the good ones beside one that is refused", async () => {
    const room = await enter({ clients: 0 });
    const requests = creates(7);
    requests.splice(3, 1, createOf("no address at all"));
    const answers = await many(room).createMany(requests);
    expect(answers.map((answer) => answer.kind)).toEqual(
      requests.map((_, at) => (at === 3 ? "refused" : "done")),
    );
    expect(JSON.stringify(answers[3])).not.toContain("no address");
    await checkListed(room, answers);
  });

  it("answers for a taken address as the single verb does, and creates the others", async () => {
    const room = await enter({ clients: 0 });
    const holder = observed(await room.clients.create(createOf("ada@example.com")));
    const alone = await room.clients.create(createOf("ada@example.com"));
    const before = (await pullAll(room.clients, null)).flatMap((page) => page.observations);
    const requests = creates(6);
    requests.splice(2, 0, createOf("ada@example.com"));
    const answers = await many(room).createMany(requests);
    const taken = answers[2];
    expect(taken?.kind).toBe(alone.kind);
    if (taken?.kind === "exists") expect(taken.externalId).toBe(holder.externalId);
    const others = answers.filter((_, at) => at !== 2);
    expect(others.map(emailOfAnswer)).toEqual(
      requests.filter((_, at) => at !== 2).map(({ fields }) => fields["email"]),
    );
    await checkListed(room, answers, before);
  });

  it("answers for each where all are refused", async () => {
    const room = await enter({ clients: 0 });
    const answers = await many(room).createMany([1, 2, 3].map((at) => createOf(`bad ${at}`)));
    expect(answers.map((answer) => answer.kind)).toEqual(["refused", "refused", "refused"]);
    await checkListed(room, answers);
  });
}

function testUpdates(enter: Enter): void {
  it("writes to those that are as expected, and to no other", async () => {
    const room = await enter({ clients: 0 });
    const made = (await many(room).createMany(creates(5))).map(observed);
    const [moved, removed, same, plain, bad] = made;
    if (!moved || !removed || !same || !plain || !bad) throw new Error("nothing was created");
    observed(await room.clients.update(updateOf(moved, { phone: "+49 30 901820" })));
    await room.clients.remove(removed.externalId);
    room.sandbox.control.clearLedger();
    const answers = await many(room).updateMany([
      updateOf(moved, { name: "Somebody Else" }),
      updateOf(removed, { name: "Somebody Else" }),
      updateOf(same, { name: same.fields["name"] ?? null }),
      updateOf(plain, { name: "Ada King" }),
      updateOf(bad, { email: "no address at all" }),
    ]);
    expect(answers.map((answer) => answer.kind)).toEqual([
      "stale",
      "gone",
      "done",
      "done",
      "refused",
    ]);
    expect(JSON.stringify(answers[4])).not.toContain("no address");
    const ids = [moved, plain, bad].map(idOf);
    const names = (await room.clients.get(ids)).map((found) =>
      found.kind === "found" ? found.observation.fields["name"] : found.kind,
    );
    expect(names).toEqual([moved.fields["name"], "Ada King", bad.fields["name"]]);
    expect(answers[2] && observed(answers[2]).fields).toEqual(same.fields);
  });

  it("writes nothing where nothing changes", async () => {
    const room = await enter({ clients: 0 });
    const made = (await many(room).createMany(creates(3))).map(observed);
    room.sandbox.control.clearLedger();
    const answers = await many(room).updateMany(made.map((seen) => updateOf(seen, seen.fields)));
    expect(answers.map((answer) => observed(answer).fields)).toEqual(
      made.map((seen) => seen.fields),
    );
    expect(room.served().writes).toBe(0);
  });
}

function testTroubles(enter: Enter): void {
  it("creates nothing twice when the answer is lost: looking finds each once", async () => {
    const room = await enter({ clients: 0 });
    room.sandbox.control.addFaults({ match: { method: "POST" }, kind: "lost-answer" });
    const requests = creates(6);
    const error = await errorOf(many(room).createMany(requests));
    expect(error.code).toBe("provider-unavailable");
    expect(error instanceof ProviderError && error.executed).toBe("unknown");
    room.clock.advance(room.capabilities.searchLagSeconds * 1000);
    for (const { fields, ownId } of requests) {
      const emails = [String(fields["email"])];
      expect((await room.clients.find({ ownId, emails })).length).toBe(1);
    }
    const listed = (await pullAll(room.clients, null)).flatMap((page) => page.observations);
    expect(listed.length).toBe(6);
  });

  it("throws when it is asked to slow down before anything was done", async () => {
    const room = await enter({ clients: 0 });
    const fault = { match: {}, kind: "status", status: 429, retryAfterSeconds: 7 } as const;
    room.sandbox.control.addFaults(fault);
    const error = await errorOf(many(room).createMany(creates(3)));
    expect([error.code, error.retry]).toEqual(["rate-limited", { afterSeconds: 7 }]);
    expect(error instanceof ProviderError && error.executed).toBe("no");
    expect(room.served().writes).toBe(0);
  });

  it("needs a person where the grant has ended", async () => {
    const access = { token: async () => "wrong00", renew: async () => "wrong11" };
    const room = await enter({ clients: 0, access });
    expect((await errorOf(many(room).createMany(creates(2)))).code).toBe("reauth-required");
  });
}

/** Exactly what the answers call done is there, beside what was there before. */
async function checkListed(
  room: Room,
  answers: readonly ManyAnswer[],
  before: readonly Observation[] = [],
): Promise<void> {
  const made = answers.flatMap((answer) => (answer.kind === "done" ? [answer.observation] : []));
  const listed = (await pullAll(room.clients, null)).flatMap((page) => page.observations);
  expect(listed.map(idOf).toSorted()).toEqual([...before, ...made].map(idOf).toSorted());
}

function many({ clients }: Room): Required<Pick<ClientsSession, "createMany" | "updateMany">> {
  const notOffered = () => {
    throw new Error("a batch is declared, but the verbs for it are not offered");
  };
  return {
    createMany: async (requests) => (await clients.createMany?.(requests)) ?? notOffered(),
    updateMany: async (requests) => (await clients.updateMany?.(requests)) ?? notOffered(),
  };
}

let count = 0;

function createOf(email: string): CreateRequest {
  count += 1;
  const fields = { email, name: `Ada Lovelace${count}` };
  return { fields, ownId: `0190-many-${count}`, key: `many-${count}` };
}

function creates(length: number): CreateRequest[] {
  return Array.from({ length }, () => createOf(`ada${(count += 1)}@example.com`));
}

function updateOf(seen: Observation, changes: UpdateRequest["changes"]): UpdateRequest {
  count += 1;
  const expected = { version: seen.version, fields: seen.fields };
  return { externalId: seen.externalId, changes, expected, key: `many-${count}` };
}

function observed(answer: ManyAnswer): Observation {
  if (answer.kind !== "done") throw new Error(`the write ended as ${JSON.stringify(answer)}`);
  return answer.observation;
}

function idOf(seen: Observation): string {
  return seen.externalId;
}

function emailOf(seen: Observation): unknown {
  return seen.fields["email"];
}

function emailOfAnswer(answer: ManyAnswer): unknown {
  return emailOf(observed(answer));
}

async function errorOf(work: Promise<unknown>): Promise<AstralisError> {
  const outcome = await work.then(
    () => new Error("it succeeded"),
    (error: unknown) => error,
  );
  if (outcome instanceof AstralisError) return outcome;
  throw outcome;
}
