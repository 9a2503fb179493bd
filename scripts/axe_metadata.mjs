// Writes rules/axe-metadata.json: what the axe-core that we ship says of its own rules.
// `node scripts/axe_metadata.mjs --check` only compares, and fails when they differ.

import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const axe = createRequire(import.meta.url)(at("lgaudit/_vendor/axe-core/axe.min.js"));
const file = at("rules/axe-metadata.json");

const impacts = new Map(axe._audit.rules.map((rule) => [rule.id, rule.impact]));
const rules = axe
  .getRules()
  .map((rule) => ({
    id: rule.ruleId,
    help: rule.help,
    description: rule.description,
    help_url: rule.helpUrl.split("?")[0],
    impact: impacts.get(rule.ruleId),
    tags: rule.tags,
  }))
  .sort((a, b) => (a.id < b.id ? -1 : 1));
const source = "axe-core, https://github.com/dequelabs/axe-core, Mozilla Public License 2.0";
const text = JSON.stringify({ source, version: axe.version, rules }, null, 1) + "\n";

if (process.argv.includes("--check")) {
  if (readFileSync(file, "utf8") !== text) {
    console.error("rules/axe-metadata.json is not what axe-core says. Run `make axe-metadata`.");
    process.exit(1);
  }
} else {
  writeFileSync(file, text);
}
