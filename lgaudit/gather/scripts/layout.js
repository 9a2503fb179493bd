// The page at other sizes and with other text: what is cut off, overlaps or needs scrolling sideways.
(() => {
  "use strict";
  const L = globalThis.L;
  const MOST_TEXTS = 4000;
  const ROOM = 3; // CSS pixels a box may be too small by before anything shows
  const main = () => document.querySelector("main, [role=main], #main-content, #main, #content, article") ?? document.body;

  const ownText = (e) => {
    for (const n of e.childNodes) if (n.nodeType === 3 && n.data.trim().length > 1) return true;
    return false;
  };
  const texts = () => {
    const found = [];
    for (const e of L.all(document.body)) {
      if (found.length >= MOST_TEXTS) break;
      if (/^(script|style|noscript|template|option|title|textarea)$/.test(e.localName) || !ownText(e)) continue;
      if (L.shown(e)) found.push(e);
    }
    return found;
  };
  const range = document.createRange();
  const textRects = (e) => {
    const found = [];
    for (const n of e.childNodes) {
      if (n.nodeType !== 3 || !n.data.trim()) continue;
      range.selectNodeContents(n);
      for (const r of range.getClientRects()) if (r.width > 1 && r.height > 1) found.push(r);
      if (found.length > 60) break;
    }
    return found;
  };

  // Hidden on purpose from sight, or a window that is meant to show a part.
  const styles = new Map();
  const css = (e) => {
    let s = styles.get(e);
    if (!s) {
      const c = getComputedStyle(e);
      s = {
        x: c.overflowX, y: c.overflowY, clip: c.clip, path: c.clipPath, position: c.position,
        ellipsis: c.textOverflow === "ellipsis", clamp: c.webkitLineClamp !== "none", transform: c.transform !== "none",
      };
      styles.set(e, s);
    }
    return s;
  };
  const hides = (value) => value === "hidden" || value === "clip";
  const CAROUSEL = /carousel|slick|swiper|splide|flickity|owl-|slider|slideshow|marquee|ticker|glide/i;
  // Elements whose text is cut through by a box around them: element -> the box.
  const clipped = () => {
    styles.clear();
    const found = new Map();
    for (const e of texts()) {
      if (e.closest("input, textarea, select, svg, canvas, iframe, object")) continue;
      let box = null;
      for (let b = e; b && b !== document.body && b !== document.documentElement; b = b.parentElement) {
        const s = css(b);
        if (/auto|scroll/.test(s.x) || /auto|scroll/.test(s.y)) break; // it can be scrolled to
        if (s.position === "fixed" || (s.position === "absolute" && (s.clip !== "auto" || s.path !== "none"))) break;
        if ((hides(s.x) || hides(s.y)) && b.clientWidth > 2 && b.clientHeight > 2) {
          box = b;
          break;
        }
      }
      if (!box) continue;
      const s = css(box);
      if (CAROUSEL.test(`${box.className} ${box.parentElement?.className}`)) continue;
      const r = box.getBoundingClientRect();
      const rects = textRects(e);
      if (!rects.length || !rects.some((t) => t.bottom > r.top && t.top < r.bottom && t.right > r.left && t.left < r.right)) continue;
      const down = hides(s.y) && rects.some((t) => t.bottom > r.bottom + ROOM + (t.height > 40 ? t.height / 8 : 0) && t.top < r.bottom + 200);
      const side = hides(s.x) && rects.some((t) => t.right > r.right + ROOM && t.left < r.right);
      if (down || side) found.set(e, { box, ellipsis: s.ellipsis || s.clamp });
    }
    return found;
  };
  // The box that cuts off or scrolls what is in it, if there is one.
  const frame = (e) => {
    for (let b = e; b && b !== document.body && b !== document.documentElement; b = b.parentElement) {
      const s = css(b);
      if (s.x !== "visible" || s.y !== "visible") return b.getBoundingClientRect();
    }
    return null;
  };
  // Pairs of texts, one on top of the other. Only those of plain flow are compared.
  const overlaps = () => {
    const boxes = [];
    for (const e of texts().slice(0, 900)) {
      if (L.sticky(e) || e.closest("svg, canvas, map, iframe, [aria-hidden=true], sup, sub, ruby")) continue;
      const within = frame(e);
      for (const r of textRects(e).slice(0, 12)) if (!within || (r.bottom <= within.bottom + 1 && r.top >= within.top - 1 && r.right <= within.right + 1 && r.left >= within.left - 1)) boxes.push({ e, l: r.left, r: r.right, t: r.top + r.height * 0.25, b: r.bottom - r.height * 0.25 });
    }
    boxes.sort((a, b) => a.t - b.t);
    const found = new Map();
    for (let i = 0; i < boxes.length && found.size < 20; i++) {
      const a = boxes[i];
      for (let j = i + 1; j < boxes.length && boxes[j].t < a.b; j++) {
        const b = boxes[j];
        if (a.e === b.e || a.e.contains(b.e) || b.e.contains(a.e)) continue;
        const wide = Math.min(a.r, b.r) - Math.max(a.l, b.l);
        const high = Math.min(a.b, b.b) - b.t;
        if (wide > 6 && high > 3 && !found.has(a.e)) found.set(a.e, b.e);
      }
    }
    return found;
  };

  let cutBefore = new Map();
  let overBefore = new Map();
  L.before = () => {
    cutBefore = clipped();
    overBefore = overlaps();
    return [cutBefore.size, overBefore.size];
  };
  L.after = (how) => {
    const found = [];
    const boxes = new Set();
    for (const [e, { box, ellipsis }] of clipped()) {
      if (cutBefore.has(e) || boxes.has(box) || L.isKnown(e)) continue;
      boxes.add(box);
      found.push(L.sight("clipped", e, { how, ellipsis, box: L.html(box), main: main().contains(e) }));
      if (found.length > 30) break;
    }
    for (const [a, b] of overlaps()) {
      if (overBefore.has(a) || L.isKnown(a)) continue;
      found.push(L.sight("overlap", a, { how, other: L.selector(b), text: L.name(b) }));
      if (found.length > 40) break;
    }
    return found;
  };

  const EXEMPT = "table, iframe, pre, code, svg, canvas, video, img, object, embed, map, math, [role=table], [role=grid], [role=img], .leaflet-container, .ol-viewport, .mapboxgl-map, .maplibregl-map, .gm-style, .esri-view, [class*=map i], [id*=map i], [role=toolbar], [class*=gantt i], [class*=timetable i]";
  // How far to the right an element goes, with the text that runs out of its box.
  const reach = (e) => Math.max(e.getBoundingClientRect().right, ...(ownText(e) ? textRects(e).map((r) => r.right) : [])) + scrollX;
  L.reflow = () => {
    const root = document.scrollingElement ?? document.documentElement;
    const wide = root.scrollWidth;
    const limit = innerWidth + 5;
    const facts = { width: wide, limit: innerWidth };
    if (wide <= limit) return [L.sight("reflow", null, facts)];
    const found = [];
    let exempt = 0;
    for (const e of L.all(document.body)) {
      const right = reach(e);
      const r = e.getBoundingClientRect();
      if (right <= limit || r.width < 2 || r.height < 2) continue;
      if (e.closest(EXEMPT) || [...e.children].slice(0, 50).some((c) => reach(c) > limit)) {
        if (e.matches(EXEMPT)) exempt += 1;
        continue; // the innermost that sticks out is named
      }
      let inside = false;
      for (let b = e.parentElement; b && b !== document.body; b = b.parentElement) {
        if (getComputedStyle(b).overflowX !== "visible") {
          inside = true; // it scrolls, or is cut off, in a box of its own
          break;
        }
      }
      const fixed = L.sticky(e) && L.position(L.sticky(e)) === "fixed";
      if (inside || fixed || L.isKnown(e) || !e.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
      if (!e.matches("input, button, select, textarea, hr") && !e.textContent.trim() && getComputedStyle(e).backgroundImage === "none") continue;
      found.push(L.sight("reflow", e, { ...facts, right: Math.round(right), text: Boolean(e.textContent.trim()), main: main().contains(e) }));
      if (found.length >= 10) break;
    }
    return found.length ? found : [L.sight("reflow", null, { ...facts, exempt })];
  };

  const COOKIES = /cookie|consent|gdpr|ccc-|onetrust|privacy-banner/i;
  L.banners = () => {
    const found = [];
    for (const e of L.all(document.body)) {
      const place = COOKIES.test(`${e.id} ${e.getAttribute("class") ?? ""} ${e.getAttribute("aria-label") ?? ""}`);
      if (!place || !L.shown(e)) continue;
      const holder = L.sticky(e) ?? e;
      const r = holder.getBoundingClientRect();
      const wide = Math.max(0, Math.min(r.right, innerWidth) - Math.max(r.left, 0));
      const high = Math.max(0, Math.min(r.bottom, innerHeight) - Math.max(r.top, 0));
      found.push(L.sight("cookie-banner", e, {
        sticky: L.position(holder), share: Math.round((100 * wide * high) / (innerWidth * innerHeight)) / 100,
        modal: Boolean(e.closest("dialog, [role=dialog], [aria-modal=true]")),
      }));
      break; // the outermost is enough
    }
    return found;
  };

  // Text as it comes out: sizes in CSS pixels, lines in characters.
  const prose = (e) =>
    !e.closest("table, nav, header, footer, form, pre, code, figure, svg, [aria-hidden=true], button, details > summary");
  L.typography = () => {
    const found = [];
    const sizes = [];
    const small = [];
    const loud = [];
    const tight = [];
    const long = [];
    const justified = [];
    const area = main();
    let looked = 0;
    for (const e of texts().slice(0, 2500)) {
      const words = L.cut(e.textContent, 2000).split(" ").length;
      const letters = e.textContent.trim().length;
      const s = getComputedStyle(e);
      const size = parseFloat(s.fontSize);
      const link = e.closest("sup, sub, code, svg, [aria-hidden=true]");
      if (size < 9.5 && letters > 3 && !link) small.push([e, size]);
      if (s.textTransform === "uppercase" && letters >= 60 && words >= 10 && /[a-z]{3}/.test(e.textContent)) loud.push([e, words]);
      if (!area.contains(e) || !prose(e) || !e.matches("p, li, dd, blockquote, div, td")) continue;
      if (!e.matches("p, li, dd") && words < 20) continue;
      looked += 1;
      if (e.matches("p, li")) for (let n = 0; n < Math.min(words, 60); n++) sizes.push(size);
      if (s.textAlign === "justify" && words > 20) justified.push([e, words]);
      const rects = textRects(e);
      const tops = [...new Set(rects.map((r) => Math.round(r.top)))].sort((a, b) => a - b);
      if (tops.length >= 3 && words > 20) {
        const line = (tops[tops.length - 1] - tops[0]) / (tops.length - 1);
        if (line / size < 1.2) tight.push([e, Math.round((100 * line) / size) / 100]);
        const chars = Math.round(letters / tops.length);
        if (chars > 100 && !e.querySelector("br")) long.push([e, chars]);
      }
    }
    sizes.sort((a, b) => a - b);
    const facts = { looked, size: sizes.length ? sizes[Math.floor(sizes.length / 2)] : null, sized: sizes.length };
    found.push(L.sight("typography", null, facts));
    const tell = (kind, list) => {
      for (const [e, value] of list.filter(([e]) => !L.isKnown(e)).slice(0, 10)) found.push(L.sight(kind, e, { value }));
    };
    tell("small", small);
    tell("uppercase", loud);
    tell("tight", tight);
    tell("long-line", long);
    tell("justified", justified);
    return found;
  };

  const sheets = new Map();
  L.dress = (name, source) => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(source);
    sheets.set(name, sheet);
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  };
  L.undress = (name) => {
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((s) => s !== sheets.get(name));
  };
})();
