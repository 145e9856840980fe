#!/usr/bin/env node
// Nothing is imported before the version is known: on an older Node the imports themselves would fail, and not
// in words that help. Plain JavaScript, so that an old Node can read this file.
var needed = [22, 18];
var found = process.versions.node.split(".").map(Number);

if (found[0] < needed[0] || (found[0] === needed[0] && found[1] < needed[1])) {
  process.stderr.write(
    "astralis needs Node.js " +
      needed.join(".") +
      " or newer, and this is " +
      process.versions.node +
      ".\n",
  );
  process.exit(2);
} else {
  void start();
}

async function start() {
  process.getBuiltinModule("node:module").enableCompileCache();
  // A checkout runs its sources, so that no build can be stale; the package ships dist alone.
  var sources = new URL("../src/cli/main.ts", import.meta.url);
  var entry = process.getBuiltinModule("node:fs").existsSync(sources)
    ? sources
    : new URL("../dist/src/cli/main.js", import.meta.url);
  var { main } = await import(entry.href);
  await main(new URL("../package.json", import.meta.url));
}
