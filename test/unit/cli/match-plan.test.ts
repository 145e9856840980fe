import { Readable, Writable } from "node:stream";
import { expect, it } from "vitest";
import { createLook } from "../../../src/cli/look.ts";
import { matchPlanText } from "../../../src/cli/views/match-plan.ts";
import type { MatchPlan } from "../../../src/sync/engine.ts";

const plan: MatchPlan = {
  connection: "crm",
  provider: "hubspot",
  records: 41,
  already_known: 0,
  matched: { email: 10, phone: 2, own_id: 0 },
  new_here: 4,
  new_there: 700,
  skipped: { no_identity: 2, duplicate: 1, bad_record: 0, not_wanted: 1 },
  ambiguous: {
    total: 21,
    records: [
      {
        external_id: "151",
        email: "ana@example.com",
        name: "Ana\u001b[31m",
        candidates: [
          { id: "c-1", email: "ana@example.com", name: null },
          { id: null, email: null, name: "Bo" },
        ],
      },
    ],
  },
  held_back: [
    { setting: "filter", side: "here", count: 1 },
    { setting: "safety.max_creates", side: "there", count: 700 },
  ],
  next: [
    "astralis clients show c-1 --org acme",
    "astralis sync --org acme --connection crm --accept creates",
  ],
};

it("shows a match plan with its reasons, what is ambiguous and what to do next", async () => {
  const stdout = Object.assign(new Writable(), { isTTY: false });
  const io = { argv: [], env: {}, cwd: "/", stdin: Readable.from([]), stdout, stderr: stdout };
  const text = matchPlanText(plan, await createLook(io, stdout, true));
  expect(text).toBe(
    [
      "crm: first sync of 41 records",
      "             records",
      "  matched    12       by e-mail 10, by phone 2",
      "  new here   4        become clients",
      "  new there  700      clients that get a record there",
      "  skipped    4        without e-mail address or other key 2, second record of a client 1, not wanted 1",
      "  ambiguous  21       could be several clients: linked to none",
      "  ambiguous: 151 Ana <ana@example.com> could be c-1 <ana@example.com> or a new client Bo",
      "  … and 20 more",
      "  held back: 1 records that become no clients: outside of its `filter`",
      "  held back: 700 clients that get no record: more than `safety.max_creates`, until you accept them",
      "  next: astralis clients show c-1 --org acme",
      "        astralis sync --org acme --connection crm --accept creates",
    ].join("\n"),
  );
});
