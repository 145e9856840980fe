/** Puts each deliberate bug into a copy of the sources and runs the checks until one finds it: see docs/testing.md. */
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { checks, compileProblem, runCheck } from "./checks.ts";
import type { Check } from "./checks.ts";
import { mutations } from "./list.ts";
import { applyMutation } from "./mutation.ts";
import type { Mutation } from "./mutation.ts";

const { values } = parseArgs({
  options: {
    /** Only the mutations whose name or file this regular expression finds. */
    only: { type: "string", default: "" },
    /** Only these checks, by name, with commas. */
    checks: { type: "string", default: checks.map(({ name }) => name).join(",") },
    /** Runs every check on every mutation, to see all that find it. */
    every: { type: "boolean", default: false },
    /** Compiles each mutation first: for those who change the list. */
    types: { type: "boolean", default: false },
    workers: { type: "string", default: "2" },
  },
});

interface Row {
  readonly mutation: Mutation;
  readonly caughtBy: readonly string[];
  readonly seconds: number;
}

const root = join(import.meta.dirname, "../..");
const copied = [
  "src",
  "migrations",
  "test",
  "bin",
  "docs",
  "bench",
  "package.json",
  "tsconfig.json",
  "vitest.config.ts",
];
const examples = ["astralis.config.example.yaml"];

const only = new RegExp(values.only);
const chosen = mutations.filter(({ name, file }) => only.test(name) || only.test(file));
const used = values.checks.split(",").map(checkNamed);
const startedMs = performance.now();
const folders = Array.from({ length: Number(values.workers) }, copyTree);
try {
  // A list that has rotted shows at once.
  for (const mutation of chosen) applyMutation(mutation, readSource(root, mutation));
  await refuseFailing(folders[0] ?? "");
  const rows = await tryAll(folders);
  for (const line of table(rows)) console.log(line);
  const survivors = rows.filter(({ caughtBy }) => caughtBy.length === 0);
  const minutes = ((performance.now() - startedMs) / 60_000).toFixed(1);
  console.log(`${rows.length - survivors.length} of ${rows.length} found in ${minutes} minutes`);
  process.exitCode = survivors.length > 0 || rows.length === 0 ? 1 : 0;
} finally {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
}

function checkNamed(name: string): Check {
  const check = checks.find((one) => one.name === name);
  if (check === undefined)
    throw new Error(
      `There is no check ${name}; there are ${checks.map((one) => one.name).join(", ")}.`,
    );
  return check;
}

function copyTree(): string {
  const folder = mkdtempSync(join(tmpdir(), "astralis-mutations-"));
  for (const name of [...copied, ...examples])
    cpSync(join(root, name), join(folder, name), { recursive: true });
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  return folder;
}

function readSource(folder: string, { file }: Mutation): string {
  return readFileSync(join(folder, file), "utf8");
}

/** A check that fails without a bug would find every one. */
async function refuseFailing(folder: string): Promise<void> {
  for (const check of used) {
    const { failed, evidence } = await runCheck(check, folder);
    if (failed) throw new Error(`The check ${check.name} fails without any mutation: ${evidence}`);
    console.error(`${check.name}: passes as things are`);
  }
}

/** Each folder takes the next mutation as soon as it is done with one. */
async function tryAll(all: readonly string[]): Promise<readonly Row[]> {
  const waiting = [...chosen];
  const rows = new Map<Mutation, Row>();
  await Promise.all(
    all.map(async (folder) => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift())
        rows.set(next, await tryOne(next, folder));
    }),
  );
  return chosen.flatMap((mutation) => rows.get(mutation) ?? []);
}

async function tryOne(mutation: Mutation, folder: string): Promise<Row> {
  const begunMs = performance.now();
  const original = readSource(folder, mutation);
  writeFileSync(join(folder, mutation.file), applyMutation(mutation, original));
  try {
    const problem = values.types ? await compileProblem(folder) : null;
    if (problem !== null)
      throw new Error(`"${mutation.name}" is no program, which anything would find: ${problem}`);
    const caughtBy: string[] = [];
    for (const check of used) {
      const { failed, evidence } = await runCheck(check, folder);
      if (!failed) continue;
      caughtBy.push(check.name);
      console.error(`${mutation.name}: ${check.name}: ${evidence}`);
      if (!values.every) break;
    }
    if (caughtBy.length === 0) console.error(`${mutation.name}: SURVIVED`);
    return { mutation, caughtBy, seconds: (performance.now() - begunMs) / 1000 };
  } finally {
    writeFileSync(join(folder, mutation.file), original);
  }
}

function table(rows: readonly Row[]): readonly string[] {
  const cells = [
    ["mutation", "law", "found by", "seconds"],
    ...rows.map(({ mutation, caughtBy, seconds }) => [
      mutation.name,
      String(mutation.law),
      caughtBy.join(", ") || "NOTHING",
      seconds.toFixed(1),
    ]),
  ];
  const widths = [0, 1, 2, 3].map((column) =>
    Math.max(...cells.map((line) => line[column]?.length ?? 0)),
  );
  return cells.map((line) =>
    line
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}
