import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import { runCli } from "../../src/cli/run-cli.ts";

const launcher = fileURLToPath(new URL("../../bin/astralis.js", import.meta.url));

/** Protects the credentials in the tests' databases. */
export const testKey = "a key of the tests, long enough to be one";

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** stdout as the one JSON document that it must be. */
  readonly json: () => unknown;
}

export interface CommandOptions {
  readonly cwd: string;
  readonly stdin?: string;
  /** Whether stdin stays open for more, as that of a program that answers what it reads. */
  readonly keepStdin?: boolean;
  readonly env?: Readonly<Record<string, string>>;
  /** Arguments of node itself. */
  readonly node?: readonly string[];
  /** A program with its arguments that starts node in its stead, such as one that sets a limit first. */
  readonly through?: readonly string[];
}

export interface Running {
  readonly child: ChildProcessWithoutNullStreams;
  readonly ended: Promise<Ended>;
  /** Resolves with what matched on that stream so far; rejects when the command ends without it. */
  readonly saw: (stream: "stdout" | "stderr", pattern: RegExp) => Promise<string>;
}

/** The program as a process of its own, as a person starts it; no setting of the machine reaches it. */
export function startAstralis(args: readonly string[], options: CommandOptions): Running {
  const words = [...(options.through ?? []), process.execPath, ...(options.node ?? []), launcher];
  const [program = process.execPath, ...rest] = [...words, ...args];
  const child = spawn(program, rest, {
    cwd: options.cwd,
    env: {
      PATH: process.env["PATH"] ?? "",
      HOME: options.cwd,
      TMPDIR: options.cwd,
      // Compiled code is kept for all of them: each one starts faster.
      NODE_COMPILE_CACHE: join(tmpdir(), "node-compile-cache"),
      ASTRALIS_KEY: testKey,
      ...options.env,
    },
  });
  const texts = { stdout: "", stderr: "" };
  const watchers = new Set<() => void>();
  for (const name of ["stdout", "stderr"] as const)
    child[name].setEncoding("utf8").on("data", (chunk: string) => {
      texts[name] += chunk;
      for (const watch of watchers) watch();
    });
  child.stdin.on("error", () => {});
  if (options.keepStdin === true) child.stdin.write(options.stdin ?? "");
  else child.stdin.end(options.stdin ?? "");
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) =>
      resolve({ code, ...texts, json: () => JSON.parse(texts.stdout) }),
    );
  });
  return {
    child,
    ended,
    saw: (stream, pattern) =>
      new Promise((resolve, reject) => {
        const watch = () => {
          const found = pattern.exec(texts[stream]);
          if (found === null) return;
          watchers.delete(watch);
          resolve(found[0]);
        };
        watchers.add(watch);
        watch();
        void ended.then(({ code, stderr }) =>
          reject(new Error(`ended with ${code} without ${String(pattern)}: ${stderr}`)),
        );
      }),
  };
}

/**
 * The same program inside the test's own process, for what takes no process to show: a tenth of the time. Its streams
 * are no terminal.
 */
export async function runInside(args: readonly string[], options: CommandOptions): Promise<Ended> {
  const texts = { stdout: "", stderr: "" };
  const collect = (name: "stdout" | "stderr") =>
    new Writable({
      write: (chunk: unknown, _encoding, done) => {
        texts[name] += String(chunk);
        done();
      },
    });
  const io = {
    argv: args,
    env: { ASTRALIS_KEY: testKey, ...options.env },
    cwd: options.cwd,
    stdin: Readable.from([options.stdin ?? ""]),
    stdout: collect("stdout"),
    stderr: collect("stderr"),
  };
  const { exitCode } = await runCli(io, {
    signal: new AbortController().signal,
    version: "0.0.0-test",
  });
  return { code: exitCode, ...texts, json: () => JSON.parse(texts.stdout) };
}

export function astralis(args: readonly string[], options: CommandOptions): Promise<Ended> {
  return startAstralis(args, options).ended;
}

/** A folder of one's own, and how to take it away. */
export function newFolder(): { readonly path: string; readonly remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), "astralis-cli-"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
