import { isObject } from "../kit/input.ts";
import { untouchedFlags, untouchedTexts, type Flags, type Texts, type VisState } from "./client.ts";
import { AccountingError, errno, invalidValue } from "./errors.ts";

/** What the body of a create or an update asks for. */
export interface ClientInput {
  readonly texts: Partial<Texts>;
  readonly flags: Partial<Flags>;
  /** Set where the body names a visibility: everything else in it is dropped then. */
  readonly visState: VisState | null;
}

/** `{"client": {...}}`. A member that FreshBooks does not describe is refused, where FreshBooks itself may ignore it. */
export function readClientInput(body: Buffer, longestText: number | null): ClientInput {
  const client = membersOf(parsed(body));
  const visState = readVisState(client);
  const texts: Partial<Record<keyof Texts, string | null>> = {};
  const flags: Partial<Record<keyof Flags, boolean>> = {};
  for (const [name, value] of Object.entries(client)) {
    if (name === "vis_state" || name === "ext_vis_state") continue;
    if (isTextName(name)) texts[name] = readText(name, value, longestText);
    else if (isFlagName(name)) flags[name] = readFlag(name, value);
    else throw invalidValue(name, `Unexpected field ${name}.`);
  }
  if (visState !== null) return { texts: {}, flags: {}, visState };
  return { texts, flags, visState: null };
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    throw new AccountingError(400, {
      errno: errno.parseError,
      message: "The server was unable to parse your request.",
    });
  }
}

function membersOf(body: unknown): Readonly<Record<string, unknown>> {
  const others = isObject(body) ? Object.keys(body).filter((name) => name !== "client") : [];
  if (!isObject(body) || !isObject(body["client"]) || others.length > 0)
    throw new AccountingError(422, {
      errno: errno.requiredField,
      field: "client",
      message: "The request must hold a client, and nothing else.",
      object: "client",
    });
  return body["client"];
}

/** `ext_vis_state` goes before `vis_state`. */
function readVisState(client: Readonly<Record<string, unknown>>): VisState | null {
  const value = client["ext_vis_state"] ?? client["vis_state"];
  if (value === undefined) return null;
  if (value === 0 || value === 1 || value === 2) return value;
  throw invalidValue("vis_state", "Visibility must be 0, 1 or 2.", JSON.stringify(value));
}

function isTextName(name: string): name is keyof Texts {
  return Object.hasOwn(untouchedTexts, name);
}

function isFlagName(name: string): name is keyof Flags {
  return Object.hasOwn(untouchedFlags, name);
}

function readText(name: string, value: unknown, longest: number | null): string | null {
  if (value === null) return null;
  if (typeof value !== "string") throw invalidValue(name, `${name} must be text.`);
  if (longest !== null && value.length > longest)
    throw new AccountingError(422, {
      errno: errno.maxLengthExceeded,
      field: name,
      message: `${name} is too long.`,
      object: "client",
      value,
    });
  if (name === "email" && value !== "" && !/^[\x21-\x7e]+@[a-z0-9-]+(\.[a-z0-9-]+)+$/i.test(value))
    throw invalidValue(name, "This is not a valid e-mail address.", value);
  return value;
}

function readFlag(name: string, value: unknown): boolean {
  if (typeof value !== "boolean") throw invalidValue(name, `${name} must be true or false.`);
  return value;
}
