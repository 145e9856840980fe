/**
 * Forms that secrets take in text. Every repetition is bounded or can begin in one place only, so that no text
 * takes more than linear time.
 */
const secretForms: readonly [RegExp, string][] = [
  // Stripe: keys, webhook secrets, Connect's authorization codes and refresh tokens.
  [/\b(sk|rk|pk|whsec|ac|rt)_(?=[A-Za-z0-9_]{8})[A-Za-z0-9_]+/g, "$1_***"],
  // Google: access tokens, refresh tokens, authorization codes, application secrets, API keys.
  [/\bya29\.[\w.-]+/g, "ya29.***"],
  [/(?<![\w/])([14])\/\/?(?=[\w-]{10})[\w-]+/g, "$1/***"],
  [/\bGOCSPX-[\w-]+/g, "GOCSPX-***"],
  [/\bAIza[\w-]{20,}/g, "AIza***"],
  // HubSpot's private apps, Salesforce's sessions and refresh tokens, Intuit's refresh tokens.
  [/\bpat-[a-z]{2}\d-[\w-]+/g, "pat-***"],
  [/\b00D\w{12,15}![\w.]+/g, "00D***"],
  [/\b5Aep[\w.]{20,}/g, "5Aep***"],
  [/\bRT1-[\w-]{10,}/g, "RT1-***"],
  // JSON Web Tokens, private keys.
  [/\beyJ[\w-]{8,}\.[\w-]*(?:\.[\w-]*){0,3}/g, "***"],
  [/-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[A-Za-z0-9+/=\s\\]*/g, "-----PRIVATE KEY***"],
  [/\b(Bearer|Basic)\s{1,5}[\w.~+/=-]{6,}/gi, "$1 ***"],
  // A password of a URL reaches to the last @ before a slash: unencoded ones may hold that sign themselves.
  [/([a-z][a-z0-9+.-]{0,20}:\/\/[^\s:/@]{0,200}:)[^\s/]{0,400}@/gi, "$1***@"],
  // Named values of URLs, forms, JSON, connection strings and environments.
  [
    /((?:access_token|refresh_token|id_token|client_secret|client_assertion|code_verifier|password|passwd|api_?key|secret_?key|ASTRALIS_KEY|assertion|token|secret)["'\\]{0,2}\s{0,5}(?:[=:]|%3D)\s{0,5}["'\\]{0,2})[^\s&"',;}\\]+/gi,
    "$1***",
  ],
  // These words mean much else: they are secrets only as parameters of a URL or form.
  [/((?:[?&#]|%3F|%26)(?:code|state|sig|signature|key)(?:=|%3D))[^\s&"'%]+/gi, "$1***"],
];

/** The text without anything that looks like a secret. */
export function redact(text: string): string {
  return secretForms.reduce((safe, [form, replacement]) => safe.replace(form, replacement), text);
}
