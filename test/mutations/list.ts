import { adapterMutations } from "./list/adapters.ts";
import { reconcileMutations } from "./list/reconcile.ts";
import { storeMutations } from "./list/store.ts";
import { syncMutations } from "./list/sync.ts";
import type { Mutation } from "./mutation.ts";

/** All deliberate bugs. */
export const mutations: readonly Mutation[] = [
  ...reconcileMutations,
  ...syncMutations,
  ...storeMutations,
  ...adapterMutations,
];
