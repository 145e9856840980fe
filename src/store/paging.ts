import type { PageOf, Paged } from "./ports.ts";

/** One row more than the page holds was asked for: whether it came tells whether there is a next page. */
export function pageOf<Row extends { readonly id: string }, Item>(
  rows: readonly Row[],
  { limit }: PageOf,
  toItem: (row: Row) => Item,
): Paged<Item> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    items: shown.map(toItem),
    next: rows.length > limit && last !== undefined ? last.id : null,
  };
}
