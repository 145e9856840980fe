import { open, realpath, rename, rm, stat } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { AstralisError } from "../lib/errors.ts";
import type { Random } from "../lib/random.ts";

/** Clients are nobody else's business: only the owner reads it. */
const mode = 0o600;

/**
 * Writes a file beside its place and renames it when it is whole and on the disk: what stood there before stays until
 * then, also where `work` throws or the machine stops. Throws `file-unwritable`.
 */
export async function writeWholeFile<T>(
  path: string,
  random: Random,
  work: (write: (text: string) => Promise<void>) => Promise<T>,
): Promise<T> {
  const told = <R>(doing: Promise<R>): Promise<R> =>
    doing.catch((error: unknown) => {
      throw unwritable(path, error);
    });
  const target = await placeOf(path);
  const suffix = Buffer.from(random.bytes(6)).toString("hex");
  const beside = join(dirname(target), `.${basename(target)}.${suffix}.tmp`);
  const handle = await told(open(beside, "wx", mode));
  try {
    const result = await filled(handle, told, work);
    await told(rename(beside, target));
    return result;
  } finally {
    await rm(beside, { force: true });
  }
}

async function filled<T>(
  handle: FileHandle,
  told: <R>(doing: Promise<R>) => Promise<R>,
  work: (write: (text: string) => Promise<void>) => Promise<T>,
): Promise<T> {
  try {
    const result = await work((text) => told(handle.writeFile(text)));
    await told(handle.sync());
    return result;
  } finally {
    await handle.close();
  }
}

/** Where a link leads; only a file can be replaced. */
async function placeOf(path: string): Promise<string> {
  try {
    const target = await realpath(path);
    if ((await stat(target)).isFile()) return target;
  } catch (error) {
    if (systemCode(error) === "ENOENT") return path;
    throw unwritable(path, error);
  }
  throw new AstralisError("file-unwritable", `${path} is there and is no file`, {
    hint: "Name a file, or leave --output out and redirect stdout.",
  });
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EPERM: "permission denied",
  EROFS: "the disk is read-only",
  ENOSPC: "the disk is full",
  EDQUOT: "the quota is used up",
  ENOENT: "its folder is not there",
  ENOTDIR: "its folder is a file",
};

function unwritable(path: string, error: unknown): AstralisError {
  const code = systemCode(error);
  return new AstralisError(
    "file-unwritable",
    `${path} cannot be written: ${reasons[code] ?? `the system says ${code}`}`,
    { hint: "Nothing was replaced. Check the folder, or name another file.", cause: error },
  );
}

function systemCode(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "unknown";
}
