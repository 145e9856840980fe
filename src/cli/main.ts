import { readFileSync } from "node:fs";
import type { Io } from "./io.ts";
import { forgiveClosedPipe } from "./io.ts";
import { runCli } from "./run-cli.ts";
import { signalExitCodes } from "./exit-codes.ts";

/** The process: what the launcher calls, with the place of package.json. Ends the process. */
export async function main(packageFile: URL): Promise<void> {
  const { argv, env, stdin, stdout, stderr } = process;
  const io: Io = { argv: argv.slice(2), env, cwd: process.cwd(), stdin, stdout, stderr };
  forgiveClosedPipe(stdout);
  forgiveClosedPipe(stderr);
  const stop = new AbortController();
  let signalled: number | undefined;
  for (const name of ["SIGINT", "SIGTERM"] as const)
    process.on(name, () => {
      // The first one lets the work end cleanly; whoever asks twice does not want to wait.
      if (signalled !== undefined) process.exit(signalExitCodes[name]);
      signalled = signalExitCodes[name];
      stop.abort();
    });
  // Where something fails beside the command's own path, it is told in the same words.
  const failLoudly = async (thrown: unknown) => {
    const { toFailure } = await import("./failure.ts");
    const failure = toFailure(thrown, { debug: io.argv.includes("--debug") });
    process.stderr.write(`${failure.text}\n`, () => process.exit(failure.exitCode));
  };
  process.on("uncaughtException", (error) => void failLoudly(error));
  const result = await runCli(io, { signal: stop.signal, version: versionOf(packageFile) });
  process.exit(signalled === undefined || result.stoppedAsAsked ? result.exitCode : signalled);
}

function versionOf(packageFile: URL): string {
  const parsed: unknown = JSON.parse(readFileSync(packageFile, "utf8"));
  const known = typeof parsed === "object" && parsed !== null && "version" in parsed;
  return known ? String(parsed.version) : "unknown";
}
