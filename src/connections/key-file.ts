import { constants } from "node:fs";
import { copyFile, link, mkdir, open, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { randomBytes } from "node:crypto";
import { AstralisError, StoreError } from "../lib/errors.ts";

/** The text of the key file; null where there is none. Refused where others can read it. */
export async function readKeyFile(path: string): Promise<string | null> {
  const file = await openForReading(path);
  if (file === null) return null;
  try {
    const { mode } = await file.stat();
    // Windows has no such bits: there the folder of the user's profile protects the file.
    if (process.platform !== "win32" && (mode & 0o077) !== 0) {
      throw new AstralisError("key-unsafe", `the key file ${path} can be read by others`, {
        hint: `If nobody else had access to it, run: chmod 600 ${path}`,
      });
    }
    return (await file.readFile("utf8")).trim();
  } finally {
    await file.close();
  }
}

/**
 * Puts the key in its place unless one is there already; returns the text that is there afterwards. Of two
 * processes at once one is first, and the other sees its whole file or none.
 */
export async function createKeyFile(path: string, text: string): Promise<string> {
  const folder = dirname(path);
  const draft = `${path}.${randomBytes(6).toString("hex")}`;
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await keepOutOfGit(folder);
    await writeFile(draft, `${text}\n`, { flag: "wx", mode: 0o600, flush: true });
    await placeUnlessThere(draft, path);
  } catch (error) {
    const why = errorCode(error) ?? "unknown reason";
    throw new StoreError("store-unwritable", `the key file ${path} cannot be written (${why})`, {
      hint: `Make ${folder} writable, or set ASTRALIS_KEY to a secret of at least 32 characters.`,
      cause: error,
    });
  } finally {
    await rm(draft, { force: true }).catch(() => {});
  }
  const kept = await readKeyFile(path);
  return kept ?? text;
}

async function openForReading(path: string) {
  try {
    return await open(path, "r");
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes(errorCode(error) ?? "")) return null;
    const why = errorCode(error) ?? "unknown reason";
    throw new AstralisError("key-missing", `the key file ${path} cannot be read (${why})`, {
      hint: `Run astralis as the user who owns ${path}.`,
      cause: error,
    });
  }
}

async function placeUnlessThere(draft: string, path: string): Promise<void> {
  try {
    await link(draft, path);
  } catch (error) {
    if (errorCode(error) === "EEXIST") return;
    // Some file systems have no links; a copy refuses to replace as well.
    await copyFile(draft, path, constants.COPYFILE_EXCL).catch((failure: unknown) => {
      if (errorCode(failure) !== "EEXIST") throw failure;
    });
  }
}

/** The folder holds the key beside what it protects: it is committed to nobody's repository. */
async function keepOutOfGit(folder: string): Promise<void> {
  await writeFile(join(folder, ".gitignore"), "*\n", { flag: "wx" }).catch((error: unknown) => {
    if (errorCode(error) !== "EEXIST") throw error;
  });
}

function errorCode(error: unknown): string | null {
  return error instanceof Error && "code" in error ? String(error.code) : null;
}
