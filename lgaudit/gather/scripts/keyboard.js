// The page by keyboard: what is focused, whether that shows, and what keys do.
(() => {
  "use strict";
  const L = globalThis.L;
  const LOOKED = 40; // stops whose looks are compared
  const PARTS =
    "outline-style outline-width outline-color box-shadow border-top-style border-top-width border-top-color border-right-width border-right-color border-bottom-style border-bottom-width border-bottom-color border-left-width border-left-color background-color background-image background-position background-size color text-decoration-line text-decoration-style text-decoration-color text-decoration-thickness text-underline-offset opacity transform scale filter width height font-weight font-size visibility display clip-path clip left top position z-index fill stroke letter-spacing".split(" ");
  const clear = (colour) => /^(transparent|rgba\(.*,\s*0\))$/.test(colour);
  const style = (element, pseudo) => {
    const s = getComputedStyle(element, pseudo);
    if (pseudo && (s.content === "none" || s.content === "normal" || s.display === "none")) return "";
    const found = PARTS.map((part) => s.getPropertyValue(part));
    if (found[0] === "none" || found[1] === "0px" || (found[0] !== "auto" && clear(found[2]))) found[0] = found[1] = found[2] = "";
    if (found[5] === "0px" || found[4] === "none") found[4] = found[5] = found[6] = "";
    if (found[10] === "0px" || found[9] === "none") found[9] = found[10] = found[11] = "";
    return found.join("|");
  };
  const moving = new Set();
  const around = (element) => {
    const found = [element];
    let e = element.parentElement;
    for (let n = 0; n < 4 && e && e !== document.body; n++, e = e.parentElement) found.push(e);
    for (const child of [...element.querySelectorAll("*")].slice(0, 6)) found.push(child);
    for (const near of [element.nextElementSibling, element.previousElementSibling]) if (near) found.push(near);
    for (const label of element.labels ?? []) found.push(label, ...[...label.querySelectorAll("*")].slice(0, 4));
    return [...new Set(found)].filter((e) => !moving.has(e));
  };
  const signature = (element) =>
    around(element)
      .map((e) => style(e) + "~" + style(e, "::before") + "~" + style(e, "::after"))
      .join("\n");

  const box = (e) => {
    const r = e.getBoundingClientRect();
    return [r.left, r.top, r.width, r.height].map((n) => Math.round(n * 10) / 10);
  };
  // Fully behind something that stays put: five points of the box, all of them covered by it.
  L.covered = (element) => {
    const r = element.getBoundingClientRect();
    if (r.width < 2 || r.height < 2) return null;
    const inset = (n, size) => n + Math.min(3, size / 4);
    const points = [
      [r.left + r.width / 2, r.top + r.height / 2],
      [inset(r.left, r.width), inset(r.top, r.height)],
      [r.right - Math.min(3, r.width / 4), inset(r.top, r.height)],
      [inset(r.left, r.width), r.bottom - Math.min(3, r.height / 4)],
      [r.right - Math.min(3, r.width / 4), r.bottom - Math.min(3, r.height / 4)],
    ];
    let cover = null;
    for (const [x, y] of points) {
      if (x < 0 || y < 0 || x >= innerWidth || y >= innerHeight) return null;
      const top = document.elementFromPoint(x, y);
      if (!top || top === element || element.contains(top) || top.contains(element)) return null;
      const stays = L.sticky(top, element);
      if (!stays || stays.contains(element) || element.contains(stays) || !L.opaque(top, stays)) return null;
      cover = stays;
    }
    return cover;
  };

  const stops = []; // {element, focused, plain, cover, box}
  const known = new Map();
  L.stops = stops;
  let last = null;
  let outside = 0;
  let slow = false;
  let tabs = 0;
  let focused = 0; // more often than Tab was pressed: a script moves focus
  const onKey = (event) => {
    if (event.key !== "Tab") return;
    tabs += 1;
    const element = L.active();
    last = element;
    L.trail.push(element);
    if (!element) outside += 1;
    if (!element || known.has(element)) return;
    const stop = { element, number: stops.length };
    known.set(element, stop);
    stops.push(stop);
    if (stops.length > 400) return;
    L.ended();
    stop.shown = L.shown(element);
    stop.box = box(element);
    stop.cover = L.covered(element);
    if (stops.length <= LOOKED && !L.isKnown(element) && element.localName !== "iframe" && !moving.has(element)) stop.focused = signature(element);
  };
  L.trail = [];
  L.watch = () => {
    // What moves by itself would look like a sign of focus.
    for (const a of document.getAnimations()) if (a.effect?.target && !(a instanceof CSSTransition)) moving.add(a.effect.target);
    addEventListener("keyup", onKey, true);
    addEventListener("focusin", () => (focused += 1), true);
  };
  // A script may have moved focus on since the key: that is where a person then is.
  L.walked = async () => {
    await L.pause(20);
    const moved = L.trail.length > 0 && (L.active() !== last || focused > tabs);
    focused = tabs = 0;
    const said = { outside, stops: stops.length, moved };
    if (moved && !slow) {
      slow = true; // what came of keys faster than a person's counts for nothing
      said.outside = outside = 0;
      L.trail.length = 0;
    } else if (moved) {
      L.trail[L.trail.length - 1] = last = L.active();
    }
    return said;
  };

  // Where Tab starts from: the top of the page, whatever had focus before.
  L.top = (before) => {
    L.active()?.blur();
    const mark = document.createElement("span");
    mark.tabIndex = -1;
    if (before) before.before(mark);
    else document.body.prepend(mark);
    mark.focus({ preventScroll: true });
    mark.remove();
    focused = 0; // that was us
    if (!before) scrollTo({ top: 0, left: 0, behavior: "instant" });
  };

  // The last ten stops going round one to three elements, while others are never reached.
  L.round = () => {
    const end = L.trail.slice(-10);
    if (end.length < 10 || end.some((e) => !e)) return [];
    const ring = [...new Set(end)];
    if (ring.length > 3 || ring.some((e) => e.localName === "iframe")) return [];
    const rest = L.focusables().filter((e) => !ring.includes(e) && e.localName !== "iframe");
    if (rest.length < 2) return [];
    const modal = ring.every((e) => e.closest("dialog[open], [role=dialog], [role=alertdialog], [aria-modal=true]"));
    return modal ? [] : ring;
  };
  L.ring = [];
  L.isRing = () => (L.ring = L.round()).length;
  L.left = async () => {
    await L.pause(20);
    return !L.ring.includes(L.active());
  };
  L.intoRing = () => {
    L.ring[0].focus();
    return L.ring.includes(L.active());
  };
  // Keys that the page names as a way out, each as its modifiers and the key itself.
  L.advice = () => {
    const keys = /\b(?:press|use|hit|type|pwyswch|gwasgwch)\b[^.]{0,40}?\b((?:(?:ctrl|control|alt|shift)\s*[+-]\s*){1,3})([a-z0-9])\b/gi;
    const found = [...document.body.innerText.slice(0, 50000).matchAll(keys)].slice(0, 3);
    return found.map(([, held, key]) => [...held.toLowerCase().replaceAll("control", "ctrl").match(/ctrl|alt|shift/g), key.toLowerCase()]);
  };
  // Something in the ring that tells how to leave it.
  L.helpInRing = () => {
    const help = L.ring.find((e) => e.matches("a, button, [role=button]") && /\b(how to|help|exit|leave|keyboard|sut i|cymorth)\b/i.test(L.name(e)));
    help?.focus();
    return Boolean(help) && L.active() === help;
  };
  L.trap = () => L.ring.map((e) => L.sight("trap", e, { ring: L.ring.length }));

  // Once nothing is focused: does each stop look any different from when it was?
  L.compare = () => {
    L.active()?.blur();
    L.ended();
    const doubtful = [];
    for (const stop of stops) {
      if (stop.focused === undefined || !stop.element.isConnected) continue;
      stop.plain = signature(stop.element);
      stop.changed = stop.plain !== stop.focused;
      stop.focused = stop.plain = "";
      if (!stop.changed && stop.shown) doubtful.push(stop.number);
    }
    return doubtful;
  };
  const PAD = 10;
  L.forPicture = (number, focused) => {
    const { element } = stops[number];
    L.active()?.blur();
    if (focused) element.focus();
    L.ended();
    const r = element.getBoundingClientRect();
    const left = Math.max(0, r.left - PAD);
    const top = Math.max(0, r.top - PAD);
    const shape = {
      x: left + scrollX, y: top + scrollY,
      width: Math.min(innerWidth - left, r.width + 2 * PAD, 800),
      height: Math.min(innerHeight - top, r.height + 2 * PAD, 600),
    };
    return shape.width > 2 && shape.height > 2 && r.bottom > 0 && r.top < innerHeight ? shape : null;
  };
  L.pictured = (number, differs) => {
    stops[number].pixels = differs;
  };

  const TYPES = "text search email url tel password number date datetime-local month week time";
  const typed = (e) =>
    e.localName === "textarea" || e.isContentEditable || (e.localName === "input" && TYPES.split(" ").includes(e.type));
  const INTERACTIVE = "a[href], area[href], button, input, select, textarea, summary, iframe, audio, video, object, embed, label, [contenteditable]";
  const scrolls = (e) => {
    const s = getComputedStyle(e);
    return /auto|scroll/.test(s.overflowX + s.overflowY) && (e.scrollHeight > e.clientHeight || e.scrollWidth > e.clientWidth);
  };
  // Does focus go back up the page, or against the line, within one part of it?
  const PART = "main, nav, header, footer, aside, form, section, dialog, [role=main], [role=navigation], [role=dialog]";
  const turned = (e) => {
    const s = getComputedStyle(e);
    return /flex|grid/.test(s.display) && (/reverse/.test(s.flexDirection) || [...e.children].some((c) => getComputedStyle(c).order !== "0"));
  };
  const goesBack = (before, e) => {
    if (!before || before.closest(PART) !== e.closest(PART) || !L.shown(before) || !L.shown(e)) return false;
    if ([before, e].some((n) => L.sticky(n) || getComputedStyle(n).position === "absolute")) return false;
    const a = before.getBoundingClientRect();
    const b = e.getBoundingClientRect();
    if (b.bottom < a.top - 40 && b.left < a.right && b.right > a.left) return true;
    let host = e.parentElement;
    while (host && !host.contains(before)) host = host.parentElement;
    const line = b.top < a.bottom && b.bottom > a.top;
    return Boolean(host && turned(host) && line && (getComputedStyle(host).direction === "rtl" ? b.left > a.right : b.right < a.left));
  };
  L.stopSights = () => {
    const found = [];
    let before = null;
    for (const stop of stops.slice(0, 200)) {
      const e = stop.element;
      if (!e.isConnected || L.isKnown(e)) continue;
      const facts = {};
      if (stop.changed !== undefined) facts.changed = stop.changed;
      if (stop.pixels !== undefined) facts.pixels = stop.pixels;
      if (typed(e)) facts.typed = true;
      if (!stop.shown) facts.hidden = true;
      const custom = e.localName.includes("-");
      if (!e.matches(INTERACTIVE) && !custom) {
        facts.static = !e.getAttribute("role") && !scrolls(e) && !L.listening.has(e);
        facts.named = Boolean(e.title || e.getAttribute("aria-describedby") || e.getAttribute("aria-label"));
      }
      if (goesBack(before, e)) facts.back = true;
      before = e;
      if (stop.cover) facts.cover = L.html(stop.cover);
      found.push(L.sight("stop", e, facts));
    }
    return found;
  };

  // The stops once more, forwards and backwards, only for what covers them.
  L.coveredStops = (backwards) => {
    const order = stops.map((stop) => stop.element).filter((e) => e.isConnected && e.localName !== "iframe").slice(0, 80);
    if (backwards) order.reverse();
    const found = [];
    for (const e of order) {
      if (L.isKnown(e)) continue;
      e.focus();
      if (L.active() !== e) continue;
      const cover = L.covered(e);
      if (cover) found.push(L.sight("covered", e, { cover: L.html(cover), width: innerWidth }));
    }
    return found;
  };
  L.hasSticky = () => L.all().some((e) => L.position(e) && L.shown(e) && e.getBoundingClientRect().height > 8);

  // --- what the mouse can do and the keyboard cannot
  L.listening = new Set();
  const CLICKS = new Set(["click", "mousedown", "mouseup", "pointerdown", "pointerup"]);
  L.heard = (types, ...elements) => {
    elements.forEach((e, n) => {
      if (e && e.nodeType === 1) {
        L.listening.add(e);
        if (CLICKS.has(types[n])) L.clicked.add(e);
      }
    });
    return true;
  };
  L.clicked = new Set();
  L.mouseOnly = () => {
    const found = [];
    for (const e of document.querySelectorAll("[onclick], [onmousedown]")) L.clicked.add(e);
    const screen = innerWidth * innerHeight;
    for (const e of [...L.clicked].slice(0, 500)) {
      if (!e.isConnected || !L.shown(e) || L.isKnown(e) || e === document.body || e === document.documentElement) continue;
      if (e.matches("a[href], button, input, select, textarea, label, summary, video, audio, option, dialog, form, iframe")) continue;
      const s = getComputedStyle(e);
      if (s.cursor !== "pointer" || s.pointerEvents === "none") continue;
      const r = e.getBoundingClientRect();
      if (r.width < 4 || r.height < 4 || r.width * r.height > screen / 3) continue;
      if (e.closest("label, [aria-hidden=true], [inert], dialog:not([open])")) continue;
      const reach = (n) => L.takesFocus(n) || n.matches("a[href], button, input, select, textarea, summary, label");
      let up = e;
      while (up && up !== document.body && !L.takesFocus(up)) up = up.parentElement;
      if (up && up !== document.body) continue;
      if ([...e.querySelectorAll("*")].slice(0, 300).some(reach)) continue;
      // A control beside it that says the same does for both: a label for its picture, a link for its card.
      const said = L.name(e).toLowerCase();
      const twin = said && L.focusables().some((f) => L.name(f).toLowerCase() === said);
      const host = e.parentElement;
      const beside = host && host !== document.body && [...host.children].some((c) => c !== e && L.focusable(c) && c.contains(e) === false && host.children.length <= 3);
      found.push(L.sight("mouse-only", e, { twin: Boolean(twin), beside: Boolean(beside), name: said }));
    }
    return found;
  };

  // --- skip link
  const SKIP = /\b(skip|jump|main content|neidio|osgoi|hepgor)\b/i;
  L.skipLink = () => {
    const early = L.focusables().slice(0, 4);
    const link = stops.slice(0, 4).map((s) => s.element).concat(early).find(
      (e) => e.localName === "a" && e.hash && e.hash.length > 1 && e.pathname === location.pathname && SKIP.test(L.name(e) || e.textContent));
    if (!link) return null;
    let target = null;
    try {
      target = document.getElementById(decodeURIComponent(link.hash.slice(1)));
    } catch {
      target = null;
    }
    if (!target || L.isKnown(link)) return null;
    L.skip = { link, target };
    L.top();
    link.focus();
    const after = L.focusables().filter((e) => target.contains(e) || target.compareDocumentPosition(e) & 4);
    return { focused: L.active() === link, after: after.length };
  };
  L.skipped = () => {
    const { link, target } = L.skip;
    const e = L.active();
    const inside = e && (target.contains(e) || Boolean(target.compareDocumentPosition(e) & 4));
    return [L.sight("skip-link", link, { moved: Boolean(inside), to: e ? L.selector(e) : "", target: L.selector(target) })];
  };

  // --- focus that changes the page
  L.contextTries = () => {
    const found = [];
    const done = new Set();
    for (const attempt of L.tries.splice(0)) {
      const e = attempt.by;
      if (!e || done.has(e) || L.isKnown(e)) continue;
      done.add(e);
      L.active()?.blur();
      L.tries.length = 0;
      e.focus();
      if (L.tries.length) found.push(L.sight("context", e, { what: attempt.what, where: attempt.where }));
      L.tries.length = 0;
    }
    L.active()?.blur();
    return found;
  };
})();
