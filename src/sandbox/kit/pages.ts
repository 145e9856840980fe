import type { SandboxAnswer } from "./vendor.ts";

/** A page that a sandboxed vendor shows to a person; it says itself that it is none of the real one's. */
export function pageAnswer(
  { title, owner = title }: { readonly title: string; readonly owner?: string },
  status: number,
  content: string,
): SandboxAnswer {
  return {
    status,
    headers: { "Content-Type": "text/html; charset=utf-8" },
    body: `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>${title} (sandbox)</title></head>
<body>
${content}
<p><small>This is a local sandbox, not ${owner}.</small></p>
</body>
</html>
`,
  };
}

export function escaped(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
