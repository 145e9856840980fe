import type { App } from "../../app.ts";
import type { OrgConfig } from "../../config/config.ts";
import { AstralisError } from "../../lib/errors.ts";
import { findClient } from "../../queries/clients.ts";
import { showRun } from "../../queries/runs.ts";
import type { SyncDocument } from "../../sync/engine.ts";
import { contactOf, type Account, type Contact } from "./accounts.ts";
import { writesOf } from "./writes.ts";

/** What the steps work on. */
export interface DemoWorld {
  readonly app: App;
  readonly org: OrgConfig;
  readonly google: Account;
  readonly stripe: Account;
  /** Signs in to the connection of that provider; returns the account's name. */
  readonly connect: (provider: "gmail" | "stripe") => Promise<string>;
  sync(): Promise<SyncDocument>;
}

export interface DemoStep {
  readonly name: string;
  readonly title: string;
  /** Throws where anything is not as it should be. */
  run(world: DemoWorld): Promise<StepEnd>;
}

export interface StepEnd {
  readonly sync?: SyncDocument;
  /** What there was to see. */
  readonly lines: readonly string[];
}

const ines = {
  email: "ines.moreau@atelier.example",
  name: "Inês Moreau",
  phone: "+33 1 55 00 10 20",
} as const;

const edits = {
  phoneAtStripe: "+33 1 55 00 30 40",
  nameAtGoogle: "Inês Moreau-Silva",
  phoneHere: "+33 6 55 00 50 60",
  laterPhoneAtStripe: "+33 9 55 00 70 80",
} as const;

export const demoSteps: readonly DemoStep[] = [
  {
    name: "sandboxes",
    title: "Two providers run on this machine, each with clients of its own",
    run: async ({ google, stripe }) => {
      const [contacts, customers] = await Promise.all([google.contacts(), stripe.contacts()]);
      check(contacts.length > 0 && customers.length > 0, "a sandbox has no clients");
      return {
        lines: [`Google: ${contacts.length} contacts. Stripe: ${customers.length} customers.`],
      };
    },
  },
  {
    name: "connect-gmail",
    title: "Sign in to Google, through OAuth with a loopback redirect",
    run: async ({ connect }) => ({ lines: [`Signed in as ${await connect("gmail")}.`] }),
  },
  {
    name: "connect-stripe",
    title: "Sign in to Stripe, with a restricted key",
    run: async ({ connect }) => ({ lines: [`Signed in to ${await connect("stripe")}.`] }),
  },
  {
    name: "first-sync",
    title: "First sync: whoever is in one place is in both",
    run: async (world) => {
      const sync = await completeSync(world);
      const [contacts, customers] = await bothSides(world);
      const atGoogle = emailsOf(contacts);
      const atStripe = emailsOf(customers);
      check(atGoogle.length > 0, "Google has no addresses");
      check(atGoogle.join() === atStripe.join(), "the two sides do not have the same clients");
      return {
        sync,
        lines: [`${atGoogle.length} clients, the same in Google, in Stripe and here.`],
      };
    },
  },
  {
    name: "add-client",
    title: `Add a client here: ${ines.name}`,
    run: async (world) => {
      const { app, org } = world;
      await app.engine.addClient(org, { fields: { ...ines } });
      const sync = await completeSync(world);
      const lines = await everywhere(world, { name: ines.name, phone: ines.phone });
      return { sync, lines };
    },
  },
  {
    name: "two-sided-edit",
    title: "Change her phone in Stripe and her name in Google, at once",
    run: async (world) => {
      await Promise.all([
        world.stripe.change(ines.email, { phone: edits.phoneAtStripe }),
        world.google.change(ines.email, { name: edits.nameAtGoogle }),
      ]);
      const sync = await completeSync(world);
      const lines = await everywhere(world, {
        name: edits.nameAtGoogle,
        phone: edits.phoneAtStripe,
      });
      return { sync, lines };
    },
  },
  {
    name: "conflict",
    title: "Change her phone here and in Stripe: the connection's strategy decides",
    run: async (world) => {
      const { app, org } = world;
      const found = await findClient(app.store, org.name, ines.email);
      check(found !== null, "the client is not here");
      await app.engine.updateClient(org, found.client.id, { fields: { phone: edits.phoneHere } });
      await world.stripe.change(ines.email, { phone: edits.laterPhoneAtStripe });
      const sync = await completeSync(world);
      const shown = await everywhere(world, { name: edits.nameAtGoogle, phone: edits.phoneHere });
      const decision = await decisionOf(world, sync);
      return { sync, lines: [decision, ...shown] };
    },
  },
  {
    name: "quiet-sync",
    title: "Sync again: nothing is left to do",
    run: async (world) => {
      const before = await Promise.all([world.google.countWrites(), world.stripe.countWrites()]);
      const sync = await completeSync(world);
      const after = await Promise.all([world.google.countWrites(), world.stripe.countWrites()]);
      check(writesOf(sync) === 0, "the sync counted a write");
      check(before.join() === after.join(), "a provider was written to");
      return { sync, lines: ["0 writes here, 0 at Google, 0 at Stripe."] };
    },
  },
];

async function completeSync(world: DemoWorld): Promise<SyncDocument> {
  const sync = await world.sync();
  const failed = sync.connections.find(({ error }) => error !== undefined);
  const reason = failed?.error?.message ?? "";
  check(sync.outcome === "complete", `the sync ended ${sync.outcome}. ${reason}`.trim());
  return sync;
}

/** Checks that the client is the same in all three places, and says so line by line. */
async function everywhere(
  world: DemoWorld,
  expected: Pick<Contact, "name" | "phone">,
): Promise<readonly string[]> {
  const { app, org } = world;
  const [contacts, customers] = await bothSides(world);
  const found = await findClient(app.store, org.name, ines.email);
  const places = [
    ["here  ", found?.document],
    ["Google", contactOf(contacts, ines.email)],
    ["Stripe", contactOf(customers, ines.email)],
  ] as const;
  return places.map(([place, shown]) => {
    const isSame = shown?.name === expected.name && shown?.phone === expected.phone;
    check(isSame, `${place.trim()} shows ${String(shown?.name)}, ${String(shown?.phone)}`);
    return `${place}  ${expected.name}, ${expected.phone}`;
  });
}

/** The journal's entry on the phone that lost. */
async function decisionOf(world: DemoWorld, sync: SyncDocument): Promise<string> {
  const { app, org } = world;
  const journal = await showRun(app.store, org.name, sync.run ?? "", { limit: 1000 });
  const lost = journal?.changes.find(
    ({ field, lost: value }) => field === "phone" && value === edits.laterPhoneAtStripe,
  );
  check(lost !== undefined, "the journal does not have the value that lost");
  return `${lost.rule}: ${edits.phoneHere} stays, and the journal keeps ${edits.laterPhoneAtStripe}.`;
}

function bothSides({ google, stripe }: DemoWorld) {
  return Promise.all([google.contacts(), stripe.contacts()]);
}

function emailsOf(contacts: readonly Contact[]): readonly string[] {
  const emails = contacts.map(({ email }) => email?.toLowerCase());
  return [...new Set(emails.filter((email) => email !== undefined))].toSorted();
}

function check(holds: boolean, message: string): asserts holds {
  if (!holds) throw new AstralisError("demo-failed", message);
}
