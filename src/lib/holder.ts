import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";

/** Names a process so that another one on the same machine can tell whether it still lives. */
export function holderOf(pid: number): string {
  return `${machine()}:${pid}`;
}

/**
 * True only where that process was on this machine, in this boot and process namespace, and is gone. Behind its name
 * and a space a holder may have a word of its own.
 */
export function isGone(holder: string): boolean {
  const [, where, digits] = /^(.*):(\d+)(?: |$)/.exec(holder) ?? [];
  const pid = Number(digits);
  if (where !== machine() || !Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "ESRCH";
  }
}

let known: string | null = null;

/** Host, boot and process namespace; where the last two cannot be told, no process is ever taken for gone. */
function machine(): string {
  known ??= `${hostname()}/${read(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim().slice(0, 8))}/${read(() => readlinkSync("/proc/self/ns/pid").replace(/\D/g, ""))}`;
  return known;
}

function read(source: () => string): string {
  try {
    return source();
  } catch {
    return `unknown-${process.pid}`;
  }
}
