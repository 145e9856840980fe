import { customPrefix, isCustomField } from "../model/client.ts";
import type { Client } from "../model/client.ts";
import type { FieldValue } from "../model/fields.ts";
import { valueText } from "./cells.ts";

/** The longest line, in octets and without its end (RFC 6350, section 3.2). */
const maxOctets = 75;

/**
 * A client as a vCard 4.0 (RFC 6350). A name is not taken apart, so that there is no N; what vCard has no place for,
 * custom fields and whether the client is active, stands in X- properties.
 */
export function vcard(client: Client): string {
  const field = (name: string) => client.fields[name] ?? null;
  const text = (name: string) => escaped(valueText(field(name)));
  const label = ["name", "company", "email", "phone"].map(field).find((value) => value !== null);
  const lines = [
    "BEGIN:VCARD",
    "VERSION:4.0",
    `UID:urn:uuid:${client.id}`,
    `REV:${client.updatedAt.replace(/[-:]|\.\d+/g, "")}`,
    `FN:${escaped(valueText(label ?? client.id))}`,
    ...given("EMAIL", text("email")),
    ...given("TEL;VALUE=text", text("phone")),
    ...given("ORG", text("company")),
    ...address(field),
    ...given("NOTE", text("notes")),
    ...given("CATEGORIES", [field("tags") ?? []].flat().map(escaped).join(",")),
    ...customLines(client),
    ...(client.active ? [] : ["X-ASTRALIS-ACTIVE:no"]),
    "END:VCARD",
  ];
  return lines.map((line) => `${folded(line)}\r\n`).join("");
}

function given(name: string, value: string): readonly string[] {
  return value === "" ? [] : [`${name}:${value}`];
}

/** Post box and extended address stay empty, as the RFC asks; both lines are the street. */
function address(field: (name: string) => FieldValue): readonly string[] {
  const text = (name: string) => escaped(valueText(field(name)));
  const street = [text("address_line1"), text("address_line2")];
  const parts = [
    "",
    "",
    street.filter((line) => line !== "").join(","),
    ...["city", "state", "postal_code", "country"].map(text),
  ];
  return parts.every((part) => part === "") ? [] : [`ADR:${parts.join(";")}`];
}

function customLines({ fields }: Client): readonly string[] {
  return Object.entries(fields)
    .filter(([name, value]) => isCustomField(name) && value !== null)
    .map(([name, value]) => {
      const parameter = parameterText(name.slice(customPrefix.length));
      return `X-ASTRALIS-FIELD;X-NAME="${parameter}":${escaped(valueText(value ?? null))}`;
    });
}

function escaped(text: string): string {
  return text
    .replace(/[\\,;]/g, "\\$&")
    .replace(/\r\n?|\n/g, "\\n")
    .replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, "");
}

/** Within a quoted parameter (RFC 6868). */
function parameterText(text: string): string {
  return text
    .replaceAll("^", "^^")
    .replaceAll('"', "^'")
    .replace(/\r\n?|\n/g, "^n")
    .replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, "");
}

/** Goes on after a line end and a space, and never within a character; the space counts. */
function folded(line: string): string {
  if (Buffer.byteLength(line) <= maxOctets) return line;
  let text = "";
  let octets = 0;
  for (const character of line) {
    const size = Buffer.byteLength(character);
    if (octets + size > maxOctets) {
      text += "\r\n ";
      octets = 1;
    }
    text += character;
    octets += size;
  }
  return text;
}
