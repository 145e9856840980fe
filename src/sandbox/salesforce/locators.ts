import { randomText } from "../kit/random.ts";
import type { World } from "../kit/vendor.ts";
import type { Row } from "./contact.ts";
import { RequestRefusal } from "./errors.ts";

/** The results of queries, as they were when they were asked; read on in pages. */
export interface Locators {
  /** The first page of these results. */
  open(rows: readonly Row[], options: PageOptions): unknown;
  /** The page at that locator: "01g…-2000". */
  read(locator: string, options: PageOptions): unknown;
  clear(): void;
}

interface PageOptions {
  readonly version: string;
}

interface Open {
  readonly rows: readonly Row[];
  readonly openedMs: number;
}

export const pageSize = 2000;
const lifeMs = 2 * 24 * 3600 * 1000;
/** Of one user; the oldest is closed for one more. */
const openAtOnce = 10;

export function createLocators(world: World): Locators {
  const results = new Map<string, Open>();
  const page = (id: string, from: number, { rows }: Open, { version }: PageOptions) => {
    const end = from + pageSize;
    const done = end >= rows.length;
    return {
      totalSize: rows.length,
      done,
      ...(done ? {} : { nextRecordsUrl: `/services/data/${version}/query/${id}-${end}` }),
      records: rows.slice(from, end),
    };
  };
  return {
    open: (rows, options) => {
      const result = { rows, openedMs: world.now() };
      if (rows.length <= pageSize) return page("", 0, result, options);
      const id = `01g${randomText(() => world.random(), 15)}`;
      results.set(id, result);
      const [oldest] = results.keys();
      if (results.size > openAtOnce && oldest !== undefined) results.delete(oldest);
      return page(id, 0, result, options);
    },
    read: (locator, options) => {
      const [id = "", from = ""] = locator.split("-");
      const result = results.get(id);
      const known = result !== undefined && world.now() - result.openedMs < lifeMs;
      if (!known || !/^\d+$/.test(from))
        throw new RequestRefusal(400, "INVALID_QUERY_LOCATOR", "invalid query locator");
      return page(id, Number(from), result, options);
    },
    clear: () => results.clear(),
  };
}
