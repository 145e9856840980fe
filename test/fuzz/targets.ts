import { collectCorpus } from "./corpus.ts";
import type { Target } from "./target.ts";
import { answersTarget } from "./targets/answers.ts";
import { configTargets } from "./targets/config.ts";
import { pageTarget, recordTarget } from "./targets/records.ts";
import { signInTargets } from "./targets/sign-in.ts";
import { textTargets } from "./targets/texts.ts";
import { cursorTarget } from "./targets/tokens.ts";

/** Everything that is fuzzed; files lie in that folder, which nothing else may use. */
export async function createTargets(folder: string): Promise<readonly Target[]> {
  const stripe = await collectCorpus("stripe", "stripe");
  const google = await collectCorpus("gmail", "google");
  return [
    ...configTargets(folder),
    recordTarget(stripe, 120),
    recordTarget(google, 120),
    pageTarget(stripe, 60),
    pageTarget(google, 60),
    answersTarget(stripe, 15),
    answersTarget(google, 15),
    cursorTarget(stripe, 15),
    cursorTarget(google, 15),
    ...signInTargets,
    ...textTargets,
  ];
}
