import type { Mutation } from "../mutation.ts";

const merge = "src/reconcile/merge.ts";
const answer = "src/reconcile/answer.ts";
const owe = "src/reconcile/owe.ts";
const pair = "src/reconcile/pair.ts";
const identities = "src/reconcile/identities.ts";
const observe = "src/reconcile/observe.ts";
const absence = "src/reconcile/absence.ts";
const ceilings = "src/reconcile/ceilings.ts";

/** Bugs in the decisions. */
export const reconcileMutations: readonly Mutation[] = [
  {
    name: "ties go to the remote side",
    law: 1,
    file: merge,
    find: "local.at < pair.remoteAt) return true;",
    replace: "local.at <= pair.remoteAt) return true;",
  },
  {
    name: "the earlier write wins",
    law: 1,
    file: merge,
    find: "local === undefined || local.at < pair.remoteAt",
    replace: "local === undefined || local.at > pair.remoteAt",
  },
  {
    name: "local and remote are swapped where one side changed",
    law: 1,
    file: merge,
    find: 'if (view.localChanged) return sendValue(view, "local-changed", rules);\n  return {};',
    replace: 'if (view.localChanged) return taking("remote-changed");\n  return {};',
  },
  {
    name: "a base of another lens still counts",
    law: 1,
    file: merge,
    find: "const base = pair.base?.lens === lens.version ? pair.base : null;",
    replace: "const base = pair.base;",
  },
  {
    name: "an answer does not move the base",
    law: 4,
    file: answer,
    find: "base: baseAfter(mapping, party, sent, observation),",
    replace: "base: mapping.base,",
  },
  {
    name: "the losing value is not told",
    law: 1,
    file: merge,
    find: "lost: more.lost ?? null,",
    replace: "lost: null,",
  },
  {
    name: "a manual field is written anyway",
    law: 1,
    file: merge,
    find: 'return { decision: decision(view, "hold", "manual", { conflict: "manual" }) };',
    replace: 'return sendValue(view, "manual", rules, remote);',
  },
  {
    name: "a field that is only pulled is sent",
    law: 1,
    file: merge,
    find: 'if (rules.direction(view.field) === "pull") return {};',
    replace: "",
  },
  {
    name: "remote times of the future are believed",
    law: 1,
    file: pair,
    find: "return told > observation.requestedAt ? observation.requestedAt : told;",
    replace: "return told;",
  },
  {
    name: "a remote clear is taken for a field that is unknown",
    law: 2,
    file: merge,
    find: "  if (remote === undefined)\n",
    replace: "  if (remote === undefined || remote === null)\n",
  },
  {
    name: "clears that are to be ignored go over",
    law: 2,
    file: merge,
    find: '!isEmpty(value) || rules.clear(field) === "propagate"',
    replace: '!isEmpty(value) || rules.clear(field) !== "propagate" || true',
  },
  {
    name: "a remote edit is not lifted onto the hub's value",
    law: 3,
    file: merge,
    find: "how.lens.lift(view.field, remote, view.local, view.base?.remote),",
    replace: "remote,",
  },
  {
    name: "the whole answer becomes the base",
    law: 4,
    file: answer,
    find: "const moved = Object.entries(sent).flatMap(",
    replace: "const moved = Object.entries({ ...observation.fields, ...sent }).flatMap(",
  },
  {
    name: "a field that is turned back again and again is never frozen",
    law: 4,
    file: merge,
    find: "turnedBack && flip.count + 1 >= flipsBeforeFreeze",
    replace: "turnedBack && flip.count + 1 >= 1000 * flipsBeforeFreeze",
  },
  {
    name: "the base moves to the present value instead of the one that was sent",
    law: 5,
    file: answer,
    find: "base: baseAfter(mapping, party, sent, observation),",
    replace:
      "base: baseAfter(mapping, party, Object.fromEntries(Object.keys(sent).map((field) => [field, work.client(entry.clientId).fields[field] ?? null])), observation),",
  },
  {
    name: "a value that an unanswered write sent counts as a remote edit",
    law: 5,
    file: merge,
    find: "return arrived ? { local: pair.sent?.[field] ?? null, remote } : base?.fields[field];",
    replace: "return base?.fields[field];",
  },
  {
    name: "a write without an answer is due again at once",
    law: 5,
    file: answer,
    find: 'state: "unknown",\n        attempts: entry.attempts + 1,\n        nextAttemptAt: outcome.at,',
    replace:
      'state: "due",\n        attempts: entry.attempts + 1,\n        nextAttemptAt: entry.createdAt,',
  },
  {
    name: "the outbox row is dropped",
    law: 5,
    file: owe,
    find: "oweEntry(work, here, mapping, { action: owed.action, open });",
    replace: "if (open) oweEntry(work, here, mapping, { action: owed.action, open });",
  },
  {
    name: "a write that is under way is decided anew",
    law: 5,
    file: owe,
    find: "  if (isUnderWay(open)) return;\n",
    replace: "",
  },
  {
    name: "a record is not adopted by the id of ours that it carries",
    law: 5,
    file: observe,
    find: 'if (awaited?.state === "creating" && awaited.connectionId === party.connectionId) {',
    replace: 'if (awaited?.state === "creating" && awaited.connectionId === "") {',
  },
  {
    name: "a stale write counts as done",
    law: 6,
    file: answer,
    find: "      return observed(work, here, party, {\n        mapping,\n        observation: outcome.observation,",
    replace:
      "      if (mapping) return written(work, here, party, { entry, mapping, observation: outcome.observation });\n      return observed(work, here, party, {\n        mapping,\n        observation: outcome.observation,",
  },
  {
    name: "an older observation goes over a newer one",
    law: 6,
    file: observe,
    find: "return last <= now && seen.requestedAt < last;",
    replace: "return last > now && seen.requestedAt < last;",
  },
  {
    name: "a deletion there removes the client under `unlink`",
    law: 7,
    file: absence,
    find: 'if (primary && party.deletes === "propagate" && !edited && client.removedAt === null) {',
    replace: "if (primary && !edited && client.removedAt === null) {",
  },
  {
    name: "a deletion wins over an edit",
    law: 7,
    file: absence,
    find: 'party.deletes === "propagate" && !edited &&',
    replace: 'party.deletes === "propagate" &&',
  },
  {
    name: "removing a client deletes its records under `unlink`",
    law: 7,
    file: absence,
    find: 'const propagate = party?.deletes === "propagate" && party.direction !== "pull";',
    replace: 'const propagate = party !== undefined && party.direction !== "pull";',
  },
  {
    name: "a removed client comes back by being seen",
    law: 7,
    file: observe,
    find: "if (!edited || !revive(",
    replace: "if (!revive(",
  },
  {
    name: "the ceiling on deletes is off",
    law: 7,
    file: ceilings,
    find: "tally.lost > 0 && lost > harmlessDeletes",
    replace: "tally.lost < 0 && lost > harmlessDeletes",
  },
  {
    name: "the ceiling on changes is off",
    law: 7,
    file: ceilings,
    find: "of >= manyRecords && changed > of / 2",
    replace: "of >= 1000 * manyRecords && changed > of / 2",
  },
  {
    name: "a second record of a client is pushed as well",
    law: 8,
    file: observe,
    find: 'current?.state === "linked" || current?.state === "missing" ? "duplicate" : "linked",',
    replace: 'current?.state === "duplicate" ? "duplicate" : "linked",',
  },
  {
    name: "of several candidates the first is linked",
    law: 8,
    file: observe,
    find: "if (owners.length > 1) {",
    replace: "if (owners.length > 100) {",
  },
  {
    name: "an address of another client's is taken over",
    law: 8,
    file: identities,
    find: 'if (owner !== undefined && owner !== client.id) barred.set(kind, "identity-taken");',
    replace: "",
  },
  {
    name: "records are made before the first listing",
    law: 8,
    file: owe,
    find: "party.create.there && party.listed && party.direction",
    replace: "party.create.there && party.direction",
  },
  {
    name: "a refused write is tried for ever",
    law: 11,
    file: answer,
    find: 'state: "parked",',
    replace: 'state: "due",',
  },
];
