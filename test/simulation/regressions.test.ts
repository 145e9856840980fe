import { describe, expect, it } from "vitest";
import type { ConnectionPlan, History, Moment, Rules } from "../../src/simulation/history.ts";
import { playHistory } from "../../src/simulation/run-history.ts";

/** Histories that broke a law once, as short as they were found. */
describe("a history that once broke a law", () => {
  it("deletes the record of a client that was removed while its making had no answer (law 7)", () =>
    holds(
      [contacts({ deletes: "propagate" })],
      [
        sync,
        ana({ name: "Ana" }),
        fault(0, { method: "POST" }),
        sync,
        { kind: "remove-here", pick: 0 },
      ],
    ));

  it("takes a new name for a long one that Stripe holds in part as it is (law 3)", () =>
    holds(
      [billing({}), contacts({})],
      [
        ana({ name: `${"Wolfeschlegelsteinhausen ".repeat(12)}Senior` }),
        sync,
        sync,
        { kind: "edit-there", account: 0, pick: 0, fields: { name: "Ana" } },
      ],
    ));

  it("revives a client without the record that was deleted with it (law 7)", () =>
    holds(
      [billing({ deletes: "propagate" }), contacts({})],
      [
        sync,
        ana({ name: "Ana" }),
        sync,
        { kind: "remove-here", pick: 0 },
        sync,
        ana({ name: "Ana again" }),
      ],
    ));

  it("keeps a phone number that Stripe cannot hold, and blanks none there (law 3)", () =>
    holds(
      [billing({ conflict: { default: "astralis-wins", fields: {} } }), contacts({})],
      [
        sync,
        ana({ phone: "+1 555 0100" }),
        sync,
        { kind: "edit-there", account: 0, pick: 0, fields: { phone: "0221 123456" } },
        {
          kind: "edit-here",
          pick: 0,
          fields: { phone: "+49 (0)89 1234567 ext. 12" },
        },
      ],
    ));

  it("clears there a value that stood against one that Stripe cannot hold (law 1)", () =>
    holds(
      [billing({ conflict: { default: "astralis-wins", fields: {} } })],
      [
        sync,
        ana({ name: "Ana" }),
        sync,
        { kind: "edit-here", pick: 0, fields: { phone: "+49 (0)89 1234567 ext. 12" } },
        { kind: "edit-there", account: 0, pick: 0, fields: { phone: "+1 555 0101" } },
        sync,
        { kind: "edit-here", pick: 0, fields: { phone: null } },
      ],
    ));

  it("revives a client without a record that was deleted there before (law 7)", () =>
    holds(
      [billing({}), contacts({})],
      [
        sync,
        ana({ name: "Ana" }),
        sync,
        { kind: "remove-there", account: 0, pick: 0 },
        { kind: "remove-here", pick: 0 },
        { kind: "edit-there", account: 1, pick: 0, fields: { name: "Ana again" } },
      ],
    ));

  it("keeps a removed client out whose record gets another id there (law 7)", () =>
    holds(
      [contacts({ deletes: "propagate" })],
      [
        sync,
        ana({ name: "Ana" }),
        sync,
        { kind: "remove-here", pick: 0 },
        { kind: "rename-there", account: 0, pick: 0 },
      ],
    ));

  it("promotes no duplicate that a full listing lacks (law 7)", () =>
    holds(
      [contacts({ deletes: "ignore" })],
      [
        ana({ name: "Ana" }),
        sync,
        { kind: "rename-there", account: 0, pick: 0 },
        { ...sync, mode: "full" },
        { kind: "remove-there", account: 0, pick: 0 },
        { ...sync, mode: "full" },
      ],
    ));

  it("links no record to a client that is removed, also one that stands for another (law 7)", () =>
    holds(
      [
        plan("first", "gmail", { deletes: "propagate" }),
        plan("second", "gmail", { deletes: "unlink" }),
      ],
      [
        ana({ name: "Ana" }),
        sync,
        { kind: "rename-there", account: 1, pick: 0 },
        { kind: "remove-there", account: 0, pick: 0 },
        { ...sync, mode: "full" },
      ],
    ));

  it("revives a client by a new record in the page that says that its old one is gone (law 7)", () =>
    holds(
      [billing({})],
      [
        sync,
        ana({ name: "Ana" }),
        sync,
        { kind: "remove-here", pick: 0 },
        { kind: "remove-there", account: 0, pick: 0 },
        { kind: "add-there", account: 0, fields: { email: "ana@example.com", name: "Ana" } },
      ],
    ));
});

const sync: Extract<Moment, { kind: "sync" }> = { kind: "sync", connection: null, mode: "normal" };

function ana(fields: Readonly<Record<string, string>>): Moment {
  return { kind: "add-here", fields: { email: "ana@example.com", ...fields } };
}

/** The request is carried out, and its answer is an error. */
function fault(account: number, match: { readonly method: string }): Moment {
  return { kind: "fault", account, fault: { kind: "status", status: 503, executed: true, match } };
}

const plain: Rules = {
  direction: "both",
  fieldDirections: {},
  conflict: { default: "last-write-wins", fields: {} },
  clear: { default: "propagate", fields: {} },
  deletes: "unlink",
  create: { here: true, there: true },
  searchLagSeconds: 60,
};

function billing(rules: Partial<Rules>): ConnectionPlan {
  return plan("billing", "stripe", rules);
}

function contacts(rules: Partial<Rules>): ConnectionPlan {
  return plan("contacts", "gmail", rules);
}

function plan(
  name: string,
  provider: ConnectionPlan["provider"],
  rules: Partial<Rules>,
): ConnectionPlan {
  const still = { skewMs: 0, lagMs: 0, rotatesTokens: false };
  return { name, provider, ...still, rules: { ...plain, ...rules } };
}

async function holds(
  connections: readonly ConnectionPlan[],
  moments: readonly Moment[],
): Promise<void> {
  const steps = moments.map((moment, index) => ({ ...moment, waitMs: 10_000, seed: index }));
  const history: History = { seed: 1, clients: 0, match: ["email"], connections, steps };
  const { violations } = await playHistory(history);
  expect(violations).toEqual([]);
}
