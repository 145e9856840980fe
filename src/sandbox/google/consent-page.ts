import type { SandboxAnswer } from "../kit/vendor.ts";
import { accounts, type Account } from "./accounts.ts";
import { identityScopes, meaningOf } from "./scopes.ts";

export interface ConsentPage {
  readonly clientId: string;
  readonly scopes: readonly string[];
  readonly account: Account;
}

const htmlHeaders = {
  "Content-Type": "text/html; charset=utf-8",
  "Cache-Control": "no-cache, no-store, max-age=0, must-revalidate",
  "X-Frame-Options": "DENY",
};

/**
 * Asks the user: a choice of accounts (`account`), a box for each scope (`scope`), and two buttons (`decision`,
 * "allow" or "deny"). The form is posted to the address it was shown at.
 */
export function consentPage(page: ConsentPage): SandboxAnswer {
  const choices = accounts.map(
    ({ email, givenName, familyName }) =>
      `<label><input type="radio" name="account" value="${escapeHtml(email)}"${email === page.account.email ? " checked" : ""}> ${escapeHtml(`${givenName} ${familyName}`)} (${escapeHtml(email)})</label><br>`,
  );
  const boxes = page.scopes.map((scope) => {
    const meaning = escapeHtml(meaningOf(scope) ?? scope);
    if (identityScopes.includes(scope)) return `<li>${meaning}</li>`;
    return `<li><label><input type="checkbox" name="scope" value="${escapeHtml(scope)}" checked> ${meaning}</label></li>`;
  });
  return {
    status: 200,
    headers: htmlHeaders,
    body: layout(
      "Sign in - Google Accounts (sandbox)",
      `<h1>An application wants to access a sandboxed Google Account</h1>
<p>Client <code>${escapeHtml(page.clientId)}</code></p>
<form method="post">
<fieldset><legend>Choose an account</legend>
${choices.join("\n")}
</fieldset>
<p>Select what the application can access:</p>
<ul>
${boxes.join("\n")}
</ul>
<button name="decision" value="deny">Cancel</button>
<button name="decision" value="allow">Continue</button>
</form>`,
    ),
  };
}

/** What Google shows instead of a redirect when the request itself cannot be trusted. */
export function authorizationErrorPage(
  status: number,
  error: string,
  description: string,
): SandboxAnswer {
  return {
    status,
    headers: htmlHeaders,
    body: layout(
      "Sign in - Google Accounts (sandbox)",
      `<h1>Access blocked: Authorization Error</h1>
<p>${escapeHtml(description)}</p>
<p>Error ${status}: ${escapeHtml(error)}</p>`,
    ),
  };
}

export function escapeHtml(text: string): string {
  const escapes: Readonly<Record<string, string>> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "'": "&#39;",
  };
  return text.replaceAll(/[&<>"']/g, (character) => escapes[character] ?? character);
}

function layout(title: string, content: string): string {
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>${title}</title></head>
<body>
${content}
</body>
</html>
`;
}
