// Things that are pressed: what Enter, Space and Escape do to buttons, panels, dialogs and menus.
// Only what says by its markup that it opens something, or is a button, is ever pressed.
(() => {
  "use strict";
  const L = globalThis.L;
  const RISKY = /\b(submit|send|pay|delete|remove|log ?out|sign ?out|sign ?in|log ?in|accept|reject|agree|save|buy|order|apply|print|download)\b/i;
  const safe = (e) => L.shown(e) && !L.isKnown(e) && !RISKY.test(L.name(e)) && !e.disabled && !(e.form && e.type === "submit");
  const kinds = (list, of) => {
    // Of many alike, the first few tell: an accordion of twenty is one pattern.
    const count = new Map();
    return list.filter((e) => {
      const kind = of(e);
      count.set(kind, (count.get(kind) ?? 0) + 1);
      return count.get(kind) <= 2;
    });
  };
  const kind = (e) => `${e.localName}.${e.className} ${L.block(e)}`;

  let noticed = 0;
  const observer = new MutationObserver((changes) => (noticed += changes.length));
  const events = { click: 0, handled: 0 };
  const seen = (event) => {
    if (event.type === "click") events.click += 1;
  };
  L.attend = () => {
    observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
    addEventListener("click", seen, true);
    for (const type of ["keydown", "keyup"]) {
      addEventListener(type, (event) => queueMicrotask(() => (events.handled += event.defaultPrevented ? 1 : 0)), true);
    }
  };
  const reset = () => {
    observer.takeRecords();
    noticed = events.click = events.handled = 0;
    L.tries.length = 0;
  };
  const happened = () => {
    noticed += observer.takeRecords().length;
    return noticed > 0 || events.click > 0 || events.handled > 0 || L.tries.length > 0;
  };

  let list = [];
  L.take = (n) => {
    const e = list[n];
    if (!e || !e.isConnected || !L.shown(e)) return false;
    e.focus();
    reset();
    return L.active() === e;
  };

  // --- links and boxes that call themselves buttons
  L.roleButtons = () => {
    const found = [...document.querySelectorAll("[role=button]")].filter(
      (e) => !e.matches("button, input, summary, select") && safe(e) && e.tabIndex >= 0);
    list = kinds(found, kind).slice(0, 4);
    return list.length;
  };
  L.happened = () => happened();
  L.roleButton = (n, space, enter) => {
    const e = list[n];
    const works = L.clicked.has(e) || Boolean(e.href);
    return L.sight("role-button", e, { space, enter, works });
  };

  // --- panels that a button opens and closes
  const panel = (e) => {
    const id = (e.getAttribute("aria-controls") || "").split(/\s+/)[0];
    return (id && document.getElementById(id)) || null;
  };
  L.disclosures = () => {
    const found = [...document.querySelectorAll("[aria-expanded=false]")].filter(
      (e) => safe(e) && !e.matches("input, textarea, select, [role=combobox], [role=treeitem], [role=row]") && !(e.localName === "a" && e.pathname !== location.pathname && e.protocol.startsWith("http")));
    list = kinds(found, kind).slice(0, 4);
    return list.length;
  };
  L.expanded = (n) => list[n].getAttribute("aria-expanded");
  L.clickIt = (n) => {
    list[n].click();
    return L.expanded(n);
  };
  L.opened = (n) => {
    const e = list[n];
    const content = panel(e);
    const inside = content && L.shown(content) ? L.focusables(content) : [];
    return { content: Boolean(content), shown: Boolean(content && L.shown(content)), inside: inside.length };
  };
  L.isInside = (n) => Boolean(panel(list[n])?.contains(L.active()));
  L.disclosure = (n, facts) => L.sight("disclosure", list[n], { focusable: list[n].tabIndex >= 0, ...facts });
  L.canFocus = (n) => list[n].tabIndex >= 0;

  // --- sets of tabs, menu items or options, in which arrow keys move
  const SETS = { tablist: "tab", menubar: "menuitem", radiogroup: "radio", listbox: "option", tree: "treeitem" };
  const members = (e) => [...e.querySelectorAll(`[role^=${SETS[e.getAttribute("role")]}]`)].filter((m) => L.shown(m) && m.getAttribute("aria-disabled") !== "true");
  L.sets = () => {
    const found = [...document.querySelectorAll(Object.keys(SETS).map((role) => `[role=${role}]`).join())].filter(
      (e) => L.shown(e) && !L.isKnown(e) && members(e).length > 1 && !e.querySelector("input[type=radio]"));
    list = kinds(found, kind).slice(0, 4);
    return list.length;
  };
  let state = "";
  const stateOf = (e) =>
    members(e).map((m) => ["aria-selected", "aria-checked", "aria-current", "tabindex"].map((a) => m.getAttribute(a)).join()).join(";") + e.getAttribute("aria-activedescendant");
  // Focus on the member that Tab comes to, or on the whole where it takes focus for its members.
  L.intoSet = (n) => {
    const e = list[n];
    const inside = members(e);
    const first = inside.find((m) => L.focusable(m)) ?? inside.map((m) => L.focusables(m)[0]).find(Boolean) ?? (L.focusable(e) ? e : null);
    first?.focus();
    state = stateOf(e);
    return Boolean(first) && L.active() === first;
  };
  L.setFocus = () => L.selector(L.active() ?? document.body);
  L.setMoved = (n, from) => stateOf(list[n]) !== state || L.selector(L.active() ?? document.body) !== from;
  L.set = (n, facts) => {
    const all = members(list[n]);
    const reached = all.filter((m) => L.focusable(m) || L.focusables(m).length > 0).length;
    return L.sight("set", list[n], { role: list[n].getAttribute("role"), members: all.length, reached, ...facts });
  };

  // --- dialogs and lightboxes
  const DIALOG = "dialog[open], [role=dialog], [role=alertdialog], [aria-modal=true], .modal, .lightbox, .fancybox-container, .fancybox__container, .mfp-wrap, .pswp, .featherlight, .lb-outerContainer, .lightboxOverlay";
  const OPENERS =
    "[aria-haspopup=dialog], [data-toggle=modal], [data-bs-toggle=modal], [data-fancybox], [data-lightbox], a[rel~=lightbox], [data-micromodal-trigger], [data-a11y-dialog-show], [commandfor], [data-dialog], [data-open-dialog], [data-modal], .lightbox-trigger, a.lightbox, a.fancybox, button[aria-controls]";
  const controlled = (e) => {
    const id = e.getAttribute("aria-controls") || e.getAttribute("commandfor") || (e.dataset.target || e.dataset.bsTarget || "").replace(/^#/, "");
    return id ? document.getElementById(id) : null;
  };
  L.dialogOpeners = () => {
    const found = [...document.querySelectorAll(OPENERS)].filter((e) => {
      if (!safe(e) || e.hasAttribute("aria-expanded") || e.tabIndex < 0) return false;
      if (!e.matches("button[aria-controls]") || e.getAttribute("aria-haspopup") === "dialog") return true;
      return Boolean(controlled(e)?.matches("dialog, [role=dialog], [role=alertdialog]"));
    });
    list = kinds(found, kind).slice(0, 3);
    return list.length;
  };
  const open = () => [...document.querySelectorAll(DIALOG)].filter((e) => L.shown(e));
  const covers = () =>
    [...document.body.children, ...document.querySelectorAll("body > div > div")].filter((e) => {
      if (L.position(e) !== "fixed" && getComputedStyle(e).position !== "absolute") return false;
      const r = e.getBoundingClientRect();
      return L.shown(e) && r.width * r.height > 0.4 * innerWidth * innerHeight;
    });
  let before = new Set();
  let dialog = null;
  L.beforeDialog = () => (before = new Set([...open(), ...covers()])).size;
  L.dialogOpen = () => {
    L.ended();
    const fresh = [...open(), ...covers()].filter((e) => !before.has(e));
    const inner = fresh.filter((e) => L.focusables(e).length > 0 || e.matches(DIALOG));
    dialog = inner.find((e) => e.matches("dialog, [role=dialog], [role=alertdialog], [aria-modal=true]")) ?? inner[0] ?? null;
    return Boolean(dialog);
  };
  const within = (e) => Boolean(e && dialog && dialog.contains(e));
  L.inDialog = () => within(L.active());
  L.intoDialog = () => {
    if (!within(L.active())) L.focusables(dialog)[0]?.focus();
    return within(L.active());
  };
  L.behindDialog = () => Boolean(L.active()) && !within(L.active());
  L.dialogShown = () => {
    L.ended();
    return Boolean(dialog && L.shown(dialog));
  };
  L.onOpener = (n) => {
    const e = L.active();
    return Boolean(e && (e === list[n] || list[n].contains(e)));
  };
  L.dialogFacts = () => {
    const inside = L.focusables(dialog);
    const closing = /\b(close|dismiss|cancel|done|ok|back|cau|×|✕|✖|x)\b|^[×✕✖x]$/i;
    const looks = [...dialog.querySelectorAll("*")].filter(
      (e) => L.shown(e) && (closing.test(L.name(e)) && L.name(e).length < 20 || /\bclose\b|btn-close|-close\b/i.test(String(e.getAttribute("class")))));
    const reach = looks.filter((e) => inside.some((f) => f === e || f.contains(e) || e.contains(f)));
    const css = getComputedStyle(dialog);
    return {
      modal: dialog.matches("dialog:modal, [aria-modal=true]") || css.position === "fixed",
      inside: inside.length,
      close: looks.length > 0,
      closeReachable: reach.length > 0,
      native: dialog.localName === "dialog",
    };
  };
  L.forceClosed = () => {
    const inside = [...dialog.querySelectorAll("button, a, [role=button], span, div")].find(
      (e) => L.shown(e) && (/\bclose\b/i.test(String(e.getAttribute("class"))) || /^(close|×|✕|✖|x)$/i.test(L.name(e))));
    inside?.click();
    if (L.shown(dialog) && dialog.localName === "dialog") dialog.close();
    return !L.shown(dialog);
  };
  L.dialogSights = (n, facts) => [L.sight("dialog", list[n], { ...facts, dialog: L.html(dialog) })];

  // --- menus that open under the mouse
  const hiddenLinks = (e) => [...e.querySelectorAll("a[href]")].filter((a) => !L.shown(a));
  L.menus = () => {
    const found = [];
    for (const e of document.querySelectorAll("nav li, header li, [role=navigation] li, .menu li, #menu li")) {
      const inner = e.querySelector("ul, ol, div");
      if (!inner || !L.shown(e) || L.shown(inner) || L.isKnown(e)) continue;
      if (inner.querySelector("a[href]") && !e.parentElement.closest("li")) found.push(e);
    }
    list = kinds(found, (e) => kind(e.parentElement)).slice(0, 2);
    return list.length;
  };
  L.menuPoint = (n) => {
    list[n].scrollIntoView({ block: "center", behavior: "instant" });
    const top = [...list[n].children].find((e) => L.shown(e)) ?? list[n];
    const r = top.getBoundingClientRect();
    return [r.left + r.width / 2, r.top + Math.min(r.height / 2, 20)];
  };
  const within2 = (e) => [...e.querySelectorAll(":scope ul a[href], :scope ol a[href], :scope div a[href]")].some((a) => L.shown(a));
  L.menuShown = (n) => {
    L.ended();
    return within2(list[n]);
  };
  L.menuFocus = (n) => {
    const first = L.focusables(list[n])[0];
    first?.focus();
    L.ended();
    return Boolean(first);
  };
  // Another button in the item may open it.
  L.menuButton = (n) => {
    const button = [...list[n].querySelectorAll("button, [aria-expanded], [role=button]")].find((e) => L.shown(e) && e.tabIndex >= 0);
    button?.focus();
    return Boolean(button);
  };
  L.menuPage = (n) => {
    // The page the top link leads to may list the same links: then nothing is out of reach, only slower.
    const link = list[n].querySelector("a[href]");
    return Boolean(link && L.shown(link) && !(link.getAttribute("href") || "").startsWith("#"));
  };
  L.menu = (n, facts) => L.sight("menu", list[n], { links: hiddenLinks(list[n]).length, ...facts });

  // --- hints that show on hover or focus
  const tip = (e) => {
    const id = (e.getAttribute("aria-describedby") || "").split(/\s+/)[0];
    const named = id && document.getElementById(id);
    if (named && named.getAttribute("role") === "tooltip") return named;
    return e.querySelector("[role=tooltip]") ?? (e.nextElementSibling?.getAttribute("role") === "tooltip" ? e.nextElementSibling : null);
  };
  // Text that a style sheet shows under the mouse: [what the mouse is over, what shows].
  const HOVER = /^([^,]*:hover[^\s>+~,]*)(\s*[\s>+~][^,]+)$/;
  const hoverRules = () => {
    const found = [];
    for (const sheet of [...document.styleSheets].slice(0, 30)) {
      let rules = [];
      try {
        rules = [...sheet.cssRules].slice(0, 4000); // sheets of other sites may not be read
      } catch {
        continue;
      }
      for (const { selectorText, style } of rules) {
        if (!selectorText || !selectorText.includes(":hover") || found.length >= 40) continue;
        const shows = (style.display && style.display !== "none") || style.visibility === "visible" || Number(style.opacity) > 0;
        if (shows) found.push(...selectorText.split(",").map((one) => HOVER.exec(one.trim())).filter(Boolean));
      }
    }
    return found;
  };
  const plain = (selector) => selector.replaceAll(":hover", "").replace(/(^|[\s>+~])$/, "$1*").trim();
  const underMouse = () => {
    const found = [];
    for (const [whole, over] of hoverRules()) {
      let shown = [];
      try {
        shown = [...document.querySelectorAll(plain(whole))].slice(0, 20);
        for (const t of shown) {
          if (L.shown(t) || L.isKnown(t) || t.textContent.trim().length < 15 || t.closest("nav, [role=navigation], [role=tooltip], [role=menu]")) continue;
          let e = t.parentElement.closest(plain(over));
          for (let s = t.previousElementSibling; s && !e; s = s.previousElementSibling) if (s.matches(plain(over))) e = s;
          if (e && L.shown(e) && e !== document.body && !found.some(([, other]) => other === t)) found.push([e, t]);
        }
      } catch {
        // a selector that only style sheets may use
      }
    }
    return found;
  };
  let tips = [];
  L.tips = () => {
    const all = [...document.querySelectorAll("[role=tooltip]")].filter((t) => !L.shown(t) && !L.isKnown(t));
    const found = [];
    for (const t of all.slice(0, 20)) {
      const e = [...document.querySelectorAll("[aria-describedby]")].find((d) => tip(d) === t) ?? t.previousElementSibling ?? t.parentElement;
      if (e && L.shown(e)) found.push([e, t]);
    }
    tips = kinds(found, ([e]) => kind(e)).slice(0, 3);
    tips.push(...kinds(underMouse(), ([e]) => kind(e)).slice(0, 2).map(([e, t]) => [e, t, true]));
    return tips.length;
  };
  L.tipPoint = (n) => {
    tips[n][0].scrollIntoView({ block: "center", behavior: "instant" });
    const r = tips[n][0].getBoundingClientRect();
    return [r.left + r.width / 2, r.top + r.height / 2];
  };
  L.tipShown = (n) => {
    L.ended();
    return L.shown(tips[n][1]);
  };
  // Other text that lies under the hint.
  L.tipCovers = (n) => {
    const t = tips[n][1];
    const r = t.getBoundingClientRect();
    const points = [0.1, 0.3, 0.5, 0.7, 0.9].flatMap((x) => [0.2, 0.5, 0.8].map((y) => [r.left + x * r.width, r.top + y * r.height]));
    return points.some(([x, y]) => document.elementsFromPoint(x, y).some((e) => {
      if (t.contains(e) || e.contains(t) || e === tips[n][0]) return false;
      return [...e.childNodes].some((c) => c.nodeType === 3 && c.data.trim().length > 3);
    }));
  };
  L.tipFocus = (n) => {
    const e = tips[n][0];
    const target = e.tabIndex >= 0 ? e : (e.closest("[tabindex], a[href], button") ?? e.querySelector("a[href], button, input, [tabindex]"));
    target?.focus();
    return Boolean(target) && target.tabIndex >= 0;
  };
  L.tip = (n, facts) => L.sight("tooltip", tips[n][0], { ...facts, plain: Boolean(tips[n][2]) });
})();
