import type { History } from "./history.ts";

/** How many shorter histories are tried at most. */
const longestTries = 300;

/** The shortest history that is found in which the same check still fails: fewer steps, then fewer records. */
export async function shrink(
  history: History,
  fails: (shorter: History) => Promise<boolean>,
): Promise<History> {
  let best = history;
  let tries = 0;
  const improve = async (shorter: History) => {
    if (tries >= longestTries) return false;
    tries += 1;
    if (!(await fails(shorter))) return false;
    best = shorter;
    return true;
  };
  for (let size = Math.ceil(best.steps.length / 2); size >= 1; size = Math.floor(size / 2)) {
    let isShorter = true;
    while (isShorter) {
      isShorter = false;
      // From the end: what is behind the cause matters least.
      for (let at = best.steps.length - size; at > -size; at -= size) {
        const start = Math.max(0, at);
        const steps = best.steps.toSpliced(start, size);
        if (steps.length < best.steps.length && (await improve({ ...best, steps })))
          isShorter = true;
      }
    }
  }
  for (const clients of [0, 1, 2, 3, 5, 10, 30])
    if (clients < best.clients && (await improve({ ...best, clients }))) break;
  return best;
}
