import { isUtf8 } from "node:buffer";
import { open, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { ConfigError } from "../lib/errors.ts";

export const configFileName = "astralis.config.yaml";

const maxBytes = 1024 * 1024;

/**
 * The absolute path of the configuration: `path` where one was asked for, else the nearest one from `cwd` upwards.
 * Throws `config-not-found`.
 */
export async function findConfig(options: {
  readonly path?: string | undefined;
  readonly cwd: string;
}): Promise<string> {
  if (options.path !== undefined) {
    const file = resolve(options.cwd, options.path);
    const kind = await kindOf(file);
    if (kind === "file") return file;
    throw new ConfigError(
      "config-not-found",
      kind === "folder" ? `${file} is a folder, not a file` : `there is no file ${file}`,
      { hint: `\`astralis init --config ${options.path}\` writes one.` },
    );
  }
  let folder = resolve(options.cwd);
  for (;;) {
    const file = join(folder, configFileName);
    if ((await kindOf(file)) === "file") return file;
    const parent = dirname(folder);
    if (parent === folder) break;
    folder = parent;
  }
  throw new ConfigError(
    "config-not-found",
    `there is no ${configFileName} in ${resolve(options.cwd)} or a folder above it`,
    { hint: "`astralis init` writes one; `--config <file>` names another." },
  );
}

/** A file's text without a byte order mark; null for a missing one where that is allowed. At most 1 MB of UTF-8. */
export async function readText(file: string): Promise<string>;
export async function readText(
  file: string,
  options: { readonly missing: "allowed" },
): Promise<string | null>;
export async function readText(
  file: string,
  options: { readonly missing?: "allowed" } = {},
): Promise<string | null> {
  const bytes = await readBytes(file).catch((error: unknown) => {
    const code = systemCode(error);
    if (options.missing === "allowed" && code === "ENOENT") return null;
    throw new ConfigError(
      code === "ENOENT" ? "config-not-found" : "config-invalid",
      `${file} cannot be read (${code})`,
      { hint: "Check the file and its permissions.", cause: error },
    );
  });
  if (bytes === null) return null;
  if (bytes.length > maxBytes) throw notText(file, "is larger than 1 MB", "");
  const text = bytes.toString("utf8");
  if (!isUtf8(bytes)) throw notText(file, "is not UTF-8 text", text.split("\ufffd")[0] ?? "");
  const control = text.search(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/);
  if (control >= 0) throw notText(file, "contains a control character", text.slice(0, control));
  return text.startsWith("\ufeff") ? text.slice(1) : text;
}

/** The operating system's name of an error, such as EACCES. */
export function systemCode(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "unknown";
}

/** Pipes count as files, so that `--config` can read one. */
async function kindOf(path: string): Promise<"file" | "folder" | "nothing"> {
  try {
    return (await stat(path)).isDirectory() ? "folder" : "file";
  } catch (error) {
    // A folder above may be closed to us, or a file: then nothing can be found in it.
    if (["ENOENT", "ENOTDIR", "EACCES", "EPERM", "ELOOP"].includes(systemCode(error)))
      return "nothing";
    throw error;
  }
}

/** Stops reading soon after the limit, whatever kind of file it is. */
async function readBytes(path: string): Promise<Buffer> {
  const handle = await open(path, "r");
  try {
    const chunks: Buffer[] = [];
    let total = 0;
    while (total <= maxBytes) {
      const { bytesRead, buffer } = await handle.read(Buffer.alloc(65_536), 0, 65_536, null);
      if (bytesRead === 0) break;
      chunks.push(buffer.subarray(0, bytesRead));
      total += bytesRead;
    }
    return Buffer.concat(chunks);
  } finally {
    await handle.close();
  }
}

/** `before` is what stands before the fault. */
function notText(file: string, what: string, before: string): ConfigError {
  const lines = before.split("\n");
  const place = { line: lines.length, column: (lines.at(-1) ?? "").length + 1 };
  const where = before === "" ? "" : ` (line ${place.line}, column ${place.column})`;
  return new ConfigError("config-invalid", `${file} ${what}${where}`, {
    hint: "It must be text in UTF-8 of at most 1 MB.",
    problems: [{ path: "", ...place, message: `the file ${what}` }],
  });
}
