import { seededPerson } from "../kit/people.ts";
import type { World } from "../kit/vendor.ts";
import {
  emptyValues,
  newCustomerId,
  showCustomer,
  type Customer,
  type CustomerValues,
} from "./customer.ts";
import { createEventLog, previousAttributes, type Cause, type EventLog } from "./events.ts";
import { createMoneyStore, type MoneyStore } from "./money-store.ts";
import { createSearchIndex, type SearchIndex } from "./search-index.ts";
import { createTimeline, type Timeline } from "./timeline.ts";

/** The account's customers. Every change is an event, and reaches the search later. */
export interface Store {
  readonly customers: Timeline<Customer>;
  readonly events: EventLog;
  readonly search: SearchIndex;
  readonly money: MoneyStore;
  create(change: (values: CustomerValues) => CustomerValues, cause: Cause): Customer;
  /** Does nothing, and writes no event, where nothing changes. */
  update(
    customer: Customer,
    change: (values: CustomerValues) => CustomerValues,
    cause: Cause,
  ): { readonly customer: Customer; readonly changed: boolean };
  delete(customer: Customer, cause: Cause): void;
  reset(options: { readonly seed: number; readonly clients: number }): void;
}

const noCause: Cause = { id: null, idempotencyKey: null };

export function createStore(world: World): Store {
  const customers = createTimeline<Customer>();
  const events = createEventLog(world);
  const search = createSearchIndex(world);
  const money = createMoneyStore(world);
  const random = () => world.random();
  const nowSeconds = () => Math.floor(world.now() / 1000);

  const create: Store["create"] = (change, cause) => {
    const id = newCustomerId(random);
    const customer = { ...change(emptyValues(random)), id, created: nowSeconds() };
    customers.add(customer);
    search.put(customer);
    events.record("customer.created", showCustomer(customer), { cause });
    return customer;
  };

  return {
    customers,
    events,
    search,
    money,
    create,
    update: (before, change, cause) => {
      const customer: Customer = { ...change(before), id: before.id, created: before.created };
      const shown = showCustomer(customer);
      const previous = previousAttributes(showCustomer(before), shown);
      if (Object.keys(previous).length === 0) return { customer: before, changed: false };
      customers.replace(customer);
      search.put(customer);
      events.record("customer.updated", shown, { cause, previousAttributes: previous });
      return { customer, changed: true };
    },
    delete: (customer, cause) => {
      customers.remove(customer.id);
      search.remove(customer.id);
      events.record("customer.deleted", showCustomer(customer), { cause });
    },
    reset: ({ seed, clients }) => {
      customers.clear();
      events.clear();
      search.clear();
      money.clear();
      const now = nowSeconds();
      for (let index = 0; index < clients; index += 1) {
        const created = seededAt(now, index, clients);
        const id = newCustomerId(random);
        const values = { ...emptyValues(random), ...seededValues(seed, index) };
        const customer: Customer = { ...values, id, created };
        customers.add(customer);
        search.seed(customer);
        // Older ones would be out of the list of events anyway.
        if (created > now - 30 * 24 * 60 * 60)
          events.record("customer.created", showCustomer(customer), { cause: noCause, created });
      }
      money.seed(customers.all().toReversed());
    },
  };
}

/** Spread over the last two years, oldest first; the last one a minute ago. */
function seededAt(nowSeconds: number, index: number, clients: number): number {
  const twoYearsSeconds = 2 * 365 * 24 * 60 * 60;
  return nowSeconds - 60 - Math.floor((twoYearsSeconds * (clients - 1 - index)) / clients);
}

function seededValues(seed: number, index: number): Partial<CustomerValues> {
  const person = seededPerson("stripe", seed, index);
  const { address } = person;
  return {
    name: person.name,
    email: person.email,
    phone: person.phone,
    description: person.notes,
    metadata: person.company === null ? {} : { company: person.company },
    address:
      address === null
        ? null
        : {
            city: address.city,
            country: address.country,
            line1: address.line1,
            line2: address.line2,
            postal_code: address.postalCode,
            state: address.state,
          },
  };
}
