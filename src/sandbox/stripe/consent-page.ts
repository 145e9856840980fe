import { escaped, pageAnswer } from "../kit/pages.ts";
import type { SandboxAnswer } from "../kit/vendor.ts";
import type { Account } from "./accounts.ts";

/** Asks whether the application may have the account. */
export function consentPage(account: Account, query: URLSearchParams): SandboxAnswer {
  const scope = query.get("scope") === "read_write" ? "read and change" : "read";
  return page(
    200,
    `<h1>Connect ${escaped(account.name)}</h1>
<p>An application asks to ${scope} the data of <b>${escaped(account.email)}</b> (${escaped(account.id)}).</p>
<form method="post" action="/oauth/consent?${escaped(query.toString())}">
<button name="decision" value="approve">Connect my Stripe account</button>
<button name="decision" value="deny">Cancel</button>
</form>`,
  );
}

export function problemPage(message: string): SandboxAnswer {
  return page(400, `<h1>Something went wrong</h1>\n<p>${escaped(message)}</p>`);
}

function page(status: number, content: string): SandboxAnswer {
  return pageAnswer({ title: "Stripe" }, status, content);
}
