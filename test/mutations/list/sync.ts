import type { Mutation } from "../mutation.ts";

const commit = "src/sync/commit.ts";
const pull = "src/sync/pull.ts";
const send = "src/sync/send.ts";
const deliver = "src/sync/deliver.ts";
const unanswered = "src/sync/unanswered.ts";

/** Bugs in the engine's steps. */
export const syncMutations: readonly Mutation[] = [
  {
    name: "a partial listing counts as complete",
    law: 5,
    file: pull,
    find: 'endCursor: next.kind === "complete" ? next.cursor : null,',
    replace:
      'endCursor: next.kind === "complete" ? next.cursor : next.kind === "more" ? next.page : null,',
  },
  {
    name: "the cursor moves before the records are committed",
    law: 5,
    file: commit,
    find: "  await refuseOverCeiling(line, cursor, listing, safety);\n",
    replace:
      "  await refuseOverCeiling(line, cursor, listing, safety);\n  await endListing(line, cursor, listing);\n",
  },
  {
    name: "the cursor moves before what is absent is marked",
    law: 5,
    file: commit,
    find: "  // A first listing, or one after the state was lost, deletes nothing.\n",
    replace: "  await endListing(line, cursor, listing);\n",
  },
  {
    name: "a create is repeated under a new key",
    law: 5,
    file: unanswered,
    find: "await send(line, { entry, mapping, frozen }, trouble);",
    replace:
      "await send(line, { entry, mapping, frozen: { ...frozen, key: line.deps.ids() } }, trouble);",
  },
  {
    name: "absence is believed at once",
    law: 5,
    file: unanswered,
    find: "  if (instantOf(line.deps.clock) < entry.nextAttemptAt) return;\n",
    replace: "",
  },
  {
    name: "an update that was lost counts as done",
    law: 5,
    file: unanswered,
    find: ': { kind: "stale", observation };',
    replace: ': { kind: "done", observation };',
  },
  {
    name: "the first of several found records is taken for the created one",
    law: 5,
    file: unanswered,
    find: "if (only && others.length > 0) {",
    replace: "if (only && others.length > 100) {",
  },
  {
    name: "a write that may have been carried out counts as not",
    law: 5,
    file: send,
    find: 'error instanceof ProviderError && error.executed === "unknown";',
    replace: 'error instanceof ProviderError && error.code === "internal";',
  },
  {
    name: "a create carries another id than its own",
    law: 5,
    file: send,
    find: "ownId: mapping.id, key: frozen.key",
    replace: "ownId: frozen.key, key: frozen.key",
  },
  {
    name: "nothing is frozen before it is sent",
    law: 5,
    file: deliver,
    find: "      freeze(work, current, frozen);\n",
    replace: "",
  },
  {
    name: "updates go out without what they expect",
    law: 6,
    file: send,
    find: "expected: { version: mapping.remoteVersion, fields: mapping.seen?.fields ?? {} },",
    replace: "expected: { version: null, fields: {} },",
  },
  {
    name: "a difference in a listing is not read by id",
    law: 6,
    file: commit,
    find: 'if (line.capabilities.listing === "consistent") return rows;',
    replace: "if (rows.length > 0) return rows;",
  },
  {
    name: "a stale row ends the work",
    law: 6,
    file: "src/sync/decide.ts",
    find: "if (!stale || attempt >= attempts) throw error;",
    replace: "if (stale || attempt >= attempts) throw error;",
  },
  {
    name: "a deletion is confirmed by the pass that found it",
    law: 7,
    file: commit,
    find: "mapping.stateAt < listing.startedAt",
    replace: 'mapping.stateAt !== ""',
  },
  {
    name: "a listing after lost state marks what it lacks",
    law: 7,
    file: commit,
    find: "const isFirst = cursor?.cursor == null;",
    replace: "const isFirst = line.row.id === '';",
  },
  {
    name: "any number of records is created without asking",
    law: 7,
    file: deliver,
    find: "creates > options.safety.maxCreates && !options.acceptCreates",
    replace: "creates > 1000 * options.safety.maxCreates && !options.acceptCreates",
  },
  {
    name: "rules that changed are not noticed",
    law: 11,
    file: commit,
    find: "if (cursor.settledRules === rules) return;",
    replace: "if (cursor.settledRules !== null) return;",
  },
  {
    name: "bad records are passed over in silence",
    law: 11,
    file: commit,
    find: "for (const row of seen) if (row.bad) parkBad(line, work, here.at, row);",
    replace: "",
  },
  {
    name: "one connection's failure ends the others",
    law: 11,
    file: "src/sync/lane.ts",
    find: "lane.error = asAstralisError(error);",
    replace: "lane.error = asAstralisError(error);\n    throw error;",
  },
  {
    name: "the lease is not renewed before requests",
    law: 10,
    file: "src/sync/lease-keeper.ts",
    find: "if (!(await leases.renew(lease, ttlMs))) throw lost();",
    replace: "",
  },
  {
    name: "the lease of one that lives is taken away",
    law: 10,
    file: "src/sync/lease-keeper.ts",
    find: "if (options.isGone(answer.heldBy)) {",
    replace: 'if (options.isGone(answer.heldBy) || answer.heldBy !== "") {',
  },
  {
    name: "decisions are saved without a look at the lease",
    law: 10,
    file: "src/sync/decide.ts",
    find: "setting.store.work.commit(setting.lease, async",
    replace: "setting.store.work.commit(null, async",
  },
  {
    name: "a dry run is a sync",
    law: 13,
    file: "src/sync/create-engine.ts",
    find: "options.dryRun ? dryRun(parts, org, options) : sync(parts, org, options),",
    replace: "sync(parts, org, options),",
  },
];
