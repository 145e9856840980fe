import { collectCorpus } from "./corpus.ts";
import type { Target } from "./target.ts";
import { answersTarget } from "./targets/answers.ts";
import { configTargets } from "./targets/config.ts";
import { csvTargets } from "./targets/csv.ts";
import { pageTarget, recordTarget } from "./targets/records.ts";
import { signInTargets } from "./targets/sign-in.ts";
import { textTargets } from "./targets/texts.ts";
import { cursorTarget } from "./targets/tokens.ts";

/** Everything that is fuzzed; files lie in that folder, which nothing else may use. */
export async function createTargets(folder: string): Promise<readonly Target[]> {
  const stripe = await collectCorpus("stripe", "stripe");
  const google = await collectCorpus("gmail", "google");
  const others = [];
  for (const name of ["hubspot", "salesforce", "quickbooks", "freshbooks"])
    others.push(await collectCorpus(name, name));
  return [
    ...configTargets(folder),
    recordTarget(stripe, 40),
    recordTarget(google, 60),
    pageTarget(stripe, 12),
    pageTarget(google, 20),
    answersTarget(stripe, 12),
    answersTarget(google, 12),
    ...others.flatMap((corpus) => [recordTarget(corpus, 40), answersTarget(corpus, 10)]),
    cursorTarget(stripe, 20),
    cursorTarget(google, 20),
    ...signInTargets,
    ...textTargets,
    ...csvTargets,
  ];
}
