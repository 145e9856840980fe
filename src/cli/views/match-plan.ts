import type { FieldValue } from "../../model/fields.ts";
import type { HeldBack, MatchPlan } from "../../sync/engine.ts";
import { plainLine, type Look } from "../look.ts";

/** What the first sync of a connection would make of its records, before anybody lets it. */
export function matchPlanText(plan: MatchPlan, look: Look): string {
  const { matched, skipped, ambiguous } = plan;
  const rows = [
    ["already known", plan.already_known, ""],
    [
      "matched",
      matched.email + matched.phone + matched.own_id,
      parts([
        ["by e-mail", matched.email],
        ["by phone", matched.phone],
        ["by our own id", matched.own_id],
      ]),
    ],
    ["new here", plan.new_here, "become clients"],
    ["new there", plan.new_there, "clients that get a record there"],
    [
      "skipped",
      skipped.no_identity + skipped.duplicate + skipped.bad_record + skipped.not_wanted,
      parts([
        ["without e-mail address or other key", skipped.no_identity],
        ["second record of a client", skipped.duplicate],
        ["unreadable", skipped.bad_record],
        ["not wanted", skipped.not_wanted],
      ]),
    ],
    [
      "ambiguous",
      ambiguous.total,
      ambiguous.total > 0 ? "could be several clients: linked to none" : "",
    ],
  ] as const;
  const shown = rows.filter(([name, count]) => name !== "already known" || count > 0);
  return [
    `${look.strong(plan.connection)}: first sync of ${plan.records} ${plan.records === 1 ? "record" : "records"}`,
    ...look
      .table(
        ["", "records", ""],
        shown.map(([name, count, note]) => [name, String(count), count > 0 ? note : ""]),
      )
      .split("\n")
      .map((line) => `  ${line}`),
    ...ambiguousLines(plan),
    ...plan.held_back.map((held) => `  ${look.warning("held back")}: ${heldText(held)}`),
    `  next: ${plan.next.join("\n        ")}`,
  ].join("\n");
}

function ambiguousLines({ ambiguous: { total, records } }: MatchPlan): readonly string[] {
  const more = total - records.length;
  return [
    ...records.map((record) => {
      const candidates = record.candidates.map(
        (client) => `${client.id ?? "a new client"} ${personText(client)}`,
      );
      return `  ambiguous: ${record.external_id} ${personText(record)} could be ${candidates.join(" or ")}`;
    }),
    ...(more > 0 ? [`  … and ${more} more`] : []),
  ];
}

const reasons: Readonly<Record<HeldBack["setting"], string>> = {
  filter: "outside of its `filter`",
  "create.here": "`create.here` is false",
  "create.there": "`create.there` is false",
  direction: "its `direction` does not go there",
  "safety.max_creates": "more than `safety.max_creates`, until you accept them",
};

function heldText({ setting, side, count }: HeldBack): string {
  const what = side === "here" ? "records that become no clients" : "clients that get no record";
  return `${count} ${what}: ${reasons[setting]}`;
}

function parts(counts: readonly (readonly [name: string, count: number])[]): string {
  return counts.flatMap(([name, count]) => (count > 0 ? [`${name} ${count}`] : [])).join(", ");
}

/** `Ana <ana@example.com>`, as far as it is known. */
function personText({ email, name }: { readonly email: FieldValue; readonly name: FieldValue }) {
  const address = typeof email === "string" ? `<${email}>` : "";
  const text = [typeof name === "string" ? name : "", address].filter((part) => part !== "");
  return plainLine(text.join(" "));
}
