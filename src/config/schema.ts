/**
 * The configuration file as people write it: every key with its documentation, its limits and its default.
 * The JSON Schema, the reference in docs/configuration.md and the checks of the file all come from here.
 * Loading zod takes a while: only what reads or describes a configuration imports this.
 */
import * as z from "zod";
import { clientFields, isClientField } from "../model/client.ts";
import { collections } from "../model/connection.ts";
import { identityKinds } from "../model/identity.ts";
import { conflictStrategies } from "../model/journal.ts";
import { clearPolicies, configDirections, deletePolicies } from "./config.ts";
import { cronProblem } from "./cron.ts";
import { endpointProblem, redirectProblem } from "./endpoints.ts";
import { countryProblem, namePattern, nameProblem } from "./names.ts";
import { storageProblem } from "./storage.ts";

const strategy = z.enum(conflictStrategies);

const schedule = text(cronProblem);

const appKeys = {
  client_id: text(emptyProblem)
    .optional()
    .describe("The application's id. While its variable is unset, the application does not exist."),
  client_secret: z.string().optional().meta({
    description: "The application's secret. Write a variable here, never the secret itself.",
    writeOnly: true,
  }),
  redirect_port: z
    .int()
    .min(1)
    .max(65_535)
    .optional()
    .describe(
      "A fixed port for the sign-in's redirect to this machine. Without it any free port is taken, or 8765 where the address must be registered.",
    ),
  redirect_uri: text(redirectProblem)
    .optional()
    .describe(
      "An https address that the sign-in's redirect goes to instead; the address that the browser lands on is then pasted.",
    ),
  environment: text(emptyProblem)
    .optional()
    .describe(
      "Which of the vendor's environments its connections work in, such as `sandbox`. Without it, `production`.",
    ),
};

const apps = z.strictObject({
  google: app("Google: mail, contacts and calendar."),
  microsoft: z
    .strictObject({
      ...appKeys,
      tenant: text(emptyProblem)
        .default("common")
        .describe("The directory whose accounts may sign in: an id, a domain, or `common`."),
    })
    .optional()
    .describe("Microsoft: Outlook mail, contacts and calendar."),
  stripe: app("Stripe Connect. The everyday way, a restricted key, needs no application."),
  quickbooks: app("Intuit, for QuickBooks Online."),
  freshbooks: app("FreshBooks, for its invoices and payments."),
  salesforce: app("Salesforce: a connected app of any of its organizations."),
  hubspot: app("HubSpot: a public app."),
});

const sync = z.strictObject({
  schedule: schedule
    .default("*/5 * * * *")
    .describe("When to sync: a cron expression of five fields."),
  conflict: strategy
    .default("last-write-wins")
    .describe("What decides when a field was changed differently on both sides (law 1)."),
  max_retries: z
    .int()
    .min(0)
    .max(100)
    .default(3)
    .describe(
      "How often a read that failed is tried again within one sync; what is owed waits for the next one.",
    ),
  batch_size: z
    .int()
    .min(1)
    .max(500)
    .default(50)
    .describe("How many records are committed in one transaction."),
  request_timeout_seconds: z
    .int()
    .min(1)
    .max(600)
    .default(30)
    .describe("How long one request to a provider may take."),
});

const safety = z.strictObject({
  max_deletes: text(percentProblem)
    .default("20%")
    .describe("The share of a connection's records that may vanish in 24 hours before it stops."),
  max_creates: z
    .int()
    .min(0)
    .max(1_000_000_000)
    .default(500)
    .describe("How many records may be created at one provider before it asks first."),
});

const connection = z.strictObject({
  provider: text(emptyProblem).describe(
    "What it connects to: `stripe`, `gmail`, ... `astralis connect --help` lists them.",
  ),
  enabled: z.boolean().default(true).describe("`false` leaves it out of every sync."),
  collections: list(collections)
    .optional()
    .describe("What it syncs. Without it, all that the provider offers."),
  direction: perField(configDirections)
    .default("both")
    .describe("Which way changes go: `pull` never writes to the provider, `push` never takes."),
  conflict: perField(conflictStrategies)
    .optional()
    .describe("What decides a conflict. Without it, the organization's `conflict`."),
  clear: perField(clearPolicies)
    .default("propagate")
    .describe("Whether a field that was emptied on one side is emptied on the other (law 2)."),
  deletes: z
    .enum(deletePolicies)
    .default("unlink")
    .describe(
      "What a deletion on one side means for the other: `unlink` deletes nowhere, `propagate` follows, `ignore` does nothing (law 7).",
    ),
  create: z
    .strictObject({
      here: z.boolean().optional().describe("Whether unknown records become clients."),
      there: z.boolean().optional().describe("Whether clients without a record become records."),
    })
    .prefault({})
    .describe(
      "What may be created. Without it, both for CRM and billing, `here` alone for e-mail (law 8).",
    ),
  filter: z
    .record(
      text(emptyProblem).meta({ title: "condition" }),
      text(emptyProblem).describe(
        "The value that a record must have: `group` at Gmail, a property at HubSpot, a field at Salesforce, `metadata.<key>` at Stripe.",
      ),
    )
    .optional()
    .describe(
      "Takes only the records that meet all of it. The others are left alone, and what leaves it stays linked: nothing is deleted by it (laws 7 and 8).",
    ),
  endpoints: z
    .strictObject({
      api: text((value) => endpointProblem(value, "origin"))
        .optional()
        .describe("Origin of the API. Alone, it moves the other endpoints as well."),
      authorize: text((value) => endpointProblem(value, "url"))
        .optional()
        .describe("URL of the page on which people sign in."),
      token: text((value) => endpointProblem(value, "url"))
        .optional()
        .describe("URL at which codes and tokens are exchanged."),
      revoke: text((value) => endpointProblem(value, "url"))
        .optional()
        .describe("URL at which a grant is ended."),
    })
    .prefault({})
    .describe(
      "Reaches the provider elsewhere: a proxy, a sandbox. https, or plain http on this machine.",
    ),
  schedule: schedule
    .optional()
    .describe("When to sync this connection. Without it, `sync.schedule`."),
  search_lag_seconds: z
    .int()
    .min(0)
    .max(86_400)
    .optional()
    .describe(
      "For how long a record that was just created may be missing from the provider's listings. Without it, the provider's own figure.",
    ),
});

const organization = z.strictObject({
  name: text(emptyProblem)
    .optional()
    .describe("What people call it. Without it, its name in the file."),
  match: list(identityKinds)
    .default(["email"])
    .describe(
      "By what records are known to mean the same client (law 8). With `phone`, a client may have no e-mail address.",
    ),
  defaults: z
    .strictObject({
      country: text(countryProblem)
        .optional()
        .describe("Country of clients that have none, where a provider demands one."),
    })
    .prefault({})
    .describe("Values for what clients do not have."),
  conflict: strategy
    .optional()
    .describe("What decides a conflict in this organization. Without it, `sync.conflict`."),
  connections: named("connection", connection.describe("One account at one provider."))
    .default({})
    .describe("Its accounts at providers. Where all else is equal, the first one wins (law 1)."),
});

export const fileSchema = z.strictObject({
  version: z.literal(1).describe("The version of this format."),
  storage: text(storageProblem)
    .default("sqlite:.astralis/astralis.db")
    .describe(
      "The database: `sqlite:<path>`, relative to this file, or `postgres://<user>@<host>/<database>`.",
    ),
  apps: apps
    .prefault({})
    .describe("Your own OAuth applications, one a vendor; needed to sign in with a browser."),
  sync: sync.prefault({}).describe("How to sync, for every connection."),
  safety: safety.prefault({}).describe("When to stop and let a person look (law 7)."),
  orgs: named("org", organization.describe("One organization, under the name that commands use."))
    .default({})
    .describe("Organizations. Nothing crosses from one to another."),
});

/** The file after the schema: defaults are in. */
export type ConfigFile = z.output<typeof fileSchema>;

/** A connection as it is written into the file. */
export type ConnectionEntry = z.input<typeof connection>;

/** An organization and an application, likewise. */
export type OrganizationEntry = z.input<typeof organization>;
export type AppEntry = NonNullable<z.input<typeof apps.shape.google>>;

/** The JSON Schema for editors: draft 2020-12; values that are not free text may be a `${VAR}` as well. */
export function configJsonSchema(): Record<string, unknown> {
  return {
    ...z.toJSONSchema(fileSchema, {
      io: "input",
      override: ({ jsonSchema }) => {
        if (jsonSchema.type === "object") jsonSchema.type = ["object", "null"];
        const { description, default: fallback, ...rest } = jsonSchema;
        const isFree = rest.type === "string" && rest.enum === undefined;
        const isScalar = ["string", "number", "integer", "boolean"].includes(String(rest.type));
        if (!isScalar || isFree) return;
        for (const key of Object.keys(jsonSchema)) Reflect.deleteProperty(jsonSchema, key);
        Object.assign(
          jsonSchema,
          description === undefined ? {} : { description },
          fallback === undefined ? {} : { default: fallback },
          { anyOf: [rest, { type: "string", pattern: "\\$\\{" }] },
        );
      },
    }),
    title: "astralis.config.yaml",
  };
}

function text(problemOf: (value: string) => string | null) {
  return z.string().check((context) => {
    const message = problemOf(context.value);
    if (message !== null) context.issues.push({ code: "custom", message, input: context.value });
  });
}

function emptyProblem(value: string): string | null {
  return value.trim() === "" ? "must not be empty" : null;
}

function percentProblem(value: string): string | null {
  const share = /^(\d{1,3}(?:\.\d{1,6})?)\s*%$/.exec(value)?.[1];
  const isShare = share !== undefined && Number(share) > 0 && Number(share) <= 100;
  return isShare ? null : 'must be a percentage above 0% and up to 100%, such as "20%"';
}

function app(description: string) {
  return z.strictObject(appKeys).optional().describe(description);
}

/** A value for all fields, or a default with exceptions. */
function perField<const T extends readonly [string, ...string[]]>(values: T) {
  return z.union([
    z.enum(values),
    z.strictObject({
      default: z.enum(values).optional().describe("For the fields that are not listed."),
      fields: z
        .record(
          z
            .string()
            .check((context) => {
              if (!isClientField(context.value))
                context.issues.push({ code: "custom", input: context.value });
            })
            .meta({ title: "field" }),
          z.enum(values).describe("For this field of a client; custom ones are `custom.<name>`."),
        )
        .default({})
        .describe(`By field: ${clientFields.map((field) => `\`${field}\``).join(", ")}.`),
    }),
  ]);
}

function list<const T extends readonly [string, ...string[]]>(values: T) {
  return z
    .array(z.enum(values))
    .check((context) => {
      if (context.value.length === 0)
        context.issues.push({ code: "custom", message: "must not be empty", input: context.value });
      if (new Set(context.value).size < context.value.length)
        context.issues.push({
          code: "custom",
          message: "must not name one twice",
          input: context.value,
        });
    })
    .meta({ minItems: 1, uniqueItems: true });
}

function named<T extends z.ZodType>(title: string, value: T) {
  return z.record(
    z
      .string()
      .check((context) => {
        const message = nameProblem(context.value);
        if (message !== null)
          context.issues.push({ code: "custom", message, input: context.value });
      })
      .meta({ title, pattern: namePattern.source }),
    value,
  );
}
