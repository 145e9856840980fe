import * as fc from "fast-check";
import type { Customer } from "../../src/providers/stripe/wire.ts";

const text = (maxLength: number) =>
  fc.option(fc.string({ unit: "grapheme", maxLength: Math.min(maxLength, 40) }));

const address = fc.record({
  line1: text(40),
  line2: text(40),
  city: text(40),
  state: text(40),
  postal_code: text(12),
  country: fc.option(fc.constantFrom("DE", "FR", "GB", "US", "JP")),
});

/** Customers as Stripe could answer them, with metadata that is none of ours. */
export const customers: fc.Arbitrary<Customer> = fc.record({
  id: fc.constant("cus_1"),
  deleted: fc.constant(false),
  livemode: fc.boolean(),
  created: fc.integer({ min: 0, max: 2_000_000_000 }),
  email: fc.option(fc.emailAddress()),
  name: text(40),
  business_name: text(40),
  phone: fc.option(fc.string({ maxLength: 20 })),
  description: text(40),
  address: fc.option(address),
  metadata: fc.dictionary(fc.string({ maxLength: 10 }), fc.string({ maxLength: 10 })),
});
