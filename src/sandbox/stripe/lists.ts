import type { World } from "../kit/vendor.ts";
import { invalidRequest, missing, StripeError } from "./errors.ts";
import type { Params } from "./params.ts";
import type { CreatedRange, PageRequest } from "./timeline.ts";

export const listParams = ["created", "ending_before", "expand", "limit", "starting_after"];

/** `limit`, `created` and the two ids of a listing; an id that nothing ever had is refused. */
export function readPageRequest(
  params: Params,
  list: { readonly kind: string; knows(id: string): boolean },
): PageRequest<never> {
  const startingAfter = params.word("starting_after");
  const endingBefore = params.word("ending_before");
  if (startingAfter !== undefined && endingBefore !== undefined)
    throw invalidRequest(
      "You may only specify one of these parameters: ending_before, starting_after.",
      { code: "parameters_exclusive", param: "ending_before" },
    );
  for (const [param, id] of Object.entries({ startingAfter, endingBefore }))
    if (id !== undefined && !list.knows(id))
      throw missing(list.kind, id, {
        param: param === "startingAfter" ? "starting_after" : "ending_before",
        status: 400,
      });
  return {
    limit: readLimit(params),
    range: readCreated(params),
    ...(startingAfter === undefined ? {} : { startingAfter }),
    ...(endingBefore === undefined ? {} : { endingBefore }),
  };
}

export function readLimit(params: Params): number {
  return params.integer("limit", { min: 1, max: 100 }) ?? 10;
}

/** A time, or bounds of it: `created=5`, `created[gte]=5`. */
function readCreated(params: Params): CreatedRange {
  if (!params.has("created")) return {};
  if (params.isObject("created")) {
    const bounds = params.object("created", ["gt", "gte", "lt", "lte"]);
    if (bounds === null || bounds === undefined) return {};
    return Object.fromEntries(bounds.names.map((name) => [name, bounds.integer(name)]));
  }
  const at = params.integer("created") ?? 0;
  return { gte: at, lte: at };
}

export function showList(
  url: string,
  page: { readonly items: readonly unknown[]; readonly hasMore: boolean },
): Record<string, unknown> {
  return { object: "list", data: page.items, has_more: page.hasMore, url };
}

/** Refuses the request that is one too many for its operation in this second, where a limit is set. */
export function createLimiter(world: World): (operation: string) => void {
  const counts = new Map<string, { second: number; count: number }>();
  return (operation) => {
    const limit = world.rateLimitPerSecond();
    if (limit === 0) return;
    const second = Math.floor(world.now() / 1000);
    const count = counts.get(operation) ?? { second, count: 0 };
    if (count.second !== second) Object.assign(count, { second, count: 0 });
    count.count += 1;
    counts.set(operation, count);
    if (count.count > limit) throw rateLimited({ "Stripe-Rate-Limited-Reason": "endpoint-rate" });
  };
}

export function rateLimited(headers: Readonly<Record<string, string>>): StripeError {
  return new StripeError(
    429,
    {
      type: "invalid_request_error",
      code: "rate_limit",
      message:
        "Request rate limit exceeded. You can learn more about rate limits here https://stripe.com/docs/rate-limits.",
    },
    { headers },
  );
}
