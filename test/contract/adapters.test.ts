import { describe, expect, it } from "vitest";
import type { Fields } from "../../src/model/fields.ts";
import type { Observation } from "../../src/model/observation.ts";
import { cursorNow, openRoom, pullAll, type Room } from "../conformance/provider-room.ts";
import { signIn as signInToFreshbooks } from "../conformance/provider-freshbooks-records.ts";
import { signIn } from "../conformance/provider-gmail-records.ts";
import { signIn as signInToHubSpot } from "../conformance/provider-hubspot-records.ts";
import {
  accountHint as quickBooksCompany,
  signIn as signInToQuickBooks,
} from "../conformance/provider-quickbooks-records.ts";
import { signIn as signInToSalesforce } from "../conformance/provider-salesforce-records.ts";
import type { ActivityObservation } from "../../src/model/activity.ts";
import type { ActivityPage } from "../../src/providers/provider.ts";
import { isRecord } from "../support/json.ts";
import type { ContractChecker } from "../support/contract-checker.ts";
import { contractsOf } from "../support/contracts.ts";
import { createFreshbooksChecker } from "../support/freshbooks-checker.ts";
import { createGoogleChecker } from "../support/google-contract.ts";
import { createHubSpotChecker } from "../support/hubspot-checker.ts";
import { createQuickBooksChecker } from "../support/quickbooks-checker.ts";
import { createSalesforceChecker } from "../support/salesforce-checker.ts";
import { createStripeChecker } from "../support/stripe-checker.ts";

const adapters = [
  {
    entrance: {
      provider: "stripe",
      vendor: "stripe",
      signIn: async (sandbox: Room["sandbox"]) => sandbox.describe().credentials["api_key"] ?? "",
    },
    createChecker: createStripeChecker,
  },
  { entrance: { provider: "gmail", vendor: "google", signIn }, createChecker: createGoogleChecker },
  {
    entrance: { provider: "salesforce", vendor: "salesforce", signIn: signInToSalesforce },
    createChecker: createSalesforceChecker,
  },
  {
    entrance: { provider: "freshbooks", vendor: "freshbooks", signIn: signInToFreshbooks },
    createChecker: createFreshbooksChecker,
  },
  {
    entrance: { provider: "hubspot", vendor: "hubspot", signIn: signInToHubSpot },
    createChecker: createHubSpotChecker,
  },
  {
    entrance: {
      provider: "quickbooks",
      vendor: "quickbooks",
      signIn: signInToQuickBooks,
      accountHint: quickBooksCompany,
    },
    createChecker: createQuickBooksChecker,
  },
];

const values: Fields = {
  email: "zoë@example.com",
  name: "Dr. Zoë Ångström",
  phone: "+46 8 123 456",
  company: "Ångström & Söner [AB]",
  address_line1: "Drottninggatan 1",
  address_line2: "2 tr",
  city: "Stockholm",
  state: "Stockholms län",
  postal_code: "111 51",
  country: "SE",
  notes: "a=b&c[d]=e\n🦊",
};

// The end of the run says so in one line where there is no description to check against.
describe.each(adapters)("the adapter of $entrance.provider", ({ entrance, createChecker }) => {
  const folder = contractsOf(entrance.vendor);

  it.skipIf(folder === null)(
    "sends what the vendor's description allows, and nothing else",
    async () => {
      const checker: ContractChecker = createChecker(folder ?? "");
      const room = await openRoom(entrance, { clients: 550 });
      try {
        await traffic(room);
        const ledger = room.sandbox.control.ledger();
        const problems = ledger.flatMap((entry) => checker.check(entry));
        expect(problems).toEqual([]);
        expect(checker.checked).toBeGreaterThan(30);
      } finally {
        await room.close();
      }
    },
  );
});

/** Each verb at least once, with each field set, changed and cleared, also on records that others filled. */
async function traffic(room: Room): Promise<void> {
  const { clients, capabilities, sandbox } = room;
  await room.open().account();
  const seeded = (await pullAll(clients, null)).flatMap((page) => page.observations);
  const cursor = await cursorNow(clients);
  const email = "zoe@example.com";
  const request = { fields: { ...values, email }, ownId: "0190-own", key: "create-1" };
  sandbox.control.addFaults({ match: { method: "POST" }, kind: "lost-answer" });
  await clients.create(request).catch(() => null);
  if (capabilities.createKeySeconds !== null) await clients.create(request);
  const [own] = await clients.find({ ownId: "0190-own", emails: [email] });
  if (own === undefined) throw new Error("the created record is not found");
  let seen: Observation = own;
  let updates = 0;
  const update = async (changes: Fields) => {
    const { externalId, version, fields } = seen;
    const key = `update-${(updates += 1)}`;
    const answer = await clients.update({
      externalId,
      changes,
      expected: { version, fields },
      key,
    });
    if (answer.kind === "done") seen = answer.observation;
    return answer.kind;
  };
  const filled = seeded.filter((record) => record.fields["address_line1"] !== null).slice(0, 3);
  for (const [at, record] of [own, ...filled].entries()) {
    seen = record;
    // Where addresses are unique, each has one of its own.
    const filledIn = { ...values, email: at === 0 ? email : `zoe${at}@example.com` };
    for (const field of capabilities.lens.fields)
      expect(await update({ [field]: null })).toBe("done");
    expect(await update(filledIn)).toBe("done");
  }
  expect(await update({ email: values["email"] ?? null })).toMatch(/^(done|refused)$/);
  await clients.get([own.externalId, ...seeded.slice(0, 5).map((record) => record.externalId)]);
  await clients.create({
    fields: { email: null, name: "Prince" },
    ownId: "0190-b",
    key: "create-2",
  });
  await clients.create({ fields: { company: "Acme" }, ownId: "0190-c", key: "create-3" });
  await severalAtOnce(room, own);
  expect((await clients.remove(own.externalId)).kind).toBe("done");
  await clients.remove(own.externalId);
  await clients.get([own.externalId]);
  await pullAll(clients, cursor);
  await readActivities(room);
}

/** All of the seeded ones, and then the changes since. */
async function readActivities(room: Room): Promise<void> {
  const { activities } = room.open();
  if (activities === undefined) return;
  const seen: ActivityObservation[] = [];
  const pullFrom = async (cursor: string | null): Promise<string> => {
    let page: string | null = null;
    for (;;) {
      const answer: ActivityPage = await activities.pull({ cursor, page });
      expect(answer.bad).toEqual([]);
      seen.push(...answer.observations);
      if (answer.next.kind === "complete") return answer.next.cursor;
      if (answer.next.kind === "expired") throw new Error("the cursor has expired");
      page = answer.next.page;
    }
  };
  const cursor = await pullFrom(null);
  expect(new Set(seen.map(({ type }) => type)).size).toBeGreaterThan(1);
  seen.length = 0;
  room.clock.advance(60_000);
  const { control } = room.sandbox;
  const [customer] = await pullAll(room.clients, null);
  const made = control.act("invoice", { customer: customer?.observations[0]?.externalId });
  room.clock.advance(60_000);
  control.act("pay", {
    invoice: isRecord(made) ? String(made["id"] ?? made["Id"]) : "",
  });
  room.clock.advance(60_000);
  await pullFrom(cursor);
  expect([...new Set(seen.map(({ type }) => type))].toSorted()).toEqual(["invoice", "payment"]);
}

/** The verbs on several records, where they are offered: with a bad one, a taken address and an unknown record among them. */
async function severalAtOnce({ clients }: Room, own: Observation): Promise<void> {
  const emails = ["a@example.com", "b@example.com", "no address", own.emails[0] ?? ""];
  const creates = emails.map((email, at) => ({
    fields: { ...values, email },
    ownId: `0190-d${at}`,
    key: `create-many-${at}`,
  }));
  const made = (await clients.createMany?.(creates)) ?? [];
  const seen = made.flatMap((answer) => (answer.kind === "done" ? [answer.observation] : []));
  const expected = (one: Observation) => ({ version: one.version, fields: one.fields });
  const updates = seen.map((one, at) => ({
    externalId: one.externalId,
    changes: { phone: null, email: at === 0 ? "no address" : `c${at}@example.com` },
    expected: expected(one),
    key: `update-many-${at}`,
  }));
  const [first] = updates;
  if (first === undefined) return;
  await clients.updateMany?.([...updates, { ...first, externalId: "1" }]);
}
