import { pacificSecond } from "./times.ts";

/** The members of an address, a phone, an e-mail address, a reference. */
export type Nested = Readonly<Record<string, string>>;

/** What requests can set, by QuickBooks' own names; a member that is empty is not there. */
export type Values = Readonly<Record<string, string | boolean | Nested>>;

/** A customer as it is kept; a change makes a new one. */
export interface Customer {
  readonly id: string;
  /** Grows with each change of the values, and with nothing else. */
  readonly syncToken: number;
  readonly createdMs: number;
  /** Moves with payments and credits, too. */
  readonly updatedMs: number;
  readonly balance: number;
  readonly values: Values;
}

export function isActive(customer: Customer): boolean {
  return customer.values["Active"] !== false;
}

export function displayName(values: Values): string {
  const { DisplayName: name } = values;
  return typeof name === "string" ? name : "";
}

/** A customer as answers show it (https://developer.intuit.com/app/developer/qbo/docs/api/accounting/all-entities/customer). */
export function showCustomer(customer: Customer, parent: Customer | null): Record<string, unknown> {
  const { id, syncToken, createdMs, updatedMs, balance, values } = customer;
  const name = displayName(values);
  return {
    Taxable: true,
    Job: false,
    BillWithParent: false,
    ...values,
    Balance: balance,
    BalanceWithJobs: balance,
    CurrencyRef: { value: "USD", name: "United States Dollar" },
    PreferredDeliveryMethod: "None",
    IsProject: values["IsProject"] ?? false,
    ...(parent === null ? {} : { Level: 1 }),
    ClientEntityId: "0",
    domain: "QBO",
    sparse: false,
    Id: id,
    SyncToken: String(syncToken),
    MetaData: {
      CreateTime: pacificSecond(createdMs),
      LastUpdatedTime: pacificSecond(updatedMs),
    },
    FullyQualifiedName: parent === null ? name : `${displayName(parent.values)}:${name}`,
    DisplayName: name,
    PrintOnCheckName: values["PrintOnCheckName"] ?? name,
    Active: isActive(customer),
    V4IDPseudonym: `0020987${id.padStart(8, "0")}`,
  };
}

/** What the capture of changes shows of a customer that is not there any more. */
export function showDeleted(id: string, deletedMs: number): Record<string, unknown> {
  return {
    domain: "QBO",
    status: "Deleted",
    Id: id,
    MetaData: { LastUpdatedTime: pacificSecond(deletedMs) },
  };
}
