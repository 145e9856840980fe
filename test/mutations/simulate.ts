/** Plays simulated histories until one breaks a law, and tells which; what is shorter is not looked for. */
import { generateHistory } from "../../src/simulation/generate.ts";
import { playHistory } from "../../src/simulation/run-history.ts";

const [first = 1, last = 150] = process.argv.slice(2).map(Number);
for (let seed = first; seed <= last; seed += 1) {
  const { violations } = await playHistory(generateHistory(seed));
  const [violation] = violations;
  if (violation === undefined) continue;
  console.log(`history ${seed}: law ${violation.law}: ${violation.check}: ${violation.detail}`);
  process.exit(1);
}
