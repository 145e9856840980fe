import type { Instant } from "../../lib/clock.ts";
import { isEmail, normalEmail } from "../../model/normal.ts";
import type { Observation } from "../../model/observation.ts";
import type { Customer } from "./customer.ts";
import { addressesOf, customerLens } from "./lens.ts";

/** Turns a customer into what the engine sees. */
export type Observe = (customer: Customer, requestedAt: Instant) => Observation;

/** `linked` says whether it is QuickBooks itself, with its pages, that is talked to. */
export function createObserve(linked: boolean): Observe {
  return (customer, requestedAt) => {
    const { id, active, syncToken, phone, otherPhones } = customer;
    const phones = phone === null || phone === "" ? otherPhones : [phone, ...otherPhones];
    return {
      externalId: id,
      externalType: "customer",
      externalUrl: linked ? pageOf(id) : null,
      state: active ? "present" : "deleted",
      // QuickBooks does not tell into which one a customer was merged.
      mergedInto: null,
      version: syncToken,
      // `LastUpdatedTime` moves with every invoice and payment, too.
      modifiedAt: null,
      requestedAt,
      fields: active ? customerLens.get(customer) : {},
      emails: active ? [...new Set(addressesOf(customer).map(normalEmail).filter(isEmail))] : [],
      phones: active ? [...new Set(phones)] : [],
      // A customer has no place for an id of ours.
      ownId: null,
    };
  };
}

function pageOf(id: string): string {
  return `https://qbo.intuit.com/app/customerdetail?nameId=${encodeURIComponent(id)}`;
}
