import { UsageError } from "../lib/errors.ts";
import { clientFields, customPrefix } from "../model/client.ts";

/** Where a column's cells go. */
export type Target = string;

/** What becomes of each column of a file. */
export interface Columns {
  /** As the file has it. */
  readonly names: readonly string[];
  /** In the order of the columns; null for one that is left out. */
  readonly targets: readonly (Target | null)[];
  /** Columns that go nowhere, by name, and that nobody asked to leave out. */
  readonly ignored: readonly string[];
}

/** What a column can be mapped to beside a client's fields and custom ones. */
export const moreTargets = ["first_name", "last_name", "active", "id"] as const;

const targets: readonly Target[] = [...clientFields, ...moreTargets];

/** Common spellings without case, spaces and signs. What an export writes and no import takes goes to "". */
const spellings: Readonly<Record<Target, string>> = {
  id: "id",
  email:
    "email emailaddress mail primaryemail emailaddress1 email1 email1value emailprimary customeremail",
  name: "name fullname displayname contactname clientname customername contact client customer",
  first_name: "firstname givenname forename",
  last_name: "lastname surname familyname",
  phone:
    "phone phonenumber telephone telephonenumber tel mobile mobilephone mobilenumber cell cellphone phone1 phone1value businessphone workphone primaryphone",
  company:
    "company companyname organization organisation organizationname organisationname organization1name business businessname firm accountname account",
  address_line1:
    "addressline1 address address1 street street1 streetaddress streetaddress1 addressstreet mailingstreet billingaddress",
  address_line2: "addressline2 address2 street2 streetaddress2 apartment suite",
  city: "city town locality mailingcity",
  state: "state province region county stateprovince stateregion stateorprovince mailingstate",
  postal_code:
    "postalcode zip zipcode postcode zippostalcode postalzipcode ziporpostalcode mailingpostalcode",
  country: "country countryregion countryorregion countryname mailingcountry",
  notes: "notes note comment comments remarks",
  tags: "tags tag labels label categories groups groupmembership",
  active: "active isactive",
  "": "createdat updatedat",
};

const bySpelling = new Map(
  Object.entries(spellings).flatMap(([target, words]) =>
    words.split(" ").map((word): [string, Target] => [word, target]),
  ),
);

/**
 * Maps a header to a client's fields: by what `--map` says (`Column=field`, `Column=` leaves it out), else by name.
 * Two columns for one field are an error where a person said so, else the first one is taken; tags may have several.
 * Throws `usage` where a column or field is not there, or where no column tells whose row it is.
 */
export function planColumns(
  header: readonly string[],
  options: { readonly maps?: readonly string[]; readonly match?: readonly string[] } = {},
): Columns {
  const names = header.map((cell) => cell.trim());
  const asked = new Map<number, Target>();
  for (const map of options.maps ?? []) {
    const { column, target } = parseMap(map, header, names);
    asked.set(column, target);
  }
  const taken = new Set(asked.values());
  const ignored: string[] = [];
  const planned = header.map((cell, column) => {
    const known = asked.get(column);
    if (known !== undefined) return known === "" ? null : known;
    const target = targetOf(cell);
    if (target === "") return null;
    if (target === null || (taken.has(target) && target !== "tags")) {
      ignored.push(names[column] ?? "");
      return null;
    }
    taken.add(target);
    return target;
  });
  refuseTwice(asked, names);
  refuseWithoutIdentity(planned, names, options.match ?? ["email"]);
  return { names, targets: planned, ignored };
}

/** The custom field's name stands as an export wrote it, spaces and case included. */
function targetOf(cell: string): Target | null {
  if (cell.startsWith(customPrefix) && cell.length > customPrefix.length) return cell;
  return bySpelling.get(folded(cell)) ?? null;
}

function folded(name: string): string {
  return name
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, "");
}

function parseMap(
  map: string,
  header: readonly string[],
  names: readonly string[],
): { readonly column: number; readonly target: Target } {
  const at = map.lastIndexOf("=");
  const wanted = map.slice(0, Math.max(0, at)).trim();
  const target = map.slice(at + 1).trim();
  if (at <= 0 || wanted === "")
    throw new UsageError("usage", `--map takes Column=field, not "${map}"`, {
      hint: `Write it as --map "${names[0] ?? "Column"}=email".`,
    });
  const column = placeOf(wanted, header, names);
  if (column === -1)
    throw new UsageError("usage", `the file has no column "${wanted}"`, {
      hint: `It has: ${names.join(", ")}.`,
    });
  const isKnown =
    target === "" ||
    targets.includes(target) ||
    (target.startsWith(customPrefix) && target.length > customPrefix.length);
  if (isKnown) return { column, target };
  throw new UsageError("usage", `a client has no field "${target}"`, {
    hint: `Fields are ${targets.join(", ")} and ${customPrefix}<name>.`,
  });
}

function placeOf(wanted: string, header: readonly string[], names: readonly string[]): number {
  const exact = header.indexOf(wanted);
  if (exact !== -1) return exact;
  return names.findIndex((name) => name.toLowerCase() === wanted.toLowerCase());
}

function refuseTwice(asked: ReadonlyMap<number, Target>, names: readonly string[]): void {
  const by = new Map<Target, string>();
  for (const [column, target] of asked) {
    if (target === "" || target === "tags") continue;
    const other = by.get(target);
    const name = names[column] ?? "";
    if (other !== undefined)
      throw new UsageError("usage", `"${other}" and "${name}" are both mapped to ${target}`, {
        hint: "A field takes one column; only tags take several.",
      });
    by.set(target, name);
  }
}

function refuseWithoutIdentity(
  planned: readonly (Target | null)[],
  names: readonly string[],
  match: readonly string[],
): void {
  const keys = [...new Set(["email", ...match]), "id"];
  if (keys.some((key) => planned.includes(key))) return;
  throw new UsageError("usage", "no column tells whose row it is: none is an e-mail address", {
    hint: `Name it with --map "<column>=email". The file has: ${names.map(shown).join(", ")}.`,
  });
}

function shown(name: string): string {
  return name.length > 40 ? `${name.slice(0, 40)}…` : name;
}
