import type { PageOf } from "../store/ports.ts";
import type { OptionSpec } from "./command.ts";
import type { Input } from "./input.ts";

export const pagingOptions: readonly OptionSpec[] = [
  { flags: "--limit <count>", summary: "at most this many (default: 50, at most 1000)" },
  { flags: "--after <place>", summary: "go on after this place: `next` of the page before" },
];

export function pageOf(input: Input): PageOf {
  const after = input.text("after");
  const limit = input.count("limit", { min: 1, max: 1000 }) ?? 50;
  return { limit, ...(after === undefined ? {} : { after }) };
}

/** The line under a page that is not the last one. */
export function nextLine(next: string | undefined): string {
  return next === undefined ? "" : `\nMore: --after ${next}`;
}
