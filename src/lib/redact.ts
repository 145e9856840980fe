/** Forms that secrets take in text: provider keys and tokens, bearer headers, URL credentials, OAuth parameters. */
const secretForms: readonly [RegExp, string][] = [
  [/\b(sk|rk|pk|whsec)_(live|test|sandbox)?_?[A-Za-z0-9]{8,}/g, "$1_***"],
  [/\bya29\.[\w.-]+/g, "ya29.***"],
  [/\b1\/\/[\w-]{10,}/g, "1//***"],
  [/\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*/g, "***"],
  [/\b(Bearer|Basic)\s+[\w.~+/=-]{6,}/gi, "$1 ***"],
  [/(\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@]+:)[^\s@]+@/gi, "$1***@"],
  [
    /([?&#;"']?\b(?:access_token|refresh_token|id_token|client_secret|code|code_verifier|token|password|api_key|assertion)["']?\s*[=:]\s*["']?)[^\s&"',;}]+/gi,
    "$1***",
  ],
];

/** The text without anything that looks like a secret. */
export function redact(text: string): string {
  return secretForms.reduce((safe, [form, replacement]) => safe.replace(form, replacement), text);
}
