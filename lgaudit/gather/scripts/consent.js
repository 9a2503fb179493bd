// The cookie banner as a visitor meets it, and what it offers. Arguments: words, the mark of the
// button to press or "". Nothing is pressed here but a plain button of the banner that sends no form.
const [words, press] = arguments;
const regex = Object.fromEntries(Object.entries(words).map(([k, v]) => [k, new RegExp(v, "i")]));
const fold = (s) => String(s ?? "").replace(/\s+/g, " ").trim();
const roots = [document];
for (const el of Array.from(document.querySelectorAll("*")).slice(0, 8000)) {
  if (el.shadowRoot) roots.push(el.shadowRoot);
}
const shown = (el) => {
  const box = el.getBoundingClientRect();
  if (box.width < 2 || box.height < 2) return false;
  const style = getComputedStyle(el);
  return style.visibility !== "hidden" && style.display !== "none" && Number(style.opacity) > 0.05;
};
const say = (el) => fold(el.getAttribute("aria-label") || el.innerText || el.value || el.title).slice(0, 120);
const role = (text) => {
  for (const name of ["reject", "selected", "accept", "settings", "dismiss"]) {
    if (regex[name].test(text)) return name;
  }
  return "other";
};
const PRESSABLE = "button, [role=button], input[type=button], input[type=submit], a[href], a[role]";
const MAYBE = "[id*=cookie i], [class*=cookie i], [id*=consent i], [class*=consent i], [id^=ccc], " +
  "[class*=gdpr i], [role=dialog], [role=alertdialog], [role=region], dialog, [aria-label*=cookie i], [data-nosnippet]";
const SUPPLIERS = { "CIVIC Cookie Control": "#ccc, #ccc-notify", "Cookiebot": "#CybotCookiebotDialog",
  "OneTrust": "#onetrust-banner-sdk, #onetrust-consent-sdk", "EU Cookie Compliance": "#sliding-popup, .eu-cookie-compliance-banner",
  "CookieYes": ".cky-consent-container", "Silktide": "#silktide-banner, #stcm-banner", "Choice": ".qc-cmp2-container",
  "GOV.UK Design System": ".govuk-cookie-banner", "Osano cookieconsent": ".cc-window", "Usercentrics": "#usercentrics-root" };
const buttons = (el) => Array.from(el.querySelectorAll(PRESSABLE)).slice(0, 60).filter(shown)
  .map((b) => ({ b, text: say(b), role: role(say(b)) })).filter((c) => c.text);
let best = null;
for (const root of roots) {
  const found = Array.from(root.querySelectorAll(MAYBE)).slice(0, 400);
  for (const el of root === document ? found : [...found, ...Array.from(root.children)]) {
    if (["HTML", "BODY", "MAIN", "BUTTON", "A", "STYLE", "SCRIPT"].includes(el.tagName) || !shown(el)) continue;
    const text = fold(el.innerText);
    if (text.length > 4000 || !regex.cookie.test(text)) continue;
    const choices = buttons(el);
    const telling = choices.filter((c) => ["accept", "reject", "dismiss"].includes(c.role)).length;
    if (!telling) continue;
    const better = !best || telling > best.telling || (telling === best.telling && text.length < best.text.length);
    if (better) best = { el, text, choices, telling };
  }
}
if (!best) {
  const frame = Array.from(document.querySelectorAll("iframe")).find((f) => shown(f) &&
    /consent|cookie|\bcmp\b|privacy-mgmt|trustarc/i.test(`${f.id} ${f.title} ${f.name} ${f.className}`));
  return { banner: false, framed: Boolean(frame), supplier: "", text: "", choices: [], ticked: [], storage: stored(), pressed: false };
}
const supplier = Object.keys(SUPPLIERS).find((name) => roots.some((r) => Array.from(r.querySelectorAll(SUPPLIERS[name]))
  .some((e) => e === best.el || e.contains(best.el) || best.el.contains(e) || e === best.el.getRootNode().host))) ?? "";
const plain = (b) => {
  if (b.closest("form") && (b.tagName !== "BUTTON" || b.type !== "button") && b.tagName !== "A") return false;
  const href = b.getAttribute("href");
  return b.tagName !== "A" || href === null || href === "" || href.startsWith("#") || /^javascript:/i.test(href);
};
const choices = best.choices.map(({ b, text, role }) => {
  const box = b.getBoundingClientRect();
  const style = getComputedStyle(b);
  const filled = !/^(transparent|rgba\(0, 0, 0, 0\))$/.test(style.backgroundColor) || parseFloat(style.borderTopWidth) > 0;
  return { text, role, button: b.tagName !== "A" || filled, area: Math.round(box.width * box.height) };
});
const OPTIONAL = "input[type=checkbox], input[type=radio], [role=switch], [role=checkbox]";
const named = (box) => fold(box.getAttribute("aria-label") || (box.labels && Array.from(box.labels).map((l) => l.innerText).join(" ")) ||
  box.closest("label")?.innerText || box.closest("li, fieldset, tr, div")?.innerText).slice(0, 120);
const on = (box) => (box.checked === undefined ? box.getAttribute("aria-checked") === "true" : box.checked);
const seen = (box) => shown(box) || Array.from(box.labels ?? []).some(shown);
const ticked = Array.from(best.el.querySelectorAll(OPTIONAL)).slice(0, 60)
  .filter((box) => on(box) && !box.disabled && box.getAttribute("aria-disabled") !== "true" && seen(box))
  .map((box) => ({ box, name: named(box) }))
  .filter(({ box, name }) => name && !regex.needed.test(name) && !(box.type === "radio" && regex.off.test(name)))
  .map(({ name }) => name);
let pressed = false;
if (press) {
  const target = best.choices.find((c) => c.role === press && plain(c.b));
  if (target) { target.b.click(); pressed = true; }
}
function stored() {
  const names = new Set();
  for (const area of ["localStorage", "sessionStorage"]) {
    try { for (let n = 0; n < Math.min(window[area].length, 200); n++) names.add(String(window[area].key(n)).slice(0, 200)); } catch { /* refused */ }
  }
  return Array.from(names).sort();
}
return { banner: true, framed: false, supplier, text: best.text.slice(0, 600), choices: choices.slice(0, 30), ticked: ticked.slice(0, 30), storage: stored(), pressed };
