/**
 * How long `astralis --help` takes beside `node -e 0`, in turns on one machine: `node bench/startup.ts [rounds]`.
 * Prints medians in milliseconds as one JSON document.
 */
import { spawnSync } from "node:child_process";
import { performance } from "node:perf_hooks";
import { fileURLToPath } from "node:url";

const launcher = fileURLToPath(new URL("../bin/astralis.js", import.meta.url));
const rounds = Number(process.argv[2] ?? 15);

function runMs(args: readonly string[]): number {
  const startedMs = performance.now();
  const { status } = spawnSync(process.execPath, args, { stdio: "ignore" });
  if (status !== 0) throw new Error(`${args.join(" ")} ended with ${status}`);
  return performance.now() - startedMs;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

const cases = {
  node: ["-e", "0"],
  help: [launcher, "--help"],
  command_help: [launcher, "clients", "add", "--help"],
} as const;
const times: Record<keyof typeof cases, number[]> = { node: [], help: [], command_help: [] };

// The first round fills the compile cache and is not counted.
for (let round = 0; round <= rounds; round += 1)
  for (const name of ["node", "help", "command_help"] as const) {
    const tookMs = runMs(cases[name]);
    if (round > 0) times[name].push(tookMs);
  }

const node = median(times.node);
const help = median(times.help);
const commandHelp = median(times.command_help);
const report = {
  rounds,
  node_ms: Number(node.toFixed(1)),
  help_ms: Number(help.toFixed(1)),
  command_help_ms: Number(commandHelp.toFixed(1)),
  help_ratio: Number((help / node).toFixed(2)),
  command_help_ratio: Number((commandHelp / node).toFixed(2)),
};
process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
