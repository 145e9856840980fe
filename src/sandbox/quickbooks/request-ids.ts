import type { World } from "../kit/vendor.ts";
import type { OperationAnswer } from "./operations.ts";

/**
 * `requestid`: a repeated one gives the first answer again, whatever the request says. For how long is documented
 * nowhere; a setting says it here.
 */
export interface RequestIds {
  recall(id: string): KeptAnswer | null;
  keep(id: string, answer: OperationAnswer, time: string): void;
  clear(): void;
}

export interface KeptAnswer {
  readonly answer: OperationAnswer;
  /** The time that the first answer told. */
  readonly time: string;
}

export function createRequestIds(world: World, seconds: () => number): RequestIds {
  const kept = new Map<string, KeptAnswer & { readonly atMs: number }>();
  return {
    recall: (id) => {
      const found = kept.get(id);
      const isFresh = found !== undefined && world.now() - found.atMs < seconds() * 1000;
      return isFresh ? found : null;
    },
    keep: (id, answer, time) => void kept.set(id, { answer, time, atMs: world.now() }),
    clear: () => kept.clear(),
  };
}
