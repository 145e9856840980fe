import { escaped, pageAnswer } from "../kit/pages.ts";
import type { SandboxAnswer } from "../kit/vendor.ts";

/** Asks the person: one form, two buttons (`decision`, "allow" or "deny"), posted to the address it was shown at. */
export function consentPage(clientId: string, scopes: readonly string[]): SandboxAnswer {
  const items = scopes.map((scope) => `<li><code>${escaped(scope)}</code></li>`);
  return page(
    200,
    `<h1>Authorize the application</h1>
<p>The application <code>${escaped(clientId)}</code> asks for:</p>
<ul>
${items.join("\n")}
</ul>
<form method="post">
<button name="decision" value="allow">Allow</button>
<button name="decision" value="deny">Deny</button>
</form>`,
  );
}

/** What is shown instead of a redirect, where the request itself cannot be trusted. */
export function problemPage(message: string): SandboxAnswer {
  return page(400, `<h1>An error has occurred</h1>\n<p>${escaped(message)}</p>`);
}

function page(status: number, content: string): SandboxAnswer {
  return pageAnswer({ title: "FreshBooks" }, status, content);
}
