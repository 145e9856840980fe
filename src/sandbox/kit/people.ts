import { places, type Place } from "./places.ts";
import { createRandom, pick } from "./random.ts";

/** A client as its sandboxed providers know it. What a person does not have is null. */
export interface Person {
  /** null for a company. */
  readonly givenName: string | null;
  /** null for a company, and for one that has a name of one word. */
  readonly familyName: string | null;
  /** As it is shown; a company's own name where the client is a company. */
  readonly name: string;
  readonly email: string;
  readonly phone: string | null;
  readonly company: string | null;
  readonly address: PersonAddress | null;
  readonly notes: string | null;
}

export interface PersonAddress {
  readonly line1: string;
  readonly line2: string | null;
  readonly city: string;
  readonly state: string | null;
  readonly postalCode: string;
  /** Two letters of ISO 3166-1. */
  readonly country: string;
}

/** Each has people of its own at the places that are not shared. */
const vendors = [
  "stripe",
  "google",
  "microsoft",
  "quickbooks",
  "freshbooks",
  "salesforce",
  "hubspot",
];

/** Of a vendor's seeded clients those at every third place, from the first, are in every other vendor as well. */
export function isShared(index: number): boolean {
  return index % 3 === 0;
}

/** The client that a vendor is seeded with at that place: the same for the same seed, e-mail addresses all different. */
export function seededPerson(vendor: string, seed: number, index: number): Person {
  return person(seed, index, isShared(index) ? 0 : vendors.indexOf(vendor) + 1);
}

/** The person of that number; people of different groups are different people. */
export function person(seed: number, index: number, group = 0): Person {
  const random = createRandom(mix(mix(seed, index), group));
  const place = pick(random, places);
  const given = pick(random, place.given);
  const family = pick(random, place.family);
  const chance = (share: number) => random() < share;
  const kind = random();
  const ordinal = index * (vendors.length + 1) + group + 1;
  const local = `${given.latin}.${family.latin}`.toLowerCase();
  const firm = `${pick(random, place.firms)} ${family.shown}`;
  const isCompany = kind < 0.12;
  const isOneWord = !isCompany && kind < 0.2;
  const name = isOneWord
    ? given.shown
    : place.familyFirst
      ? `${family.shown}${place.joint}${given.shown}`
      : `${given.shown}${place.joint}${family.shown}`;
  const shownName = isCompany ? firm : chance(0.05) ? `${name} ${pick(random, ornaments)}` : name;
  return {
    givenName: isCompany ? null : given.shown,
    familyName: isCompany || isOneWord ? null : family.shown,
    name: shownName,
    email: `${isCompany ? "office" : local}${ordinal}@${pick(random, place.domains)}`,
    phone: chance(0.75) ? phone(place, random) : null,
    company: isCompany
      ? firm
      : chance(0.4)
        ? `${pick(random, place.firms)} ${firmWord(random)}`
        : null,
    address: chance(0.7) ? address(place, random) : null,
    notes: chance(0.2) ? pick(random, remarks) : null,
  };
}

const ornaments = ["🌸", "☕", "🚲", "👩‍🔬", "🇨🇭"] as const;

const remarks = [
  "Prefers to be written to.",
  "Pays within a week.\nAsks for a paper copy.",
  "Met at the fair; call back in spring.",
  "Großkunde – Rabatt 5 %",
  "Ne pas appeler avant 10 h",
] as const;

function firmWord(random: () => number): string {
  return pick(random, ["Atlas", "Nordlicht", "Kite", "Ōmi", "Río", "Zelená", "Baobab", "Ålesund"]);
}

function phone(place: Place, random: () => number): string {
  return digits(pick(random, place.phones), random);
}

function address(place: Place, random: () => number): PersonAddress {
  const city = pick(random, place.cities);
  const number = String(1 + Math.floor(random() * 180));
  return {
    line1: pick(random, place.streets).replace("0", number),
    line2: random() < 0.25 ? pick(random, place.details) : null,
    city: city.name,
    state: city.state,
    postalCode: digits(city.postalCode, random),
    country: place.country,
  };
}

/** Each "#" becomes a digit. */
function digits(pattern: string, random: () => number): string {
  return pattern.replaceAll("#", () => String(Math.floor(random() * 10)));
}

function mix(a: number, b: number): number {
  let mixed = (Math.imul(a ^ 0x9e3779b9, 0x85ebca6b) + b) >>> 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0xc2b2ae35) >>> 0;
  return (mixed ^ (mixed >>> 13)) >>> 0;
}
