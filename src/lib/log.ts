import { redact } from "./redact.ts";

export type LogLevel = "debug" | "info" | "warn" | "error";

/** Facts beside the sentence: names, ids, counts and times; never a secret, never a body. */
export type LogFacts = Readonly<Record<string, string | number | boolean | null | undefined>>;

/** Where the program says what it does; goes to stderr or to a file, never to stdout. */
export interface Log {
  debug(message: string, facts?: LogFacts): void;
  info(message: string, facts?: LogFacts): void;
  warn(message: string, facts?: LogFacts): void;
  error(message: string, facts?: LogFacts): void;
}

export interface LogLine extends LogFacts {
  readonly level: LogLevel;
  readonly message: string;
}

/** A log whose every line passes through redaction before anything sees it. */
export function createLog(write: (line: LogLine) => void): Log {
  const at = (level: LogLevel) => (message: string, facts?: LogFacts) => {
    const safe = Object.entries(facts ?? {}).map(([key, value]) => [
      key,
      typeof value === "string" ? redact(value) : value,
    ]);
    write({ ...Object.fromEntries(safe), level, message: redact(message) });
  };
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}

export const silentLog: Log = createLog(() => {});
