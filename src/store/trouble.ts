import { AstralisError, InternalError, StoreError } from "../lib/errors.ts";
import { isRecord } from "../lib/json.ts";

/**
 * What a database's error means to the caller. Errors of others pass through as they are. The statement and its
 * values stay out of it all, because they hold clients' data.
 */
export function storeTrouble(error: unknown, subject: string): unknown {
  if (error instanceof AstralisError || !(error instanceof Error)) return error;
  const code = codeOf(error);
  if (code === null) return error;
  const cause = new Error(`${code}: ${withoutStatement(error.message)}`);
  if (staleCodes.has(code))
    return new StoreError("store-stale", `A row of ${subject} changed while it was decided upon.`, {
      retry: "later",
      cause,
    });
  if (defectCodes.test(code))
    return new InternalError(`${subject} refused a row that breaks its rules (${code})`, { cause });
  if (unwritableCodes.test(code))
    return new StoreError("store-unwritable", `${subject} cannot be written (${code}).`, {
      hint: "Check the folder's owner, its permissions and the free space of the disk.",
      cause,
    });
  return new StoreError("store-unavailable", `${subject} cannot be used (${code}).`, {
    hint: unavailableHint(code),
    retry: "later",
    cause,
  });
}

const staleCodes = new Set([
  "SQLITE_CONSTRAINT_UNIQUE",
  "SQLITE_CONSTRAINT_PRIMARYKEY",
  "SQLITE_BUSY_SNAPSHOT",
  "23505",
  "40001",
  "40P01",
]);

/** Foreign keys, checks and nulls: no input reaches them but through a defect. */
const defectCodes = /^(SQLITE_CONSTRAINT|SQLITE_ERROR|SQLITE_RANGE|SQLITE_MISUSE|23|42|22)/;

/** SQLite's own words for a full disk are `FULL`, and for the files beside the database what it was doing there. */
const unwritableCodes =
  /^(SQLITE_READONLY|SQLITE_FULL|SQLITE_CANTOPEN|SQLITE_PERM|SQLITE_IOERR_(WRITE|FSYNC|DIR_FSYNC|TRUNCATE|DELETE|SHM\w+)|EACCES|EPERM|EROFS|ENOSPC|EDQUOT|EFBIG|ENOTDIR|EISDIR|EEXIST|53100|25006)/;

function unavailableHint(code: string): string {
  if (code === "SQLITE_NOTADB" || code === "SQLITE_CORRUPT")
    return "The file is not an astralis database, or it is damaged: name another one under `storage`.";
  if (code.startsWith("SQLITE_BUSY") || code === "55P03")
    return "Another process holds the database: try again.";
  if (code.startsWith("28")) return "Check the user and the password in `storage`.";
  if (code === "3D000") return "Create the database, or name another one under `storage`.";
  return "Check that the database is running and that `storage` names it.";
}

/** SQLite's and Postgres's codes, those of sockets and files, and knex's own time-out. */
function codeOf(error: Error): string | null {
  if (error.name === "KnexTimeoutError") return "TIMEOUT";
  const code: unknown = isRecord(error) ? error["code"] : undefined;
  if (
    typeof code === "string" &&
    /^(SQLITE_\w+|[0-9A-Z]{5}|E[A-Z]{3,}|ERR_INVALID_URL)$/.test(code)
  )
    return code;
  // What pg says, without a code, of a server that went away.
  return /^(Connection terminated|Client has encountered a connection error|Client was closed)/.test(
    withoutStatement(error.message),
  )
    ? "ECONNRESET"
    : null;
}

/** knex puts the statement before the database's own words. */
function withoutStatement(message: string): string {
  const end = message.lastIndexOf(" - ");
  return (end < 0 ? message : message.slice(end + 3)).slice(0, 300);
}
