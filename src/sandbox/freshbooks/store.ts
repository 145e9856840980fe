import { seededPerson } from "../kit/people.ts";
import type { World } from "../kit/vendor.ts";
import {
  newUsername,
  newUuid,
  untouchedFlags,
  untouchedTexts,
  type Client,
  type Texts,
} from "./client.ts";
import type { ClientInput } from "./client-input.ts";
import { AccountingError, errno } from "./errors.ts";
import { createMoneyStore, type MoneyStore } from "./money.ts";

/** The clients of one business, oldest first. Nothing is ever really deleted. */
export interface Store {
  all(): readonly Client[];
  get(id: number): Client | undefined;
  create(input: ClientInput): Client;
  /** The same client where nothing changes: its time stays then. */
  update(client: Client, input: ClientInput): Client;
  readonly money: MoneyStore;
  reset(options: { readonly seed: number; readonly clients: number }): void;
}

export function createStore(world: World): Store {
  const random = () => world.random();
  let clients = new Map<number, Client>();
  let lastId = 0;
  const money = createMoneyStore(world, (id) => clients.get(id));
  const nowMs = () => Math.floor(world.now() / 1000) * 1000;
  const newId = () => (lastId += 1 + Math.floor(random() * 9));

  const add = (texts: Texts, flags: ClientInput["flags"], atMs: number): Client => {
    const client: Client = {
      id: newId(),
      uuid: newUuid(random),
      username: newUsername(random),
      texts,
      flags: { ...untouchedFlags, ...flags },
      visState: 0,
      signedUpMs: atMs,
      updatedMs: atMs,
    };
    clients.set(client.id, client);
    return client;
  };

  return {
    all: () => [...clients.values()],
    get: (id) => clients.get(id),
    money,
    create: ({ texts, flags }) =>
      add(withOrganization({ ...untouchedTexts, ...texts }), flags, nowMs()),
    update: (before, { texts, flags, visState }) => {
      const wanted: Client = {
        ...before,
        texts: { ...before.texts, ...texts },
        flags: { ...before.flags, ...flags },
        visState: visState ?? before.visState,
      };
      if (JSON.stringify(wanted) === JSON.stringify(before)) return before;
      const after = { ...wanted, updatedMs: nowMs() };
      clients.set(after.id, after);
      return after;
    },
    reset: ({ seed, clients: count }) => {
      clients = new Map();
      lastId = 230_000;
      for (let index = 0; index < count; index += 1)
        add(seededTexts(seed, index), {}, seededAtMs(nowMs(), index, count));
      money.clear();
      money.seed([...clients.values()]);
    },
  };
}

/** A client without any name is called by its address; one without that either is refused. */
function withOrganization(texts: Texts): Texts {
  const { fname, lname, organization, email } = texts;
  if ([fname, lname, organization].some((text) => text !== null && text !== "")) return texts;
  if (email === null || email === "")
    throw new AccountingError(422, {
      errno: errno.requiredField,
      field: "organization",
      message: "A client needs a name, an organization or an e-mail address.",
      object: "client",
    });
  return { ...texts, organization: email };
}

/** Spread over the last two years, oldest first; the last one a minute ago. */
function seededAtMs(nowMs: number, index: number, clients: number): number {
  const twoYearsMs = 2 * 365 * 24 * 3600 * 1000;
  const ageMs = Math.floor((twoYearsMs * (clients - 1 - index)) / clients / 1000) * 1000;
  return nowMs - 60_000 - ageMs;
}

const countryNames = new Intl.DisplayNames(["en"], { type: "region" });

function seededTexts(seed: number, index: number): Texts {
  const someone = seededPerson("freshbooks", seed, index);
  const { name, email, phone, company, address, notes } = someone;
  const space = name.lastIndexOf(" ");
  return {
    ...untouchedTexts,
    email,
    fname: space === -1 ? name : name.slice(0, space),
    lname: space === -1 ? "" : name.slice(space + 1),
    organization: company ?? "",
    [index % 2 === 0 ? "bus_phone" : "mob_phone"]: phone ?? "",
    note: notes,
    ...(address === null
      ? {}
      : {
          p_street: address.line1,
          p_street2: address.line2 ?? "",
          p_city: address.city,
          p_province: address.state ?? "",
          p_code: address.postalCode,
          p_country: countryNames.of(address.country) ?? address.country,
        }),
  };
}
