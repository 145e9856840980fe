import { createStepClock } from "../../../src/lib/clock.ts";
import type { Json } from "../../../src/lib/json.ts";
import { isRecord } from "../../../src/lib/json.ts";
import { openAt, startMs } from "../corpus.ts";
import type { Corpus } from "../corpus.ts";
import type { Dice } from "../dice.ts";
import { mutated, mutatedText, strangeText, strangeValue } from "../mutants.ts";
import { checkPage } from "../observations.ts";
import { claim, readOrRefused } from "../target.ts";
import type { Target } from "../target.ts";
import { must } from "../../../src/lib/assert.ts";
import { written } from "../wire.ts";

/** Cursors and page tokens as they come back from the database, or from what somebody made of it. */
export function cursorTarget(corpus: Corpus, share: number): Target {
  const lists = corpus.answers.pull.map(({ body }) => body);
  const empty =
    isRecord(lists[0]) && "connections" in lists[0] ? { nextSyncToken: "t" } : emptyList;
  return {
    name: `${corpus.provider.name}-cursor`,
    share,
    draw: (dice) => ({ cursor: drawToken(dice, corpus), page: drawToken(dice, corpus) }),
    check: async (input) => {
      const { cursor = null, page = null } = isRecord(input) ? input : {};
      const text = (value: unknown) => (typeof value === "string" ? value : null);
      const clock = createStepClock(startMs);
      let asked = 0;
      const session = openAt(corpus.provider, clock, async () => {
        asked += 1;
        return Response.json(empty);
      });
      const clients = must(session.clients, "the provider has clients");
      const pulled = await readOrRefused(() =>
        clients.pull({ cursor: text(cursor), page: text(page) }),
      );
      claim(asked <= 1, "an empty listing is asked for more than once");
      if (pulled === null) return "refused";
      checkPage(pulled.value, must(corpus.provider.clients, "its capabilities").lens);
      return pulled.value.next.kind === "expired" ? "refused" : "taken";
    },
  };
}

const emptyList = { object: "list", data: [], has_more: false, url: "/v1/x" };

function drawToken(dice: Dice, corpus: Corpus): Json {
  const good = dice.pick(corpus.cursors);
  switch (dice.below(6)) {
    case 0:
      return null;
    case 1:
      return strangeText(dice);
    case 2:
      return mutatedText(dice, good);
    case 3:
      return written(strangeValue(dice));
    default: {
      const known: Json = JSON.parse(good);
      const place = { start: 1_793_610_000, after: "cus_1", upTo: 5, pageToken: "p" };
      return written(mutated(dice, { ...(isRecord(known) ? known : {}), ...place }));
    }
  }
}
