/** A Google account that can sign in. */
export interface Account {
  /** The id that `sub`, userinfo's `id` and `people/{id}` carry. */
  readonly id: string;
  readonly email: string;
  readonly givenName: string;
  readonly familyName: string;
}

/** The same in every world: a connection stays with its account whatever the seed. */
export const accounts: readonly [Account, Account] = [
  {
    id: "104857600000000000101",
    email: "ana@acme.test",
    givenName: "Ana",
    familyName: "Acme",
  },
  {
    id: "104857600000000000202",
    email: "other@acme.test",
    givenName: "Oskar",
    familyName: "Other",
  },
];

export function findAccount(hint: string | null): Account | null {
  return accounts.find(({ id, email }) => hint === id || hint?.toLowerCase() === email) ?? null;
}

/** An OAuth client of the developer console. */
export interface OAuthClient {
  readonly id: string;
  readonly secret: string;
  /** "desktop" takes any loopback port at the bare root; "web" takes registered URIs alone. */
  readonly kind: "desktop" | "web";
}

export const clients: readonly [OAuthClient, OAuthClient] = [
  {
    id: "100000000001-desktopsandbox.apps.googleusercontent.com",
    secret: "GOCSPX-sandbox-desktop-client",
    kind: "desktop",
  },
  {
    id: "100000000001-websandbox.apps.googleusercontent.com",
    secret: "GOCSPX-sandbox-web-client",
    kind: "web",
  },
];

export function findClient(id: string | null): OAuthClient | null {
  return clients.find((client) => client.id === id) ?? null;
}
