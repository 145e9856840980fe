import { escaped, pageAnswer } from "../kit/pages.ts";
import type { SandboxAnswer } from "../kit/vendor.ts";
import type { Company } from "./company.ts";

/** Asks whether the application may have the company's books. */
export function consentPage(company: Company, query: URLSearchParams): SandboxAnswer {
  return page(
    200,
    `<h1>Connect ${escaped(company.name)}</h1>
<p>An application asks for access to the company <b>${escaped(company.name)}</b> of <b>${escaped(company.email)}</b> (${escaped(company.realmId)}).</p>
<form method="post" action="/connect/oauth2/consent?${escaped(query.toString())}">
<button name="decision" value="connect">Connect</button>
<button name="decision" value="cancel">Cancel</button>
</form>`,
  );
}

export function problemPage(message: string): SandboxAnswer {
  return page(400, `<h1>Sorry, but the app didn't connect</h1>\n<p>${escaped(message)}</p>`);
}

function page(status: number, content: string): SandboxAnswer {
  return pageAnswer({ title: "QuickBooks", owner: "Intuit" }, status, content);
}
