import type { Key } from "../../src/config/keys.ts";

/** The reference of all keys as Markdown: one row a key, those of all vendors in one. */
export function configReference(root: Key): string {
  const rows = new Map<string, string>();
  for (const [path, key] of keysUnder(root, "")) {
    const written = path.replace(/^apps\.(\w+)\.(?!tenant)/, "apps.<vendor>.");
    const fallback = key.required
      ? "required"
      : key.fallback === null
        ? ""
        : `\`${key.fallback.replaceAll('"', "")}\``;
    rows.set(written, `| \`${written}\` | ${key.allows} | ${fallback} | ${key.description} |`);
  }
  return [
    "| key | value | default | meaning |",
    "| --- | --- | --- | --- |",
    ...rows.values(),
  ].join("\n");
}

/** Every key with its path; names that people choose stand in angle brackets. */
export function keysUnder(key: Key, path: string): readonly (readonly [string, Key])[] {
  const at = (name: string) => (path === "" ? name : `${path}.${name}`);
  const fixed = [...key.keys].flatMap(([name, child]): readonly (readonly [string, Key])[] => [
    [at(name), child],
    ...keysUnder(child, at(name)),
  ]);
  if (key.named === null) return fixed;
  const name = at(`<${key.named.title}>`);
  return [...fixed, [name, key.named.key], ...keysUnder(key.named.key, name)];
}
