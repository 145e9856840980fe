import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/support/global-setup.ts", "test/support/contracts.ts"],
    pool: "forks",
    // A test that takes longer hangs; on a busy machine all take longer than they should.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
