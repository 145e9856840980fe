import { describe } from "vitest";
import type { TestDatabase } from "../support/databases.ts";
import { testActivities } from "./store/activities.ts";
import { testCommit } from "./store/commit.ts";
import { testCompareAndSet } from "./store/compare-and-set.ts";
import { testConnections } from "./store/connections.ts";
import { testIsolation } from "./store/isolation.ts";
import { testLeases } from "./store/leases.ts";
import { testListings } from "./store/listings.ts";
import { testOutboxAndRuns } from "./store/outbox-and-runs.ts";
import { testReads } from "./store/reads.ts";
import { testSchema } from "./store/schema.ts";
import { testScratch } from "./store/scratch.ts";
import { testStatements } from "./store/statements.ts";
import { testText } from "./store/text.ts";

/** What a database must do to be one of astralis's; every one passes all of it. */
export function testStore(database: TestDatabase): void {
  describe("schema", () => {
    testSchema(database);
  });
  describe("organizations, connections and credentials", () => {
    testConnections(database);
  });
  describe("leases (law 10)", () => {
    testLeases(database);
  });
  describe("listings", () => {
    testListings(database);
  });
  describe("commit", () => {
    testCommit(database);
  });
  describe("compare and set (law 6)", () => {
    testCompareAndSet(database);
  });
  describe("isolation of organizations", () => {
    testIsolation(database);
  });
  describe("outbox and runs", () => {
    testOutboxAndRuns(database);
  });
  describe("reads for people", () => {
    testReads(database);
  });
  describe("activities", () => {
    testActivities(database);
  });
  describe("text of any kind", () => {
    testText(database);
  });
  describe("scratch copies", () => {
    testScratch(database);
  });
  describe("statements (law 11)", () => {
    testStatements(database);
  });
}
