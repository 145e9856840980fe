/** Feeds strange inputs to everything that reads what others wrote: see docs/testing.md. */
import { parseArgs } from "node:util";
import { randomBytes } from "node:crypto";
import { runFuzz } from "./run.ts";
import type { FuzzRow } from "./run.ts";
import type { Failure } from "./try.ts";

const { values } = parseArgs({
  options: {
    seed: { type: "string" },
    inputs: { type: "string", default: "1000000" },
    target: { type: "string" },
    from: { type: "string", default: "0" },
    workers: { type: "string", default: "2" },
  },
});
const seed = Number(values.seed ?? randomBytes(4).readUInt32BE());

console.log(`seed ${seed}`);
const startedMs = performance.now();
const { rows, failures } = await runFuzz({
  seed,
  inputs: Number(values.inputs),
  from: Number(values.from),
  workers: Number(values.workers),
  ...(values.target === undefined ? {} : { target: values.target }),
});
for (const line of table(rows)) console.log(line);
const total = rows.reduce((sum, { inputs }) => sum + inputs, 0);
console.log(
  `${total} inputs in ${Math.round((performance.now() - startedMs) / 1000)} s, ${failures.length} failures`,
);
for (const failure of failures) tell(failure);
process.exitCode = failures.length > 0 || total === 0 ? 1 : 0;

function table(all: readonly FuzzRow[]): readonly string[] {
  const lines = all.map(({ target, inputs, taken, seconds }) => [
    target,
    String(inputs),
    `${Math.round((100 * taken) / Math.max(1, inputs))} %`,
    seconds.toFixed(1),
    String(Math.round(inputs / Math.max(0.001, seconds))),
  ]);
  const cells = [["target", "inputs", "taken", "seconds", "a second"], ...lines];
  const widths = cells[0]?.map((_head, column) =>
    Math.max(...cells.map((line) => line[column]?.length ?? 0)),
  );
  return cells.map((line) =>
    line
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths?.[0] ?? 0) : cell.padStart(widths?.[column] ?? 0),
      )
      .join("  "),
  );
}

function tell({ target, index, message, stack, smallest }: Failure): void {
  console.error(`\n${target}: ${message}`);
  console.error(`  smallest input: ${JSON.stringify(smallest).slice(0, 4000)}`);
  console.error(
    `  replay: npm run fuzz -- --seed ${seed} --target ${target} --from ${index} --inputs 1`,
  );
  console.error(stack.split("\n").slice(1, 8).join("\n"));
}
