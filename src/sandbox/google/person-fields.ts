/** How a property is written: what JSON it takes, or "output" for what the server sets and a request's value is ignored. */
export type Kind = "text" | "line" | "flag" | "number" | "date" | "output" | readonly string[];

export interface FieldShape {
  readonly properties: Readonly<Record<string, Kind>>;
  /** At most one entry for a contact. */
  readonly singleton?: true;
  /** An entry in which none of these is set is dropped. */
  readonly content: readonly string[];
  /** Whether `metadata` names the first entry primary also within its source. */
  readonly sourcePrimary?: true;
}

const typed = { type: "line", formattedType: "output" } as const;
const value = { value: "line" } as const;

/** Fields of a contact that can be written, by People API v1 (Person). "line" is trimmed, "text" kept as it is. */
export const personShapes: Readonly<Record<string, FieldShape>> = {
  addresses: {
    properties: {
      ...typed,
      formattedValue: "text",
      poBox: "line",
      streetAddress: "text",
      extendedAddress: "line",
      city: "line",
      region: "line",
      postalCode: "line",
      country: "line",
      countryCode: "line",
    },
    content: [
      "formattedValue",
      "poBox",
      "streetAddress",
      "extendedAddress",
      "city",
      "region",
      "postalCode",
      "country",
      "countryCode",
    ],
  },
  biographies: {
    properties: {
      value: "text",
      contentType: ["CONTENT_TYPE_UNSPECIFIED", "TEXT_PLAIN", "TEXT_HTML"],
    },
    singleton: true,
    content: ["value"],
  },
  birthdays: {
    properties: { date: "date", text: "line" },
    singleton: true,
    content: ["date", "text"],
  },
  calendarUrls: { properties: { ...typed, url: "line" }, content: ["url"] },
  clientData: { properties: { key: "text", value: "text" }, content: ["key", "value"] },
  emailAddresses: {
    properties: { ...typed, ...value, displayName: "line" },
    content: ["value"],
    sourcePrimary: true,
  },
  events: { properties: { ...typed, date: "date" }, content: ["date"] },
  externalIds: { properties: { ...typed, ...value }, content: ["value"] },
  genders: {
    properties: { ...value, formattedValue: "output", addressMeAs: "line" },
    singleton: true,
    content: ["value"],
  },
  imClients: {
    properties: { ...typed, username: "line", protocol: "line", formattedProtocol: "output" },
    content: ["username"],
  },
  interests: { properties: value, content: ["value"] },
  locales: { properties: value, content: ["value"] },
  locations: {
    properties: {
      ...value,
      type: "line",
      current: "flag",
      buildingId: "line",
      floor: "line",
      floorSection: "line",
      deskCode: "line",
    },
    content: ["value"],
  },
  miscKeywords: {
    properties: {
      ...value,
      formattedType: "output",
      type: [
        "TYPE_UNSPECIFIED",
        "OUTLOOK_BILLING_INFORMATION",
        "OUTLOOK_DIRECTORY_SERVER",
        "OUTLOOK_KEYWORD",
        "OUTLOOK_MILEAGE",
        "OUTLOOK_PRIORITY",
        "OUTLOOK_SENSITIVITY",
        "OUTLOOK_SUBJECT",
        "OUTLOOK_USER",
        "HOME",
        "WORK",
        "OTHER",
      ],
    },
    content: ["value"],
  },
  names: {
    properties: {
      displayName: "output",
      displayNameLastFirst: "output",
      unstructuredName: "line",
      familyName: "line",
      givenName: "line",
      middleName: "line",
      honorificPrefix: "line",
      honorificSuffix: "line",
      phoneticFullName: "line",
      phoneticFamilyName: "line",
      phoneticGivenName: "line",
      phoneticMiddleName: "line",
      phoneticHonorificPrefix: "line",
      phoneticHonorificSuffix: "line",
    },
    singleton: true,
    content: [
      "unstructuredName",
      "familyName",
      "givenName",
      "middleName",
      "honorificPrefix",
      "honorificSuffix",
    ],
    sourcePrimary: true,
  },
  nicknames: {
    properties: {
      ...value,
      type: [
        "DEFAULT",
        "MAIDEN_NAME",
        "INITIALS",
        "GPLUS",
        "OTHER_NAME",
        "ALTERNATE_NAME",
        "SHORT_NAME",
      ],
    },
    content: ["value"],
  },
  occupations: { properties: value, content: ["value"] },
  organizations: {
    properties: {
      ...typed,
      name: "line",
      phoneticName: "line",
      department: "line",
      title: "line",
      jobDescription: "line",
      symbol: "line",
      domain: "line",
      location: "line",
      costCenter: "line",
      current: "flag",
      fullTimeEquivalentMillipercent: "number",
      startDate: "date",
      endDate: "date",
    },
    content: ["name", "department", "title", "jobDescription", "symbol", "domain", "location"],
  },
  phoneNumbers: { properties: { ...typed, ...value, canonicalForm: "output" }, content: ["value"] },
  relations: { properties: { ...typed, person: "line" }, content: ["person"] },
  sipAddresses: { properties: { ...typed, ...value }, content: ["value"] },
  urls: { properties: { ...typed, ...value }, content: ["value"] },
  userDefined: { properties: { key: "line", value: "text" }, content: ["key", "value"] },
};

/** Members of a Person that a request may carry and that change nothing. */
export const ignoredMembers: readonly string[] = [
  "ageRange",
  "ageRanges",
  "braggingRights",
  "coverPhotos",
  "fileAses",
  "photos",
  "relationshipInterests",
  "relationshipStatuses",
  "residences",
  "skills",
  "taglines",
];
