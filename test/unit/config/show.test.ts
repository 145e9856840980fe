import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { readEnvironment } from "../../../src/config/environment.ts";
import { shownConfig, shownConfigText } from "../../../src/config/show.ts";
import { configOf, connectionFile } from "../../support/config-text.ts";

const example = new URL("../../../astralis.config.example.yaml", import.meta.url);

describe("the configuration as it is shown", () => {
  test("holds no secret, wherever it came from", async () => {
    const env = {
      DATABASE_URL: "postgres://ada:hunter2@db/astralis?sslmode=require&sslpassword=hunter2",
      GOOGLE_CLIENT_ID: "google-id",
      GOOGLE_CLIENT_SECRET: "hunter2",
      STRIPE_CLIENT_ID: "ca_1",
      STRIPE_SECRET_KEY: "sk_test_hunter2hunter2",
    };
    const config = configOf(await readFile(example, "utf8"), env);
    expect(shownConfigText(config)).not.toContain("hunter2");
    expect(shownConfig(config)).toMatchObject({
      storage: "postgres://ada:***@db/astralis?sslmode=require&sslpassword=***",
      apps: {
        google: { client_id: "google-id", client_secret: "set" },
        stripe: { client_secret: "set" },
      },
      safety: { max_deletes: "20%", max_creates: 500 },
      variables: {
        STRIPE_SECRET_KEY: { from: "environment", used_by: ["apps.stripe.client_secret"] },
        INTEGRATION_BATCH_SIZE: { from: "default", used_by: ["sync.batch_size"] },
      },
    });
  });

  test("shows where sign-ins of an application are sent back to, and its environment", () => {
    const config = configOf(
      [
        "version: 1",
        "apps:",
        "  quickbooks: { client_id: a, environment: sandbox }",
        "  freshbooks: { client_id: b, redirect_uri: https://acme.example/signed-in }",
      ].join("\n"),
    );
    expect(shownConfig(config)["apps"]).toEqual({
      quickbooks: {
        client_id: "a",
        client_secret: "not set",
        redirect_port: null,
        redirect_uri: null,
        environment: "sandbox",
      },
      freshbooks: {
        client_id: "b",
        client_secret: "not set",
        redirect_port: null,
        redirect_uri: "https://acme.example/signed-in",
        environment: "production",
      },
    });
  });

  test("names the variables that an application lacks, and what is not set", async () => {
    const config = configOf(await readFile(example, "utf8"), { STRIPE_CLIENT_ID: "ca_1" });
    expect(shownConfig(config)).toMatchObject({
      storage: "sqlite:/home/ada/.astralis/astralis.db",
      apps: {
        google: "not configured: GOOGLE_CLIENT_ID is unset",
        stripe: { client_id: "ca_1", client_secret: "not set" },
      },
    });
  });

  test("shows every default of a connection, as text that reads back the same", () => {
    const config = configOf(connectionFile());
    expect(shownConfig(config)).toMatchObject({
      orgs: {
        acme: {
          connections: {
            billing: {
              provider: "stripe",
              collections: "all",
              direction: { default: "both", fields: {} },
              conflict: { default: "last-write-wins", fields: {} },
              create: { here: "by type", there: "by type" },
              schedule: "*/5 * * * *",
              max_retries: 3,
              search_lag_seconds: "by provider",
            },
          },
        },
      },
    });
    expect(parse(shownConfigText(config))).toEqual(shownConfig(config));
  });
});

describe("the environment", () => {
  test("is read once, and an empty variable counts as unset", () => {
    expect(readEnvironment({ ASTRALIS_KEY: "k".repeat(32), NO_COLOR: "1" })).toEqual({
      masterKey: "k".repeat(32),
      noColor: true,
    });
    expect(readEnvironment({ ASTRALIS_KEY: "", NO_COLOR: "" })).toEqual({
      masterKey: null,
      noColor: false,
    });
  });
});
