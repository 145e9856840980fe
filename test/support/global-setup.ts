import type { TestProject } from "vitest/node";
import { openPostgresRun } from "./postgres.ts";

declare module "vitest" {
  export interface ProvidedContext {
    postgresDoor: string;
  }
}

/** One Postgres for the whole run, started when the first test asks for a database. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const run = await openPostgresRun();
  project.provide("postgresDoor", run.door);
  return () => run.stop();
}
