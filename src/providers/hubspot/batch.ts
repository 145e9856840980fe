import { isRecord } from "../../lib/json.ts";
import type { BatchAnswer, CreateInput, UpdateInput } from "./wire.ts";

/** What a batch's answer says of one of its inputs. */
export type Sorted =
  | { readonly kind: "written"; readonly result: unknown }
  /** Nothing was written; `error` is the one that names it, null where none does. */
  | { readonly kind: "refused"; readonly error: unknown }
  /** It is in neither part of the answer. */
  | { readonly kind: "unknown" };

/**
 * In the order of the inputs. Results come in no order, and errors stand apart: with status 207, or within a success.
 * An error names its input by the trace id or the record's id; those that name none are shared out where there are
 * enough of them.
 */
export function sortBatch(
  inputs: readonly (CreateInput | UpdateInput)[],
  { entries, errors }: BatchAnswer,
): readonly Sorted[] {
  const left = entries.filter(isRecord);
  const written = inputs.map((input) => {
    const at = left.findIndex((result) => isResultOf(result, input));
    return at === -1 ? undefined : left.splice(at, 1)[0];
  });
  const named = errors.map((error) => ({ error, ...namesIn(error) }));
  const refusals = inputs.map((input) =>
    named.find(
      ({ traceIds, ids }) =>
        traceIds.includes(input.objectWriteTraceId) || ("id" in input && ids.includes(input.id)),
    ),
  );
  const open = inputs.filter((_, index) => !written[index] && !refusals[index]);
  const nameless = named.filter(({ traceIds, ids }) => traceIds.length + ids.length === 0).length;
  // A result that nobody claims could be that of any of them.
  const allRefused = nameless >= open.length && left.length === 0;
  return inputs.map((_, index) => {
    const [result, refusal] = [written[index], refusals[index]];
    if (result !== undefined) return { kind: "written", result };
    if (refusal !== undefined) return { kind: "refused", error: refusal.error };
    return allRefused ? { kind: "refused", error: null } : { kind: "unknown" };
  });
}

/** By its own id, else by the trace id, else by what was sent. */
function isResultOf(result: Record<string, unknown>, input: CreateInput | UpdateInput): boolean {
  if ("id" in input) return result["id"] === input.id;
  const traceId = result["objectWriteTraceId"];
  if (typeof traceId === "string") return traceId === input.objectWriteTraceId;
  const told = isRecord(result["properties"]) ? result["properties"] : {};
  return Object.entries(input.properties).every(([name, value]) => {
    const text = told[name] ?? "";
    return text === value;
  });
}

function namesIn(error: unknown): {
  readonly traceIds: readonly unknown[];
  readonly ids: readonly unknown[];
} {
  const context = isRecord(error) && isRecord(error["context"]) ? error["context"] : {};
  return { traceIds: listOf(context["objectWriteTraceId"]), ids: listOf(context["ids"]) };
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
