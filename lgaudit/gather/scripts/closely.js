// What every close look needs; runs in a world of our own, so the page cannot get at it.
// Names elements, tells shared blocks apart, and keeps the page from leaving while keys are pressed.
(() => {
  "use strict";
  const L = (globalThis.L = {});
  const MOST = 6000; // elements looked at
  const BLOCKS = "header, footer, nav, aside, dialog, [role=banner], [role=contentinfo], [role=navigation], [role=dialog]";

  L.cut = (value, limit) => {
    const whole = String(value ?? "").replace(/\s+/g, " ").trim();
    const cut = whole.length > limit ? whole.slice(0, limit - 1) + "…" : whole;
    return cut.toWellFormed();
  };
  const step = (element) => {
    const tag = CSS.escape(element.localName);
    const parent = element.parentNode;
    if (!parent || !parent.children) return tag;
    const alike = [...parent.children].filter((child) => child.localName === element.localName);
    return alike.length > 1 ? `${tag}:nth-of-type(${alike.indexOf(element) + 1})` : tag;
  };
  L.selector = (element) => {
    const steps = [];
    for (let e = element; e && e.nodeType === 1; ) {
      const root = e.getRootNode();
      if (/^[A-Za-z][\w-]*$/.test(e.id) && root.querySelectorAll(`#${e.id}`).length === 1) {
        steps.unshift(`#${e.id}`);
        e = null;
      } else {
        steps.unshift(step(e));
        e = e.parentElement && e.localName !== "body" ? e.parentElement : null;
      }
      if (!e && root instanceof ShadowRoot) return `${L.selector(root.host)} >>> ${steps.join(" > ")}`;
    }
    return steps.join(" > ").slice(0, 500);
  };
  L.html = (element) => {
    const shell = element.cloneNode(false);
    const source = shell.outerHTML;
    const end = source.lastIndexOf("</");
    const inner = L.cut(element.textContent, 80);
    return L.cut(end > 0 ? source.slice(0, end) + inner + source.slice(end) : source, 300);
  };
  L.name = (element) =>
    L.cut(
      element.getAttribute("aria-label") || element.innerText || element.title || element.value ||
        element.querySelector("img[alt]")?.alt || "", 100);

  // A block is known again by its bones: tags and roles, not words, addresses or classes.
  const marks = new WeakMap();
  const mark = (block) => {
    let found = marks.get(block);
    if (found !== undefined) return found;
    let hash = 2166136261;
    const add = (text) => {
      for (let n = 0; n < text.length; n++) hash = Math.imul(hash ^ text.charCodeAt(n), 16777619);
    };
    add(block.id + block.className);
    let count = 0;
    for (const e of block.querySelectorAll("*")) {
      if (++count > 1500) break;
      add(`${e.localName} ${e.getAttribute("role") ?? ""} ${e.getAttribute("tabindex") ?? ""};`);
    }
    found = count ? `${block.localName}-${(hash >>> 0).toString(16)}` : "";
    marks.set(block, found);
    return found;
  };
  L.block = (element) => {
    let outer = "";
    for (let e = element.closest(BLOCKS); e; e = e.parentElement?.closest(BLOCKS)) {
      if (!e.closest("main") || e.closest("main").contains(e) === false) outer = mark(e) || outer;
    }
    return outer;
  };
  L.blocks = () => {
    const found = new Set();
    for (const e of [...document.querySelectorAll(BLOCKS)].slice(0, 60)) {
      const own = L.block(e);
      if (own) found.add(own);
    }
    return [...found].sort();
  };
  L.known = new Set();
  L.isKnown = (element) => L.known.size > 0 && L.known.has(L.block(element));

  L.sight = (kind, element, facts = {}) => ({
    kind,
    selector: element ? L.selector(element) : "",
    html: element ? L.html(element) : "",
    facts,
    block: element ? L.block(element) : "",
  });

  L.shown = (e) =>
    e.isConnected &&
    e.checkVisibility({ opacityProperty: true, visibilityProperty: true, contentVisibilityAuto: true }) &&
    [...e.getClientRects()].some((r) => r.width > 1 && r.height > 1);
  L.all = (root = document) => {
    const found = [];
    const walk = document.createTreeWalker(root, NodeFilter.SHOW_ELEMENT);
    for (let e = walk.nextNode(); e && found.length < MOST; e = walk.nextNode()) found.push(e);
    return found;
  };
  const FOCUSABLE =
    "a[href], area[href], button, input, select, textarea, summary, iframe, audio[controls], video[controls], [tabindex], [contenteditable]";
  L.takesFocus = (e) => e.matches(FOCUSABLE) && e.tabIndex >= 0 && !e.disabled;
  L.focusable = (e) =>
    L.takesFocus(e) && !e.closest("[inert], fieldset:disabled") && L.shown(e);
  L.focusables = (root = document) => {
    const radios = new Set();
    return [...root.querySelectorAll(FOCUSABLE)].slice(0, 3000).filter((e) => {
      if (!L.focusable(e)) return false;
      if (e.type !== "radio" || !e.name) return true;
      const group = `${e.form ? L.selector(e.form) : ""} ${e.name}`;
      return !radios.has(group) && radios.add(group); // one stop a group
    });
  };
  L.active = () => {
    let e = document.activeElement;
    while (e?.shadowRoot?.activeElement) e = e.shadowRoot.activeElement;
    return e === document.body || e === document.documentElement ? null : e;
  };
  L.ended = () => {
    for (const a of document.getAnimations()) {
      if (a instanceof CSSTransition) {
        try {
          a.finish();
        } catch {
          // it never ends: leave it
        }
      }
    }
  };
  L.frame = () =>
    new Promise((done) => {
      requestAnimationFrame(() => setTimeout(done));
      setTimeout(done, 120);
    });
  L.pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));
  L.position = (e) => {
    const style = getComputedStyle(e);
    return style.position === "fixed" || style.position === "sticky" ? style.position : "";
  };
  L.sticky = (e, container) => {
    for (; e && e !== document.body; e = e.parentElement) {
      if (L.position(e) && !(container && e.contains(container))) return e;
    }
    return null;
  };
  // Does something opaque stand between this element and the one around it that stays put?
  L.opaque = (e, until) => {
    for (; e; e = e.parentElement) {
      const s = getComputedStyle(e);
      const alpha = s.backgroundColor.match(/^rgba?\(.*?,\s*([\d.]+)\)$/);
      const solid = s.backgroundColor.startsWith("rgb(") || (alpha && Number(alpha[1]) > 0.6);
      if (Number(s.opacity) > 0.6 && (solid || s.backgroundImage !== "none" || e.localName === "img")) return true;
      if (e === until) return false;
    }
    return false;
  };

  const calm = new CSSStyleSheet();
  calm.replaceSync("*, ::before, ::after { scroll-behavior: auto !important }");
  // Leaving is refused and noted. Moving within the page is allowed.
  L.tries = [];
  L.guard = () => {
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, calm];
    const tell = (what, where) => {
      if (L.tries.length < 50) L.tries.push({ what, where: L.cut(where, 300), by: L.active(), at: performance.now() });
    };
    if (globalThis.navigation) {
      navigation.addEventListener("navigate", (event) => {
        const inside = event.hashChange || event.destination.sameDocument;
        if (inside || event.downloadRequest !== null) {
          if (!inside) event.preventDefault();
          return;
        }
        if (event.cancelable) event.preventDefault();
        tell("leave", event.destination.url);
      });
    }
    addEventListener("submit", (event) => {
      event.preventDefault();
      event.stopImmediatePropagation();
      tell("submit", event.target.action);
    }, true);
    document.addEventListener("lgaudit-open", (event) => tell("open", event.detail), true);
  };
  L.start = (known) => {
    L.known = new Set(known);
    L.guard();
    scrollTo({ top: 0, left: 0, behavior: "instant" });
    return { blocks: L.blocks(), focusables: L.focusables().length };
  };
})();
