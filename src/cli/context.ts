import type { App, AppOptions } from "../app.ts";
import { createLog, type Log, type LogLine } from "../lib/log.ts";
import type { Context, Settings } from "./command.ts";
import type { Io } from "./io.ts";

/** What a command works with; `close` ends what it opened. */
export function createContext(
  io: Io,
  options: { readonly settings: Settings; readonly signal: AbortSignal; readonly version: string },
): Context & { close(): Promise<void> } {
  const { settings, signal } = options;
  const log = createStderrLog(io, settings.debug);
  let app: Promise<App> | undefined;
  return {
    settings,
    io,
    log,
    signal,
    openApp: (opening) => {
      app ??= openApp(io, { ...options, log, opening });
      return app;
    },
    reopenApp: async () => {
      await (await app)?.close();
      app = openApp(io, { ...options, log, opening: undefined });
      return app;
    },
    note: (text) => void io.stderr.write(`${text}\n`),
    say: (text) => {
      if (!settings.json) io.stdout.write(`${text}\n`);
    },
    close: async () => {
      // What failed to open was reported by whoever asked for it.
      const opened = await app?.catch(() => undefined);
      await opened?.close();
    },
  };
}

async function openApp(
  io: Io,
  options: {
    readonly settings: Settings;
    readonly version: string;
    readonly log: Log;
    readonly opening: Pick<AppOptions, "schema" | "configPath"> | undefined;
  },
): Promise<App> {
  const { createApp } = await import("../app.ts");
  const { configFile } = options.settings;
  return createApp({
    cwd: io.cwd,
    env: io.env,
    log: options.log,
    version: options.version,
    ...(configFile === undefined ? {} : { configPath: configFile }),
    ...options.opening,
  });
}

/** Warnings and errors as lines on stderr; all of the log with `--debug`. */
function createStderrLog(io: Io, debug: boolean): Log {
  return createLog((line) => {
    if (debug || line.level === "warn" || line.level === "error")
      io.stderr.write(`${lineText(line)}\n`);
  });
}

function lineText({ level, message, ...facts }: LogLine): string {
  const beside = Object.entries(facts)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return [`${level}: ${message}`, ...beside].join(" ");
}
