import {
  constants,
  type FileHandle,
  access,
  open,
  realpath,
  rename,
  rm,
  stat,
} from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { ConfigError } from "../lib/errors.ts";
import { systemRandom } from "../lib/random.ts";
import { systemCode } from "./file.ts";

/** Writes a file that is not there yet. Throws `config-exists` where it is, `config-unwritable` where it cannot be. */
export async function createFile(file: string, text: string): Promise<void> {
  let handle: FileHandle;
  try {
    handle = await open(file, "wx", 0o644);
  } catch (error) {
    if (systemCode(error) === "EEXIST")
      throw new ConfigError("config-exists", `${file} is there already`, {
        hint: "Edit it, remove it, or name another with --config.",
        cause: error,
      });
    throw unwritable(file, error);
  }
  try {
    await handle.writeFile(text);
    await handle.sync();
  } catch (error) {
    // Half a file would stand in the way of the next attempt.
    await rm(file, { force: true });
    throw unwritable(file, error);
  } finally {
    await handle.close();
  }
}

/**
 * Puts a new text in the place of the one that was read: at once or not at all, even when the machine stops. A link
 * stays a link; the mode stays. Throws `config-unwritable`, also where the file is not any more what was read.
 */
export async function replaceFile(file: string, was: Buffer, text: string): Promise<void> {
  try {
    const target = await realpath(file);
    await access(target, constants.W_OK);
    const { mode } = await stat(target);
    const suffix = Buffer.from(systemRandom.bytes(6)).toString("hex");
    const temporary = join(dirname(target), `.${basename(target)}.${suffix}.tmp`);
    try {
      await writeWhole(temporary, text, mode & 0o7777);
      if (!(await isStill(target, was)))
        throw new ConfigError(
          "config-unwritable",
          `${file} was changed by someone else meanwhile`,
          {
            hint: "Nothing was written. Run the command again.",
          },
        );
      await rename(temporary, target);
    } finally {
      await rm(temporary, { force: true });
    }
    await syncFolder(dirname(target));
  } catch (error) {
    throw error instanceof ConfigError ? error : unwritable(file, error);
  }
}

async function writeWhole(path: string, text: string, mode: number): Promise<void> {
  const handle = await open(path, "wx", mode);
  try {
    await handle.writeFile(text);
    // The mode given to open is cut by the process's umask.
    await handle.chmod(mode);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function isStill(path: string, was: Buffer): Promise<boolean> {
  const handle = await open(path, "r");
  try {
    return was.equals(await handle.readFile());
  } finally {
    await handle.close();
  }
}

/** Makes the new name last; not every system lets a folder be synced, and none loses the old file over it. */
async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, "r");
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch {
    return;
  }
}

function unwritable(file: string, error: unknown): ConfigError {
  const reasons: Readonly<Record<string, string>> = {
    EACCES: "permission denied",
    EPERM: "permission denied",
    EROFS: "the disk is read-only",
    ENOSPC: "the disk is full",
    ENOENT: "its folder is not there",
    ENOTDIR: "its folder is a file",
  };
  const code = systemCode(error);
  return new ConfigError(
    "config-unwritable",
    `${file} cannot be written: ${reasons[code] ?? `the system says ${code}`}`,
    {
      hint: "Check the folder and its permissions, or name another file with --config.",
      cause: error,
    },
  );
}
