import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, statfsSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A file system of its own, too small for what is to be done in it. */
export interface SmallDisk {
  readonly path: string;
  /** Fills it up to that many free bytes. */
  fill(freeBytes: number): void;
  /** Gives the space back. */
  free(): void;
  close(): void;
}

/** Mounted in memory: only where the process may mount, as in a mount namespace of its own. */
export function openSmallDisk(megabytes: number): SmallDisk {
  const path = mkdtempSync(join(tmpdir(), "astralis-disk-"));
  execFileSync("mount", ["-t", "tmpfs", "-o", `size=${megabytes}m`, "tmpfs", path]);
  const filler = join(path, "filler");
  return {
    path,
    fill: (freeBytes) => {
      writeFileSync(filler, "");
      const { bavail, bsize } = statfsSync(path);
      const bytes = Math.max(0, bavail * bsize - freeBytes);
      writeFileSync(filler, Buffer.alloc(bytes));
    },
    free: () => truncateSync(filler),
    close: () => {
      execFileSync("umount", ["--lazy", path]);
      rmSync(path, { recursive: true, force: true });
    },
  };
}
