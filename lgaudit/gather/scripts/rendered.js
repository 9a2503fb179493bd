// What only a rendered page tells: how long its recordings are and whether they start by
// themselves, text that looks like a heading, pictures in backgrounds, words drawn on a canvas, how
// large pictures are and are shown, how fonts come in.
// Argument: most things of a kind. Answers at once: { document, seen: [[kind, selector, html, facts]] }.
const [most] = arguments;
const MOST_ELEMENTS = 6000; // of a page; the rest is not looked at
const MOST_WORDS = 12; // of a line that may be a heading
const LARGER = 1.2; // times the size of the text around
const handle = window.__lgaudit;
const seen = [];
const counts = {};

const tidy = (value, limit) => {
  const text = String(value ?? "").replace(/\s+/g, " ").trim().slice(0, limit);
  return text.toWellFormed ? text.toWellFormed() : text;
};
const selector = (element) => {
  const steps = [];
  for (let e = element; e && e.localName !== "html"; e = e.parentElement) {
    const id = e.getAttribute("id");
    if (id && /^[A-Za-z][\w-]*$/.test(id)) {
      steps.unshift(`#${id}`);
      break;
    }
    if (/^(body|main|head)$/.test(e.localName)) steps.unshift(e.localName);
    else {
      let before = 0;
      let after = false;
      for (let s = e.previousElementSibling; s; s = s.previousElementSibling) before += s.localName === e.localName;
      for (let s = e.nextElementSibling; s && !after; s = s.nextElementSibling) after = s.localName === e.localName;
      steps.unshift(e.localName + (before || after ? `:nth-of-type(${before + 1})` : ""));
    }
  }
  return steps.join(" > ").slice(0, 500);
};
const opening = (element) => tidy(element.outerHTML, 300);
const add = (kind, element, facts) => {
  counts[kind] = (counts[kind] ?? 0) + 1;
  if (counts[kind] <= most) seen.push([kind, selector(element), opening(element), facts]);
};
const visible = (element) =>
  element.checkVisibility
    ? element.checkVisibility({ visibilityProperty: true, opacityProperty: true })
    : element.getClientRects().length > 0;

const media = () => {
  for (const e of [...document.querySelectorAll("audio, video")].slice(0, most)) {
    const length = e.duration;
    add("media", e, {
      tag: e.localName,
      source: tidy(e.currentSrc || e.src, 300),
      autoplay: e.autoplay,
      muted: e.muted || e.defaultMuted,
      controls: e.controls,
      loop: e.loop,
      visible: visible(e),
      seconds: Number.isFinite(length) ? Math.round(length * 10) / 10 : null,
      endless: length === Infinity,
      tracks: [...e.querySelectorAll("track")].map((t) => tidy(t.kind, 20)).slice(0, 20),
    });
  }
};

const canvases = () => {
  for (const e of [...document.querySelectorAll("canvas")].slice(0, most)) {
    const drawn = handle && handle.drawn ? handle.drawn(e) : [];
    if (drawn.length && visible(e)) add("canvas", e, { drawn: drawn.map((text) => tidy(text, 100)) });
  }
};

const HEADING = "h1, h2, h3, h4, h5, h6, [role=heading]";
const NOT_HEADING =
  "a, button, label, legend, summary, caption, th, td, dt, nav, footer, header, form, figure, blockquote, address, dialog, " +
  "[role=button], [role=tab], [role=navigation], [role=alert], [role=status], [aria-hidden=true], " + HEADING;
const BLOCK = /^(block|flex|grid|list-item|flow-root)$/;

const lookalikes = (main, size) => {
  let looked = 0;
  for (const e of main.querySelectorAll("p, div, span, b, strong, font, li")) {
    if (++looked > MOST_ELEMENTS) break;
    const first = e.firstChild;
    if (!first || first.nodeType !== 3 || e.childElementCount > 1) continue;
    const text = tidy(e.textContent, 200);
    const words = text.split(" ").length;
    if (text.length < 4 || words > MOST_WORDS || !/\p{L}{3}/u.test(text) || /[.,;:!?…]$/.test(text)) continue;
    const style = getComputedStyle(e);
    const times = parseFloat(style.fontSize) / size;
    const bold = parseInt(style.fontWeight, 10) >= 600;
    if (!(times >= LARGER && (bold || times >= 1.5)) || e.closest(NOT_HEADING) || !visible(e)) continue;
    let block = e;
    while (block !== main && !BLOCK.test(getComputedStyle(block).display)) block = block.parentElement;
    if (block === main || tidy(block.textContent, 201) !== text) continue;
    let next = block.nextElementSibling;
    while (next && !next.textContent.trim()) next = next.nextElementSibling;
    const follows = next ? tidy(next.textContent, 400) : "";
    add("lookalike", block, {
      text,
      times: Math.round(times * 100) / 100,
      bold,
      before: next ? next.localName : "",
      words: follows ? follows.split(" ").length : 0,
    });
  }
};

const backgrounds = () => {
  let looked = 0;
  for (const e of document.body.querySelectorAll("div, span, a, section, header, figure, i, li")) {
    if (++looked > MOST_ELEMENTS) break;
    if (e.childElementCount > 0 || e.textContent.trim()) continue;
    const image = getComputedStyle(e).backgroundImage;
    if (!image || !image.includes("url(")) continue;
    const box = e.getBoundingClientRect();
    if (box.width < 64 || box.height < 64 || !visible(e)) continue;
    const found = /url\("?([^")]{1,300})/.exec(image);
    const named = ["aria-label", "aria-labelledby", "title"].some((a) => (e.getAttribute(a) || "").trim());
    add("background", e, {
      source: tidy(found ? found[1] : "", 300),
      width: Math.round(box.width),
      height: Math.round(box.height),
      named,
    });
  }
};

const pictures = () => {
  for (const e of [...document.images].slice(0, most)) {
    if (!e.complete || !e.naturalWidth) continue;
    const box = e.getBoundingClientRect();
    add("picture", e, {
      source: tidy(e.currentSrc || e.src, 300),
      natural: [e.naturalWidth, e.naturalHeight],
      shown: [Math.round(box.width), Math.round(box.height)],
      top: Math.round(box.top + scrollY),
      window: [innerWidth, innerHeight],
      lazy: e.loading === "lazy",
    });
  }
};

const fonts = () => {
  const body = getComputedStyle(document.body).fontFamily.toLowerCase();
  for (const face of [...document.fonts].slice(0, most)) {
    const family = tidy(face.family, 100).replace(/^["']|["']$/g, "");
    if (face.status === "loaded") {
      add("font", document.body, { family, display: tidy(face.display, 20), body: body.includes(family.toLowerCase()) });
    }
  }
};

const safely = (part) => {
  try {
    part();
  } catch {
    // A page that took the tools away is seen without this part.
  }
};
safely(() => {
  if (!document.body) return;
  safely(media);
  safely(canvases);
  const main = document.querySelector("main, [role=main]") || document.body;
  const size = parseFloat(getComputedStyle(main.querySelector("p") || main).fontSize) || 16;
  safely(() => lookalikes(main, size));
  safely(backgrounds);
  safely(pictures);
  safely(fonts);
});
return { document: handle ? handle.document : "", seen };
