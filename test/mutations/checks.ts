import { spawn } from "node:child_process";

/** Something that must fail where there is a bug. */
export interface Check {
  readonly name: string;
  /** Arguments of Node. */
  readonly command: readonly string[];
}

const vitest = (name: string, ...files: readonly string[]): Check => ({
  name,
  command: ["node_modules/vitest/vitest.mjs", "run", "--bail=1", "--maxWorkers=1", ...files],
});

/** The quickest first: a bug goes no further than to the first that finds it. */
export const checks: readonly Check[] = [
  vitest("decisions", "test/unit/reconcile"),
  vitest("properties", "test/property"),
  {
    name: "simulation",
    command: ["test/mutations/simulate.ts", "1", "120"],
  },
  vitest("engine", "test/unit/sync"),
  vitest("requests", "test/unit/lib/pacing.test.ts", "test/unit/lib/http.test.ts"),
  vitest("store", "test/conformance/store.sqlite.test.ts"),
  vitest("tokens", "test/unit/connections/access.test.ts"),
  vitest("providers", "test/unit/providers", "test/conformance/provider."),
];

export interface Outcome {
  readonly failed: boolean;
  /** The line that says what failed. */
  readonly evidence: string;
}

/** What takes longer than this hangs, which is a failure. */
const longestMs = 180_000;

export async function runCheck(check: Check, folder: string): Promise<Outcome> {
  const { code, output } = await run(process.execPath, check.command, folder);
  return { failed: code !== 0, evidence: code === null ? "it hangs" : evidenceIn(output) };
}

/** What the compiler has against the folder's sources; null where it has nothing. */
export async function compileProblem(folder: string): Promise<string | null> {
  const command = ["node_modules/typescript/bin/tsc", "--noEmit", "--noUnusedLocals", "false"];
  const whole = [...command, "--noUnusedParameters", "false"];
  const { code, output } = await run(process.execPath, whole, folder);
  return code === 0 ? null : (output.split("\n").find((line) => line.includes("error")) ?? output);
}

function run(
  program: string,
  command: readonly string[],
  folder: string,
): Promise<{ readonly code: number | null; readonly output: string }> {
  const child = spawn(program, command, {
    cwd: folder,
    env: { ...process.env, DATABASES: "sqlite", NO_COLOR: "1", FORCE_COLOR: "0" },
    stdio: ["ignore", "pipe", "pipe"],
    // A group of its own, so that what it started ends with it.
    detached: true,
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => {
      output = `${output}${text}`.slice(-200_000);
    });
  return new Promise((resolve, reject) => {
    let hung = false;
    const timer = setTimeout(() => {
      hung = true;
      if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
    }, longestMs);
    child.on("error", reject);
    child.on("close", (code) => {
      clearTimeout(timer);
      resolve({ code: hung ? null : (code ?? 1), output });
    });
  });
}

function evidenceIn(output: string): string {
  const lines = output.split("\n").map((line) => line.trim());
  const telling = lines.find((line) => /^FAIL |^× |violat|^law \d+|Error:/.test(line));
  return (telling ?? lines.findLast((line) => line !== "") ?? "").slice(0, 200);
}
