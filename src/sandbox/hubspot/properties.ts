import { HubSpotError, type ErrorDetail } from "./errors.ts";

/** The values of properties that take only some. */
const optionsOf: Readonly<Record<string, readonly string[]>> = {
  lifecyclestage: [
    "subscriber",
    "lead",
    "marketingqualifiedlead",
    "salesqualifiedlead",
    "opportunity",
    "customer",
    "evangelist",
    "other",
  ],
};

/** Properties by what they take: text, an address, one of some values, or nothing because HubSpot alone writes them. */
const kinds: Readonly<Record<string, "text" | "email" | "select" | "read-only">> = {
  email: "email",
  firstname: "text",
  lastname: "text",
  phone: "text",
  mobilephone: "text",
  company: "text",
  jobtitle: "text",
  website: "text",
  address: "text",
  city: "text",
  state: "text",
  zip: "text",
  country: "text",
  lifecyclestage: "select",
  createdate: "read-only",
  lastmodifieddate: "read-only",
  hs_object_id: "read-only",
  hs_additional_emails: "read-only",
  hs_merged_object_ids: "read-only",
  hs_unique_creation_key: "read-only",
};

export const defaultProperties = [
  "createdate",
  "email",
  "firstname",
  "hs_object_id",
  "lastmodifieddate",
  "lastname",
];

export const writableProperties = Object.keys(kinds).filter((name) => kinds[name] !== "read-only");

const longestValue = 65_536;

export function isProperty(name: string): boolean {
  return Object.hasOwn(kinds, name);
}

/** The values as they are kept, empty for those to clear; refused with every problem that they have. */
export function checkedValues(
  given: Readonly<Record<string, string>>,
  hubId: number,
): Readonly<Record<string, string>> {
  const problems = Object.entries(given).flatMap(([name, value]) => problemOf(name, value) ?? []);
  if (problems.length > 0) throw invalidValues(problems, hubId);
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => [
      name,
      name === "email" ? value.trim().toLowerCase() : value,
    ]),
  );
}

interface Problem {
  readonly name: string;
  readonly error: string;
  readonly message: string;
}

function problemOf(name: string, value: string): Problem | null {
  const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined;
  if (kind === undefined)
    return { name, error: "PROPERTY_DOESNT_EXIST", message: `Property "${name}" does not exist` };
  if (kind === "read-only")
    return {
      name,
      error: "READ_ONLY_VALUE",
      message: `"${name}" is a read only property; its value cannot be set.`,
    };
  if (value.length > longestValue)
    return { name, error: "VALUE_TOO_LONG", message: `${name} is longer than ${longestValue}` };
  if (kind === "select" && value !== "" && !optionsOf[name]?.includes(value))
    return {
      name,
      error: "INVALID_OPTION",
      message: `${value} was not one of the allowed options: [${optionsOf[name]?.join(", ")}]`,
    };
  if (kind === "email" && value !== "" && !isEmail(value.trim()))
    return { name, error: "INVALID_EMAIL", message: `Email address ${value} is invalid` };
  return null;
}

/** ASCII before and after the @, and a dot behind it. */
function isEmail(text: string): boolean {
  return /^[\w.!#$%&'*+/=?^`{|}~-]+@[a-z0-9-]+(\.[a-z0-9-]+)+$/i.test(text) && text.length <= 254;
}

/** The list of problems stands as JSON in the message, and once more in parts. */
function invalidValues(problems: readonly Problem[], hubId: number): HubSpotError {
  const listed = problems.map(({ name, error, message }) => ({
    isValid: false,
    message,
    error,
    name,
    localizedErrorMessage: message,
    portalId: hubId,
  }));
  const errors: readonly ErrorDetail[] = problems.map(({ name, error, message }) => ({
    message,
    code: error,
    context: { propertyName: [name] },
  }));
  return new HubSpotError(400, {
    category: "VALIDATION_ERROR",
    message: `Property values were not valid: ${JSON.stringify(listed)}`,
    errors,
  });
}
