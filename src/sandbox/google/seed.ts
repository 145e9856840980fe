import { person, seededPerson, type Person } from "../kit/people.ts";
import { createRandom } from "../kit/random.ts";
import type { World } from "../kit/vendor.ts";
import { accounts } from "./accounts.ts";
import { createAddressBook, type AddressBook, type Entry, type Fields } from "./address-book.ts";

const dayMs = 24 * 3600 * 1000;
const contactsOfTheOther = 3;

/** The accounts' contacts, by account id: the first account has that many clients, the second one a few others. */
export function seedAddressBooks(
  world: World,
  options: { readonly seed: number; readonly clients: number },
): ReadonlyMap<string, AddressBook> {
  const { seed, clients } = options;
  const random = createRandom(seed);
  const startMs = world.now() - 90 * dayMs;
  const [first, second] = accounts.map(() => createAddressBook(world, random));
  const books = new Map<string, AddressBook>();
  if (first === undefined || second === undefined) return books;
  const group = first.createGroup("Clients", []);
  for (let index = 0; index < clients; index += 1) {
    const someone = seededPerson("google", seed, index);
    const groups = index % 2 === 0 ? ["myContacts", group.id] : ["myContacts"];
    first.create(toFields(someone, groups), {
      atMs: startMs + Math.floor((index / clients) * 60 * dayMs),
      // Some people have a Google profile of their own, whose name is merged in unless it is kept out.
      ...(index % 11 === 5 ? { profileName: `${someone.name} (profile)` } : {}),
    });
  }
  for (let index = 0; index < contactsOfTheOther; index += 1)
    second.create(toFields(person(seed, index, 100), ["myContacts"]), { atMs: startMs });
  const [ana, other] = accounts;
  return books.set(ana.id, first).set(other.id, second);
}

function toFields(someone: Person, groups: readonly string[]): Fields {
  const { email, phone, company, address, notes } = someone;
  return {
    names: [toName(someone)],
    emailAddresses: [{ value: email, type: "work" }],
    ...(phone === null ? {} : { phoneNumbers: [{ value: phone, type: "work" }] }),
    ...(company === null ? {} : { organizations: [{ name: company }] }),
    ...(notes === null ? {} : { biographies: [{ value: notes }] }),
    ...(address === null
      ? {}
      : {
          addresses: [
            withoutNull({
              type: "work",
              streetAddress: address.line1,
              extendedAddress: address.line2,
              city: address.city,
              region: address.state,
              postalCode: address.postalCode,
              country: address.country,
              countryCode: address.country,
            }),
          ],
        }),
    memberships: groups.map((group) => ({ group })),
  };
}

/** In parts where these give the shown name, else as one free form. */
function toName({ name, givenName, familyName }: Person): Entry {
  return familyName !== null && `${givenName} ${familyName}` === name
    ? withoutNull({ givenName, familyName })
    : { unstructuredName: name };
}

function withoutNull(entry: Entry): Entry {
  return Object.fromEntries(Object.entries(entry).filter(([, value]) => value !== null));
}
