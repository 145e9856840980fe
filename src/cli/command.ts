import type { App, AppOptions } from "../app.ts";
import type { Log } from "../lib/log.ts";
import type { ExitCode } from "./exit-codes.ts";
import type { Input } from "./input.ts";
import type { Io } from "./io.ts";
import type { Look } from "./look.ts";

/** A command as it stands in the catalogue: enough for the list of commands, loaded in full when it is named. */
export interface CatalogueEntry {
  readonly name: string;
  readonly summary: string;
  readonly load: () => Promise<CommandBody>;
}

/** What a command takes and does. It either runs or has commands of its own. */
export interface CommandBody {
  /** A paragraph under the summary of its help. */
  readonly details?: string;
  readonly arguments?: readonly ArgumentSpec[];
  readonly options?: readonly OptionSpec[];
  /** Whole command lines. */
  readonly examples: readonly string[];
  readonly run?: (context: Context, input: Input) => Promise<Result>;
  readonly commands?: readonly Command[];
}

export interface Command extends CommandBody {
  readonly name: string;
  readonly summary: string;
}

export interface ArgumentSpec {
  /** `<name>` where it must be given, `[name]` where it may be left out. */
  readonly form: string;
  readonly summary: string;
}

export interface OptionSpec {
  /** As commander writes them: `--limit <count>`, `--no-browser`. */
  readonly flags: string;
  readonly summary: string;
  readonly choices?: readonly string[];
  /** May be given several times; the values are kept in their order. */
  readonly repeatable?: boolean;
}

/** What a command works with. */
export interface Context {
  readonly settings: Settings;
  readonly io: Io;
  readonly log: Log;
  /** Aborted by Ctrl-C and by a request to end. */
  readonly signal: AbortSignal;
  /** The core, put together on the first call and closed by whoever made the context. */
  openApp(options?: Pick<AppOptions, "schema" | "configPath">): Promise<App>;
  /** The same from the configuration as it is now, after a command changed the file. */
  reopenApp(): Promise<App>;
  /** A line for people on stderr. */
  readonly note: (text: string) => void;
  /** A line of a result that comes bit by bit, on stdout; dropped with `--json`. */
  readonly say: (text: string) => void;
}

/** The options that every command takes. */
export interface Settings {
  readonly configFile: string | undefined;
  readonly org: string | undefined;
  readonly json: boolean;
  readonly color: boolean;
  readonly debug: boolean;
}

/** What a command has to say; `output.ts` prints it. */
export interface Result {
  /** The one document of `--json`. */
  readonly document: unknown;
  /** The same for people, without a line end at its end. */
  text(look: Look): string;
  /** `fine` where it is left out. */
  readonly exitCode?: ExitCode;
  /** Printed, the command goes on until this resolves; a signal ends it with the exit code above. */
  untilStopped?(): Promise<void>;
}
