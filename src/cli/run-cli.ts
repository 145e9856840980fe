import type { Context, Result, Settings } from "./command.ts";
import { exitCodes } from "./exit-codes.ts";
import { writeWhole, type Io } from "./io.ts";
import { createProgram, parseProgram } from "./program.ts";

export interface CliEnd {
  readonly exitCode: number;
  /** A command that runs until it is stopped was stopped: that is no failure. */
  readonly stoppedAsAsked: boolean;
}

/** One command line from its words to its exit code; prints the result or the error, and never throws. */
export async function runCli(
  io: Io,
  options: { readonly signal: AbortSignal; readonly version: string },
): Promise<CliEnd> {
  const written: Promise<void>[] = [];
  const write = (text: string) => void written.push(writeWhole(io.stdout, text));
  let end: CliEnd = { exitCode: exitCodes.fine, stoppedAsAsked: false };
  // Errors of the command line itself come before the options are known.
  let settings: Settings = rawSettings(io.argv);
  try {
    const program = await createProgram({
      version: options.version,
      words: io.argv,
      write,
      execute: async (parsed, run) => {
        settings = parsed;
        end = await execute(io, { ...options, settings, run });
      },
    });
    const wantsHelp = io.argv.length === 0;
    await parseProgram(program, wantsHelp ? ["--help"] : io.argv);
  } catch (thrown) {
    end = {
      exitCode: await fail(io, { thrown, settings, signal: options.signal }),
      stoppedAsAsked: false,
    };
  }
  await Promise.all(written);
  return end;
}

async function execute(
  io: Io,
  options: {
    readonly signal: AbortSignal;
    readonly version: string;
    readonly settings: Settings;
    run(context: Context): Promise<Result>;
  },
): Promise<CliEnd> {
  const { settings, signal } = options;
  // Help and version need none of it.
  const { createContext } = await import("./context.ts");
  const context = createContext(io, options);
  try {
    const result = await options.run(context);
    const { printResult } = await import("./output.ts");
    await printResult(io, result, settings);
    await result.untilStopped?.();
    return {
      exitCode: result.exitCode ?? exitCodes.fine,
      stoppedAsAsked: signal.aborted && result.untilStopped !== undefined,
    };
  } finally {
    await context.close();
  }
}

async function fail(
  io: Io,
  options: { readonly thrown: unknown; readonly settings: Settings; readonly signal: AbortSignal },
): Promise<number> {
  const { AstralisError } = await import("../lib/errors.ts");
  const { toFailure } = await import("./failure.ts");
  const { printFailure } = await import("./output.ts");
  const { signal, settings } = options;
  const thrown =
    signal.aborted && !(options.thrown instanceof AstralisError)
      ? new AstralisError("interrupted", "the command was stopped before its end", {
          hint: "Run it again: it goes on where it was.",
          cause: options.thrown,
        })
      : options.thrown;
  const failure = toFailure(thrown, settings);
  await printFailure(io, failure, settings);
  return failure.exitCode;
}

function rawSettings(argv: readonly string[]): Settings {
  const end = argv.indexOf("--");
  const words = end < 0 ? argv : argv.slice(0, end);
  return {
    configFile: undefined,
    org: undefined,
    json: words.includes("--json"),
    color: !words.includes("--no-color"),
    debug: words.includes("--debug"),
  };
}
