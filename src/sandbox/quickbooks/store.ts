import { seededPerson } from "../kit/people.ts";
import type { World } from "../kit/vendor.ts";
import { merged, named, type CustomerInput } from "./customer-input.ts";
import { displayName, isActive, showCustomer, showDeleted } from "./customer.ts";
import type { Customer, Nested, Values } from "./customer.ts";
import { invalidReference, nameTaken, notFound, required, stale } from "./errors.ts";
import type { QuickBooksSettings } from "./settings.ts";
import { wholeSecond } from "./times.ts";

/** The company's customers, and the names of its vendors and employees. */
export interface Store {
  /** By ascending id. */
  all(): readonly Customer[];
  get(id: string): Customer | null;
  show(customer: Customer): Record<string, unknown>;
  create(input: CustomerInput): Customer;
  update(input: CustomerInput): Customer;
  /** What changed since then, oldest first, also what is gone; at most that many. */
  changedSince(sinceMs: number, limit: number): readonly Record<string, unknown>[];
  /** A payment: the balance and the time move, the version stays. False for an unknown customer. */
  pay(id: string, amount: number): boolean;
  /** The first goes up in the second. False for unknown ones. */
  merge(loser: string, winner: string): boolean;
  /** A vendor or an employee: takes the name away from customers. */
  addOther(name: string): void;
  reset(options: { readonly seed: number; readonly clients: number }): void;
}

const deletedMark = " (deleted)";

export function createStore(world: World, settings: () => QuickBooksSettings): Store {
  let customers = new Map<string, Customer>();
  let gone = new Map<string, number>();
  /** Who has a name, in lower case: a customer's id, null for others. */
  let owners = new Map<string, string | null>();
  let lastId = 0;
  let lastAddress = 0;
  const nextId = () => String((lastId += 1));

  const claim = (name: string, id: string | undefined) => {
    const owner = owners.get(name.toLowerCase());
    if (owner !== undefined && owner !== id) throw nameTaken();
  };
  const put = (customer: Customer) => {
    const before = customers.get(customer.id);
    if (before !== undefined && isActive(before))
      owners.delete(displayName(before.values).toLowerCase());
    if (isActive(customer)) owners.set(displayName(customer.values).toLowerCase(), customer.id);
    customers.set(customer.id, customer);
    return customer;
  };
  /** An address that changed is another one to QuickBooks: its id changes, too. */
  const located = (values: Values, before: Values): Values => {
    const { BillAddr: address } = values;
    if (typeof address !== "object" || sameAddress(address, before["BillAddr"])) return values;
    const place = { Lat: "INVALID", Long: "INVALID" };
    return { ...values, BillAddr: { ...address, ...place, Id: String((lastAddress += 1)) } };
  };
  const checkParent = (values: Values) => {
    const { ParentRef: parent } = values;
    if (typeof parent === "object" && !customers.has(parent["value"] ?? ""))
      throw invalidReference("ParentRef");
  };

  return {
    all: () => [...customers.values()],
    get: (id) => customers.get(id) ?? null,
    show,
    create: (input) => {
      const values = named(merged({}, input, { mergesNested: false }));
      checkParent(values);
      claim(displayName(values), undefined);
      const now = world.now();
      const times = { createdMs: now, updatedMs: now };
      const kept = { Active: true, ...located(values, {}) };
      return put({ id: nextId(), syncToken: 0, balance: 0, ...times, values: kept });
    },
    update: (input) => {
      const before = customers.get(input.id ?? "");
      if (before === undefined) throw notFound();
      if (input.syncToken === null) throw required("SyncToken");
      if (input.syncToken !== String(before.syncToken)) throw stale();
      if (input.sparse && input.given["DisplayName"] === "") throw required("DisplayName");
      const { sparse_merges_nested: mergesNested, marks_deleted_names: marks } = settings();
      const next = named(merged(before.values, input, { mergesNested }));
      checkParent(next);
      const values = located({ Active: isActive(before), ...next }, before.values);
      const shown = withMark(values, { wasActive: isActive(before), marks });
      if (shown["Active"] !== false) claim(displayName(shown), before.id);
      const { syncToken } = before;
      return put({ ...before, syncToken: syncToken + 1, updatedMs: world.now(), values: shown });
    },
    changedSince: (sinceMs, limit) => {
      const present = [...customers.values()].map((customer) => ({
        atMs: wholeSecond(customer.updatedMs),
        show: () => show(customer),
      }));
      const absent = [...gone].map(([id, atMs]) => ({
        atMs: wholeSecond(atMs),
        show: () => showDeleted(id, atMs),
      }));
      return [...present, ...absent]
        .filter(({ atMs }) => atMs >= sinceMs)
        .toSorted((a, b) => a.atMs - b.atMs)
        .slice(0, limit)
        .map(({ show }) => show());
    },
    pay: (id, amount) => {
      const customer = customers.get(id);
      if (customer === undefined) return false;
      const balance = customer.balance - amount;
      customers.set(id, { ...customer, balance, updatedMs: world.now() });
      return true;
    },
    merge: (loser, winner) => {
      const [lost, kept] = [customers.get(loser), customers.get(winner)];
      if (lost === undefined || kept === undefined || lost === kept) return false;
      if (isActive(lost)) owners.delete(displayName(lost.values).toLowerCase());
      customers.delete(loser);
      gone.set(loser, world.now());
      put({ ...kept, syncToken: kept.syncToken + 1, updatedMs: world.now() });
      return true;
    },
    addOther: (name) => void owners.set(name.toLowerCase(), null),
    reset: ({ seed, clients }) => {
      customers = new Map();
      gone = new Map();
      owners = new Map();
      lastId = 0;
      for (let index = 0; index < clients; index += 1) {
        const values = seededValues(seed, index, (name) => owners.has(name.toLowerCase()));
        const atMs = seededAt(world.now(), index, clients);
        const times = { createdMs: atMs, updatedMs: atMs };
        const kept = { Active: true, ...located(values, {}) };
        put({ id: nextId(), syncToken: 0, balance: 0, ...times, values: kept });
      }
    },
  };

  function show(customer: Customer): Record<string, unknown> {
    const { ParentRef: parent } = customer.values;
    const above = typeof parent === "object" ? customers.get(parent["value"] ?? "") : undefined;
    return showCustomer(customer, above ?? null);
  }
}

/** The name of an inactive customer is free for others; one that comes back loses the mark. */
function withMark(
  values: Values,
  { wasActive, marks }: { readonly wasActive: boolean; readonly marks: boolean },
): Values {
  const name = displayName(values);
  const active = values["Active"] !== false;
  if (wasActive && !active && marks) return { ...values, DisplayName: `${name}${deletedMark}` };
  if (!wasActive && active && name.endsWith(deletedMark))
    return { ...values, DisplayName: name.slice(0, -deletedMark.length) };
  return values;
}

function sameAddress(a: Nested, b: Values[string] | undefined): boolean {
  if (typeof b !== "object") return false;
  const said = (address: Nested) =>
    Object.entries(address)
      .filter(([part]) => !["Id", "Lat", "Long"].includes(part))
      .map((part) => part.join(" "))
      .toSorted()
      .join("\n");
  return said(a) === said(b);
}

/** Spread over the last two years, oldest first; the last one an hour ago. */
function seededAt(nowMs: number, index: number, clients: number): number {
  const twoYearsMs = 2 * 365 * 24 * 3600 * 1000;
  return nowMs - 3_600_000 - Math.floor((twoYearsMs * (clients - 1 - index)) / clients);
}

function seededValues(seed: number, index: number, isTaken: (name: string) => boolean): Values {
  const person = seededPerson("quickbooks", seed, index);
  let name = person.name;
  for (let count = 2; isTaken(name); count += 1) name = `${person.name} ${count}`;
  const { address } = person;
  const values: Record<string, string | Nested | null> = {
    DisplayName: name,
    GivenName: person.givenName,
    FamilyName: person.familyName,
    CompanyName: person.company,
    Notes: person.notes,
    PrimaryEmailAddr: { Address: person.email },
    PrimaryPhone: person.phone === null ? null : { FreeFormNumber: person.phone },
    BillAddr:
      address === null
        ? null
        : {
            Line1: address.line1,
            ...(address.line2 === null ? {} : { Line2: address.line2 }),
            City: address.city,
            ...(address.state === null ? {} : { CountrySubDivisionCode: address.state }),
            PostalCode: address.postalCode,
            Country: address.country,
          },
  };
  return Object.fromEntries(
    Object.entries(values).flatMap(([key, value]) => (value === null ? [] : [[key, value]])),
  );
}
