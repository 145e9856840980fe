import { escaped, pageAnswer } from "../kit/pages.ts";
import type { SandboxAnswer } from "../kit/vendor.ts";

/** Asks whether the application may have these; the form goes back to the address that it was shown at. */
export function consentPage(org: string, scopes: readonly string[]): SandboxAnswer {
  return page(
    200,
    `<h1>Allow Access?</h1>
<p>An application asks for access to <b>${escaped(org)}</b>:</p>
<ul>
${scopes.map((scope) => `<li>${escaped(scope)}</li>`).join("\n")}
</ul>
<form method="post">
<button name="decision" value="deny">Deny</button>
<button name="decision" value="allow">Allow</button>
</form>`,
  );
}

/** What cannot be told to the application, because it or its address is not known. */
export function problemPage(error: string, description: string): SandboxAnswer {
  return page(
    400,
    `<h1>We can't authorize you because of an OAuth error.</h1>\n<p>${escaped(error)} : ${escaped(description)}</p>`,
  );
}

function page(status: number, content: string): SandboxAnswer {
  return pageAnswer({ title: "Salesforce" }, status, content);
}
