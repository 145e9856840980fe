import type { Readable, Writable } from "node:stream";

/** The process as the commands see it. */
export interface Io {
  /** Without node and the script. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly stdin: Readable & { readonly isTTY?: boolean | undefined };
  readonly stdout: Terminal;
  readonly stderr: Terminal;
}

/** A stream that may be a terminal. */
export type Terminal = Writable & {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
};

/** Whether a person can be asked: questions are written to stderr, so that stdout stays the command's result. */
export function canAsk(io: Io): boolean {
  return io.stdin.isTTY === true && io.stderr.isTTY === true;
}

/** Everything on stdin, up to a limit; without the line end at its end. */
export async function readStdin(io: Io, maxCharacters: number): Promise<string> {
  let text = "";
  for await (const chunk of io.stdin) {
    text += String(chunk);
    if (text.length > maxCharacters) break;
  }
  return text.slice(0, maxCharacters).trim();
}

/**
 * Keeps a reader that went away (`astralis clients list | head -1`) from ending the command: what is written
 * afterwards is dropped, and the work goes on to its end.
 */
export function forgiveClosedPipe(stream: Terminal): void {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE" && error.code !== "ERR_STREAM_DESTROYED") throw error;
  });
}

/** Writes and waits until it left the process, or until nobody reads any more. */
export function writeWhole(stream: Terminal, text: string): Promise<void> {
  return new Promise((resolve) => {
    if (stream.destroyed || stream.errored) resolve();
    else stream.write(text, () => resolve());
  });
}

/** Resolves when the signal is given, or was. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
