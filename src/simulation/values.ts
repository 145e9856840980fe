import type { Dice } from "./dice.ts";
import type { FieldValue } from "../model/fields.ts";
import type { Typed } from "./history.ts";

/** Few of each, so that the same values meet again and again. */
const values: Readonly<Record<string, readonly string[]>> = {
  email: [
    ...Array.from({ length: 12 }, (_, index) => `p${index}@example.com`),
    "P3@Example.COM",
    "p4@EXAMPLE.com",
    "jörg@beispiel.example",
  ],
  name: [
    "Ana",
    "Ana Lúcia 🌱",
    "Bo Li",
    "Dr. Mary-Ann O’Neill",
    "José María Peña",
    "Jose\u0301 Mari\u0301a Pen\u0303a",
    "  Karl   Heinz ",
    "山田 太郎",
    `${"Wolfeschlegelsteinhausen ".repeat(12)}Senior`,
  ],
  phone: ["+1 555 0100", "+1 555 0101", "0221 123456", "+49 (0)89 1234567 ext. 12", "5551234"],
  notes: [
    "Pays late",
    "Likes tea\nand cake",
    "Großkunde – Rabatt 5 %",
    `${"x".repeat(4990)} and more than fits`,
  ],
  company: ["Acme GmbH", "Kite & Sons", "株式会社アトラス", "A".repeat(160)],
  address_line1: ["1 Main Street", "Am Markt 3"],
  city: ["Berlin", "São Paulo"],
  postal_code: ["10115", "SW1A 1AA"],
  country: ["DE", "Germany", "Brasil", "Narnia"],
};

const fields = [
  "name",
  "phone",
  "notes",
  "company",
  "address_line1",
  "city",
  "postal_code",
  "country",
];

/** What a person types: of a new client or record the address and some more, of a change one to three fields. */
export function typedFields(dice: Dice, what: "new" | "change"): Typed {
  const typed: Record<string, FieldValue> = {};
  if (what === "new") {
    if (dice.chance(0.95)) typed["email"] = dice.pick(values["email"] ?? []);
    if (dice.chance(0.8)) typed["name"] = dice.pick(values["name"] ?? []);
    if (dice.chance(0.4)) typed["phone"] = dice.pick(values["phone"] ?? []);
    if (dice.chance(0.2)) put(typed, dice, dice.pick(fields));
    return typed;
  }
  if (dice.chance(0.15)) put(typed, dice, "email");
  for (let left = dice.whole(1, 3); left > 0; left -= 1) {
    const field = dice.chance(0.75) ? dice.pick(["name", "phone"]) : dice.pick(fields);
    put(typed, dice, field);
    if (dice.chance(0.2)) typed[field] = null;
  }
  return typed;
}

function put(typed: Record<string, FieldValue>, dice: Dice, field: string): void {
  typed[field] = dice.pick(values[field] ?? []);
}
