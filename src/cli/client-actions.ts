import type { App } from "../app.ts";
import { AstralisError, UsageError } from "../lib/errors.ts";
import type { OrgConfig } from "../config/config.ts";
import { clientDocument, findClient } from "../queries/clients.ts";
import type { TimelineDocument } from "../queries/activities.ts";
import type { Client } from "../model/client.ts";
import { parseEdit } from "./client-edit.ts";
import type { Context, Result } from "./command.ts";
import type { Input } from "./input.ts";
import { plainLine } from "./look.ts";
import { clientText } from "./views/clients.ts";

/** What `clients show|add|update|remove` do. */
export async function showClient(context: Context, input: Input): Promise<Result> {
  const { app, org } = await open(context);
  const { document } = await knownClient(app, org, input.required(0));
  const { timelineOf } = await import("../queries/activities.ts");
  const timeline = await timelineOf(app.store, document.id);
  return {
    document: { clients: [document] },
    text: (look) => `${clientText(document, look)}\n\n${timelineText(document.id, timeline)}`,
  };
}

export async function addClient(context: Context, input: Input): Promise<Result> {
  const edit = parseEdit(input, null);
  const { app, org } = await open(context);
  return shown(app, await app.engine.addClient(org, edit), "Added");
}

export async function updateClient(context: Context, input: Input): Promise<Result> {
  const { app, org } = await open(context);
  const { client } = await knownClient(app, org, input.required(0));
  const edit = parseEdit(input, client);
  if (Object.keys(edit.fields).length === 0 && edit.active === undefined)
    throw new UsageError("usage", "no field was named", {
      hint: "`astralis clients update --help` lists them.",
    });
  return shown(app, await app.engine.updateClient(org, client.id, edit), "Updated");
}

export async function removeClient(context: Context, input: Input): Promise<Result> {
  const { app, org } = await open(context);
  const { client, document } = await knownClient(app, org, input.required(0));
  const { kept, owed } = await app.engine.removeClient(org, client.id);
  const lines = [
    `Removed ${labelOf(client)} here.`,
    ...(kept.length === 0 ? [] : [`Its record stays at: ${kept.join(", ")}.`]),
    ...(owed.length === 0 ? [] : [`The next sync deletes its record at: ${owed.join(", ")}.`]),
  ];
  return {
    document: { removed: { id: client.id, email: document.email }, kept, owed },
    text: () => lines.join("\n"),
  };
}

async function open(context: Context): Promise<{ readonly app: App; readonly org: OrgConfig }> {
  const app = await context.openApp();
  return { app, org: app.org(context.settings.org) };
}

export async function knownClient(app: App, org: OrgConfig, idOrEmail: string) {
  const found = await findClient(app.store, org.name, idOrEmail);
  if (found !== null) return found;
  throw new AstralisError("client-unknown", `there is no client "${idOrEmail}"`, {
    hint: "`astralis clients list --filter <text>` finds one by any of its fields.",
    place: { org: org.name },
  });
}

async function shown(app: App, client: Client, verb: string): Promise<Result> {
  const document = await clientDocument(app.store, client);
  return {
    document: { clients: [document] },
    text: (look) =>
      `${verb} ${labelOf(client)}. The next sync takes it to every connection that wants it.\n${clientText(document, look)}`,
  };
}

function timelineText(id: string, timeline: TimelineDocument): string {
  const { activities, last_at: lastAt } = timeline;
  if (lastAt === null) return "Timeline: nothing yet.";
  const entries = activities === 1 ? "1 activity" : `${activities} activities`;
  return `Timeline: ${entries}, the last one at ${lastAt}: astralis activities list --client ${id}`;
}

function labelOf(client: Client): string {
  const label = client.fields["email"] ?? client.fields["name"];
  return plainLine(typeof label === "string" ? label : client.id);
}
