import { timingSafeEqual } from "node:crypto";

/** What the sign-in that is waiting expects of the address that the browser lands on. */
export interface ExpectedCallback {
  /** `http://127.0.0.1:<port><path>`, or an https address. */
  readonly redirectUri: string;
  readonly state: string;
  /** The parameter that names the account, where the provider tells it there: then it must be there. */
  readonly accountParameter?: string | undefined;
}

/** What an address says. `unusable` ends nothing: the message tells what to paste instead, and repeats none of it. */
export type Callback =
  | { readonly kind: "code"; readonly code: string; readonly account: string | null }
  | { readonly kind: "denied" }
  | { readonly kind: "refused"; readonly error: string }
  | { readonly kind: "unusable"; readonly message: string };

/** Reads an address that a person pasted. */
export function readPastedCallback(text: string, expected: ExpectedCallback): Callback {
  const pasted = text.trim().replace(/^[<"']+|[>"']+$/g, "");
  const wanted = `Paste the whole address that the browser lands on; it begins with ${expected.redirectUri}`;
  if (pasted === "") return unusable(`Nothing was pasted. ${wanted}`);
  const url = parseAddress(pasted, expected.redirectUri);
  if (url === null) return unusable(`That is not an address. ${wanted}`);
  if (url.searchParams.has("redirect_uri") || url.searchParams.has("response_type")) {
    return unusable(`That is the link to open, not the address it leads to. ${wanted}`);
  }
  const target = new URL(expected.redirectUri);
  // The scheme may differ: nothing is sent there, and people change it to make the page load.
  if (!isSameHost(url, target) || url.pathname !== target.pathname) {
    return unusable(`That address is of ${url.host || "another kind"}. ${wanted}`);
  }
  return readCallback(url.searchParams, expected);
}

/** Reads the parameters of an address whose host and path are the right ones. */
export function readCallback(parameters: URLSearchParams, expected: ExpectedCallback): Callback {
  const state = parameters.get("state");
  if (state === null) return unusable("The address is cut off: its `state` is missing.");
  if (!sameText(state, expected.state)) {
    return unusable("That address belongs to another sign-in, or is cut off.");
  }
  const error = parameters.get("error");
  if (error === "access_denied") return { kind: "denied" };
  if (error !== null) return { kind: "refused", error: errorWord(error) };
  const code = parameters.get("code");
  if (code === null || code === "") {
    return unusable("The address is cut off: its `code` is missing.");
  }
  const { accountParameter } = expected;
  if (accountParameter === undefined) return { kind: "code", code, account: null };
  const account = parameters.get(accountParameter) ?? "";
  // What has blanks or control characters is no id of anything.
  if (!/^[\x21-\x7e]{1,200}$/.test(account))
    return unusable(`The address is cut off: its \`${accountParameter}\` is missing.`);
  return { kind: "code", code, account };
}

function parseAddress(pasted: string, redirectUri: string): URL | null {
  const { protocol, host } = new URL(redirectUri);
  // Address bars hide the scheme, and some copy what they show.
  const isBare = /^(127\.0\.0\.1|localhost):\d/.test(pasted) || pasted.startsWith(`${host}/`);
  const whole = isBare ? `${protocol}//${pasted}` : pasted;
  return /^https?:\/\//i.test(whole) ? URL.parse(whole) : null;
}

function isSameHost(url: URL, target: URL): boolean {
  const names = ["127.0.0.1", "localhost"];
  const same = names.includes(target.hostname)
    ? names.includes(url.hostname)
    : url.hostname === target.hostname;
  return same && portOf(url) === portOf(target);
}

/** Without the scheme's own port, whichever scheme it is. */
function portOf(url: URL): string {
  return ["80", "443"].includes(url.port) ? "" : url.port;
}

function unusable(message: string): Callback {
  return { kind: "unusable", message };
}

/** Only a word of the protocol is repeated, never a sentence from outside. */
function errorWord(error: string): string {
  return /^[a-z_]{1,60}$/.test(error) ? error : "an unknown error";
}

function sameText(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
