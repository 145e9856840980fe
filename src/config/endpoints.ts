/** What is wrong with the URL of an endpoint; null for a good one. Never repeats the URL. */
export function endpointProblem(text: string, form: "origin" | "url"): string | null {
  if (!URL.canParse(text)) return "must be a URL, such as https://api.example.com";
  const url = new URL(text);
  if (url.protocol !== "https:" && url.protocol !== "http:") return "must be an https URL";
  if (url.protocol === "http:" && !isLoopback(url.hostname))
    return "must be https: plain http would show credentials to the network, and is taken for 127.0.0.1, [::1] and localhost alone";
  if (url.username !== "" || url.password !== "") return "must not contain credentials";
  if (url.hash !== "") return "must not contain a #fragment";
  if (form === "origin" && (url.pathname !== "/" || url.search !== ""))
    return "must be an origin, https://<host> or https://<host>:<port>, without a path";
  return null;
}

/** What is wrong with the address that a sign-in is sent back to; null for a good one. Never repeats it. */
export function redirectProblem(text: string): string | null {
  const problem = endpointProblem(text, "url");
  if (problem !== null) return problem;
  const url = new URL(text);
  if (url.protocol !== "https:")
    return "must be https; for a redirect to this machine leave it out, or set redirect_port";
  return url.search === "" && !text.includes("?") ? null : "must not contain a ?query";
}

/** Of a URL without a problem: an origin has no slash at its end. */
export function normalEndpoint(text: string, form: "origin" | "url"): string {
  const url = new URL(text);
  return form === "origin" ? url.origin : url.href;
}

function isLoopback(hostname: string): boolean {
  return (
    hostname === "localhost" ||
    hostname.endsWith(".localhost") ||
    hostname === "[::1]" ||
    /^127(\.\d{1,3}){3}$/.test(hostname)
  );
}
