// Writes lgaudit/evaluate/markup/aria.json: roles, attributes and elements of WAI-ARIA 1.2 and ARIA
// in HTML as the axe-core that we ship has them. `node scripts/aria_tables.mjs --check` compares.

import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const code = readFileSync(at("node_modules/axe-core/axe.js"), "utf8");
const { version } = JSON.parse(readFileSync(at("node_modules/axe-core/package.json"), "utf8"));
const file = at("lgaudit/evaluate/markup/aria.json");

// From the first table to the end of the last: plain data, and what copies one role to another.
const from = code.indexOf("var ariaAttrs = {");
const last = code.indexOf("var htmlElms = {", from);
const until = code.indexOf("\n    };", last);
const known = new Function(
  "_extends",
  `${code.slice(from, until)}};\nreturn { ariaAttrs, ariaRoles, dpubRoles, graphicsRoles, htmlElms };`,
)(Object.assign);
const sorted = (object) =>
  Object.fromEntries(Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1)));
const each = (object, change) =>
  sorted(Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value)])));
const without = (object, ...names) =>
  Object.fromEntries(Object.entries(object).filter(([key]) => !names.includes(key)));

const roles = { ...known.ariaRoles, ...known.dpubRoles, ...known.graphicsRoles };
const tables = {
  source: "axe-core, https://github.com/dequelabs/axe-core, Mozilla Public License 2.0",
  version,
  attributes: each(known.ariaAttrs, (a) => without(a, "prop", "defaultValue")),
  roles: each(roles, (r) => without(r, "superclassRole", "chromiumRole")),
  elements: each(known.htmlElms, (e) =>
    without(e, "contentTypes", "shadowRoot", "namingMethods", "chromiumRole", "implicitAttrs")),
};
for (const element of Object.values(tables.elements)) {
  for (const [name, variant] of Object.entries(element.variant ?? {})) {
    element.variant[name] = without(
      variant, "contentTypes", "shadowRoot", "namingMethods", "chromiumRole", "implicitAttrs");
  }
}
const text = JSON.stringify(tables, null, 1) + "\n";

if (process.argv.includes("--check")) {
  if (readFileSync(file, "utf8") !== text) {
    console.error(`${file} is not what axe-core says. Run \`make axe-metadata\`.`);
    process.exit(1);
  }
} else {
  writeFileSync(file, text);
}
