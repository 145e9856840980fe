import { escaped, pageAnswer } from "../kit/pages.ts";
import type { SandboxAnswer } from "../kit/vendor.ts";
import type { Account } from "./account.ts";

/** Asks whether the application may have the account. */
export function consentPage(account: Account, query: URLSearchParams): SandboxAnswer {
  const changes = (query.get("scope") ?? "").includes(".write");
  return page(
    200,
    `<h1>Connect your app to HubSpot</h1>
<p>An application asks to ${changes ? "read and change" : "read"} the contacts of <b>${escaped(account.domain)}</b> (${account.hubId}).</p>
<form method="post" action="/oauth/consent?${escaped(query.toString())}">
<button name="decision" value="approve">Connect app</button>
<button name="decision" value="deny">Cancel</button>
</form>`,
  );
}

export function problemPage(message: string): SandboxAnswer {
  return page(400, `<h1>Authorization failed</h1>\n<p>${escaped(message)}</p>`);
}

function page(status: number, content: string): SandboxAnswer {
  return pageAnswer({ title: "HubSpot" }, status, content);
}
