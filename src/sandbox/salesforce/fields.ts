/** How a field is held: texts have a length; the others are what SOQL compares them as. */
export interface Field {
  readonly type: "text" | "email" | "boolean" | "id" | "datetime" | "address";
  /** In characters. */
  readonly length?: number;
  readonly writable: boolean;
  /** Where records of it must exist. */
  readonly refersTo?: "Account" | "User";
  /** As messages name it. */
  readonly label?: string;
}

const text = (length: number, label: string): Field => ({
  type: "text",
  length,
  label,
  writable: true,
});
const told = (type: Field["type"]): Field => ({ type, writable: false });
const flag: Field = { type: "boolean", writable: true };

/** Contact's fields of API version 66.0, as far as they are simulated. */
export const contactFields: Readonly<Record<string, Field>> = {
  Id: told("id"),
  IsDeleted: told("boolean"),
  MasterRecordId: told("id"),
  AccountId: { type: "id", writable: true, refersTo: "Account" },
  LastName: text(80, "Last Name"),
  FirstName: text(40, "First Name"),
  Salutation: text(40, "Salutation"),
  Name: told("text"),
  MailingStreet: text(255, "Mailing Street"),
  MailingCity: text(40, "Mailing City"),
  MailingState: text(80, "Mailing State/Province"),
  MailingPostalCode: text(20, "Mailing Zip/Postal Code"),
  MailingCountry: text(80, "Mailing Country"),
  MailingAddress: told("address"),
  Phone: text(40, "Business Phone"),
  Fax: text(40, "Business Fax"),
  MobilePhone: text(40, "Mobile Phone"),
  HomePhone: text(40, "Home Phone"),
  Email: { type: "email", length: 80, label: "Email", writable: true },
  Title: text(128, "Title"),
  Department: text(80, "Department"),
  LeadSource: text(255, "Lead Source"),
  Description: text(32_000, "Contact Description"),
  OwnerId: { type: "id", writable: true, refersTo: "User" },
  HasOptedOutOfEmail: flag,
  DoNotCall: flag,
  CreatedDate: told("datetime"),
  LastModifiedDate: told("datetime"),
  SystemModstamp: told("datetime"),
};

/** Of the one organization. */
export const organizationFields: Readonly<Record<string, Field>> = {
  Id: told("id"),
  Name: told("text"),
};

/** A field by its name in any case, with its name as Salesforce writes it. */
export function findField(
  fields: Readonly<Record<string, Field>>,
  name: string,
): { readonly name: string; readonly field: Field } | null {
  const wanted = name.toLowerCase();
  const found = Object.entries(fields).find(([known]) => known.toLowerCase() === wanted);
  return found === undefined ? null : { name: found[0], field: found[1] };
}
