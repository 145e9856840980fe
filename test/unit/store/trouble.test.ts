import { describe, expect, test } from "vitest";
import { StoreError } from "../../../src/lib/errors.ts";
import { storeTrouble } from "../../../src/store/trouble.ts";

function databaseError(code: string, message = "insert into clients values (?) - it failed") {
  return Object.assign(new Error(message), { code });
}

describe("storeTrouble", () => {
  test("what another transaction caused is stale", () => {
    for (const code of [
      "SQLITE_CONSTRAINT_UNIQUE",
      "SQLITE_CONSTRAINT_PRIMARYKEY",
      "23505",
      "40001",
      "40P01",
    ])
      expect(storeTrouble(databaseError(code), "It")).toMatchObject({
        code: "store-stale",
        retry: "later",
      });
  });

  test("a row that breaks the schema's rules is a defect", () => {
    for (const code of [
      "SQLITE_CONSTRAINT_FOREIGNKEY",
      "SQLITE_CONSTRAINT_CHECK",
      "23503",
      "23514",
      "42703",
    ])
      expect(storeTrouble(databaseError(code), "It")).toMatchObject({ code: "internal" });
  });

  test("a disk that cannot be written is told from a server that cannot be reached", () => {
    for (const code of [
      "SQLITE_READONLY",
      "SQLITE_FULL",
      "SQLITE_CANTOPEN",
      "SQLITE_IOERR_WRITE",
      "SQLITE_IOERR_SHMSIZE",
      "EACCES",
      "EROFS",
      "ENOSPC",
      "53100",
    ])
      expect(storeTrouble(databaseError(code), "It")).toMatchObject({ code: "store-unwritable" });
    for (const code of [
      "ECONNREFUSED",
      "ENOTFOUND",
      "28P01",
      "3D000",
      "55P03",
      "57P01",
      "SQLITE_NOTADB",
      "SQLITE_BUSY",
    ])
      expect(storeTrouble(databaseError(code), "It")).toMatchObject({ code: "store-unavailable" });
    for (const message of [
      "Connection terminated unexpectedly",
      "ROLLBACK - Connection terminated unexpectedly",
      "select * from clients - Client has encountered a connection error and is not queryable",
    ])
      expect(storeTrouble(new Error(message), "It")).toMatchObject({ code: "store-unavailable" });
  });

  test("no statement and no value of it reaches a message or its cause", () => {
    const error = databaseError(
      "23505",
      "insert into clients (email) values ('ada@example.com') - duplicate key value violates unique constraint",
    );
    const told = storeTrouble(error, "The database db/acme");
    expect(told).toBeInstanceOf(StoreError);
    const texts = [told, told instanceof Error ? told.cause : null].map(String).join("\n");
    expect(texts).not.toContain("ada@example.com");
    expect(texts).not.toContain("insert into");
    expect(texts).toContain("duplicate key value");
  });

  test("what others threw passes through as it is", () => {
    const errors = [new TypeError("mine"), new StoreError("lease-lost", "gone"), "text"];
    for (const error of errors) expect(storeTrouble(error, "It")).toBe(error);
  });
});
