import { defineConfig } from "vitest/config";

/** The whole crash suite; `npm test` runs a short part of it. */
export default defineConfig({
  test: {
    include: ["test/crash/**/*.test.ts", "test/crash/**/*.full.ts"],
    globalSetup: ["test/support/global-setup.ts"],
    pool: "forks",
    // The moments of one suite are not to be moved by the load of another one.
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    env: {
      ASTRALIS_CRASH_ROUNDS: process.env["ASTRALIS_CRASH_ROUNDS"] ?? "20",
      ASTRALIS_CRASH_SEED:
        process.env["ASTRALIS_CRASH_SEED"] ?? String(1 + Math.floor(Math.random() * 1_000_000)),
    },
  },
});
