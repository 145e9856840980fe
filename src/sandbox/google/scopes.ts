const prefix = "https://www.googleapis.com/auth/";

export const contactsScope = `${prefix}contacts`;
export const contactsReadonlyScope = `${prefix}contacts.readonly`;
export const emailScope = `${prefix}userinfo.email`;
export const profileScope = `${prefix}userinfo.profile`;

/** Those that say who signs in; the consent page does not let a user untick them. */
export const identityScopes: readonly string[] = ["openid", emailScope, profileScope];

const meanings: Readonly<Record<string, string>> = {
  openid: "Associate you with your personal info on Google",
  [emailScope]: "See your primary Google Account email address",
  [profileScope]:
    "See your personal info, including any personal info you've made publicly available",
  [contactsScope]: "See, edit, download, and permanently delete your contacts",
  [contactsReadonlyScope]: "See and download your contacts",
  [`${prefix}contacts.other.readonly`]: "See and download contact info automatically saved",
  [`${prefix}gmail.metadata`]: "View your email message metadata, but not the email body",
  [`${prefix}gmail.readonly`]: "View your email messages and settings",
  [`${prefix}gmail.modify`]: "Read, compose, and send emails from your Gmail account",
  "https://mail.google.com/": "Read, compose, send, and permanently delete all your email",
  [`${prefix}calendar`]: "See, edit, share, and permanently delete all your calendars",
  [`${prefix}calendar.readonly`]: "See and download any calendar you can access",
  [`${prefix}calendar.events`]: "View and edit events on all your calendars",
  [`${prefix}calendar.events.readonly`]: "View events on all your calendars",
  [`${prefix}calendar.calendarlist.readonly`]: "See the list of calendars you are subscribed to",
  [`${prefix}calendar.calendars.readonly`]: "See the properties of your calendars",
  [`${prefix}calendar.freebusy`]: "View your availability in your calendars",
};

/** In the spelling of the token answer: `email` and `profile` become their long names. */
export function canonicalScopes(scope: string): readonly string[] {
  const names = scope.split(" ").filter((name) => name !== "");
  const long: Readonly<Record<string, string>> = { email: emailScope, profile: profileScope };
  return [...new Set(names.map((name) => long[name] ?? name))];
}

/** What the consent page says of it; null for a scope that Google does not have. */
export function meaningOf(scope: string): string | null {
  return meanings[scope] ?? null;
}
