// What moves, blinks, plays or goes away by itself, and whether it can be stopped.
(() => {
  "use strict";
  const L = globalThis.L;
  const LONG = 5000; // ms; WCAG lets shorter movement be
  const SMALL = 144; // CSS pixels of area; less is a dot
  const NOT_PROPERTIES = new Set(["offset", "computedOffset", "easing", "composite"]);
  const WAITING = /load(er|ing)|spin(ner)?\b|progress|skeleton|busy|throbber/i;
  const STOPS = /\b(pause|stop|play|freeze|halt|(turn|switch) off|animations?|motion|saib|stopio|seibio|oedi|chwarae)\b/i;
  const PLAYS = "button, a, [role=button], input[type=button], summary, [aria-pressed]";

  const stoppers = (root) => [...root.querySelectorAll(PLAYS)].slice(0, 300).filter(
    (e) => STOPS.test(`${L.name(e)} ${e.getAttribute("aria-label") ?? ""} ${e.title}`) && e.checkVisibility());
  // A control that stops it stands in the same block, or says that it stops everything.
  const stoppable = (e) => {
    let around = e;
    for (let n = 0; n < 3 && around.parentElement && around.parentElement !== document.body; n++) around = around.parentElement;
    return stoppers(around).length > 0 || stoppers(document.body).some((s) => /animation|motion|moving/i.test(L.name(s)));
  };

  const changing = (frames) => {
    const values = new Map();
    for (const frame of frames) {
      for (const [name, value] of Object.entries(frame)) {
        if (NOT_PROPERTIES.has(name)) continue;
        if (!values.has(name)) values.set(name, new Set());
        values.get(name).add(String(value));
      }
    }
    return [...values].filter(([, seen]) => seen.size > 1).map(([name]) => name).sort();
  };
  const MOVES = new Set("transform translate scale rotate left top right bottom marginLeft marginTop marginRight marginBottom backgroundPosition backgroundPositionX backgroundPositionY offsetDistance textIndent width height".split(" "));
  const BLINKS = new Set("opacity visibility color backgroundColor filter display".split(" "));
  // How much of it goes: 1 for what vanishes altogether, 0.1 for a gentle pulse.
  const depth = (frames) => {
    const opacity = frames.map((f) => f.opacity).filter((v) => v !== undefined).map(Number);
    const hidden = frames.some((f) => f.visibility === "hidden" || f.display === "none");
    return hidden ? 1 : opacity.length ? Math.max(...opacity) - Math.min(...opacity) : 0.5;
  };
  const running = () => {
    const found = [];
    for (const a of document.getAnimations().slice(0, 300)) {
      if (a instanceof CSSTransition || a.playState !== "running" || !a.effect?.target) continue;
      const time = a.effect.getComputedTiming();
      const e = a.effect.target;
      const properties = changing(a.effect.getKeyframes());
      const moves = properties.some((p) => MOVES.has(p));
      const blinks = properties.some((p) => BLINKS.has(p));
      if (!moves && !blinks) continue;
      const r = e.getBoundingClientRect();
      if (!e.checkVisibility({ visibilityProperty: false }) || r.width * r.height < SMALL) continue;
      const keyframes = a.effect.getKeyframes();
      const frames = keyframes.length;
      found.push({ a, e, deep: depth(keyframes), time, moves, blinks, area: r.width * r.height, rate: time.duration > 0 ? (1000 * Math.max(1, frames - 1)) / time.duration : 0 });
    }
    return found;
  };
  const waiting = (e) =>
    Boolean(e.closest("[role=progressbar], [aria-busy=true], progress")) || WAITING.test(`${e.getAttribute("class") ?? ""} ${e.id} ${e.parentElement?.getAttribute("class") ?? ""}`);
  let moving = [];
  L.animations = () => {
    const seen = new Set();
    moving = running().filter(({ e, time }) => time.activeDuration > LONG && !seen.has(e) && seen.add(e));
    return moving.slice(0, 20).filter(({ e }) => !L.isKnown(e)).map(({ e, time, moves, blinks, area, rate, deep }) =>
      L.sight("animation", e, {
        moves, blinks, text: Boolean(e.textContent.trim()), waiting: waiting(e), stoppable: stoppable(e),
        endless: time.iterations === Infinity, seconds: Math.round(time.duration / 100) / 10, area: Math.round(area), rate: Math.round(rate * 10) / 10, depth: Math.round(deep * 10) / 10,
      }));
  };
  // With reduced motion asked for, does it still run?
  L.stillMoving = () => {
    const still = new Set(running().filter(({ time }) => time.activeDuration > LONG).map(({ e }) => e));
    return moving.filter(({ e, moves }) => moves && still.has(e) && !waiting(e) && !L.isKnown(e)).slice(0, 10)
      .map(({ e, area }) => L.sight("reduced-motion", e, { area: Math.round(area) }));
  };

  // --- flashes: a second of the animation, frame by frame
  let held = [];
  L.flashers = () => {
    const quick = running().filter(({ blinks, rate, area, e }) => blinks && rate > 5 && area >= 21824 && !L.isKnown(e));
    const list = [...new Set(quick.map(({ e }) => e))].slice(0, 2);
    return list.map((e) => {
      e.scrollIntoView({ block: "center", behavior: "instant" });
      const r = e.getBoundingClientRect();
      const x = Math.max(0, r.left);
      const y = Math.max(0, r.top);
      const width = Math.min(innerWidth - x, r.width);
      const height = Math.min(innerHeight - y, r.height);
      return { shape: { x: x + scrollX, y: y + scrollY, width, height }, sight: L.sight("flash", e, {}) };
    });
  };
  L.hold = () => {
    held = document.getAnimations().filter((a) => a.playState === "running");
    for (const a of held) a.pause();
    return held.length;
  };
  L.at = (milliseconds) => {
    for (const a of held) {
      try {
        a.currentTime = milliseconds;
      } catch {
        // a timeline that is not of time
      }
    }
    return L.frame().then(() => true);
  };
  L.letGo = () => {
    for (const a of held) a.play();
    return held.length;
  };

  L.videos = () => [...document.querySelectorAll("video")].filter((v) => L.shown(v) && !L.isKnown(v)).slice(0, 10).map((v) => {
    const r = v.getBoundingClientRect();
    return L.sight("video", v, {
      autoplay: v.autoplay, playing: !v.paused && !v.ended && v.readyState >= 2, loop: v.loop, controls: v.controls,
      seconds: Number.isFinite(v.duration) ? Math.round(v.duration * 10) / 10 : v.duration === Infinity ? -1 : 0,
      loaded: v.readyState >= 2, stoppable: stoppable(v), area: Math.round(r.width * r.height),
    });
  });

  // --- flashes in films: the first seconds, a frame every 40 ms, as far as the browser has them
  const GRID = 32;
  const arrives = (v, name, limit) => Promise.race([
    new Promise((done) => v.addEventListener(name, () => done(true), { once: true })), L.pause(limit).then(() => false)]);
  const film = async (v, first, count) => {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = GRID;
    const pen = canvas.getContext("2d", { willReadFrequently: true });
    const take = () => {
      pen.drawImage(v, 0, 0, GRID, GRID);
      const { data } = pen.getImageData(0, 0, GRID, GRID); // a film of another site may not be read
      let bytes = "";
      for (let n = 0; n < data.length; n += 4) bytes += String.fromCharCode(data[n], data[n + 1], data[n + 2]);
      return btoa(bytes);
    };
    const frames = [];
    const starts = [];
    const paused = v.paused;
    const at = v.currentTime;
    const until = performance.now() + 2500;
    try {
      if (v.srcObject) return { readable: false, frames, starts }; // a broadcast has no beginning
      v.pause();
      for (let n = first; n < first + count && performance.now() < until; n++) {
        const time = n * 0.04 + 0.001;
        if (Number.isFinite(v.duration) && time > v.duration) break;
        const there = arrives(v, "seeked", 500);
        v.currentTime = time;
        if (!(await there)) break;
        frames.push(take());
        starts.push(time);
      }
      return { readable: true, frames, starts };
    } catch {
      return { readable: false, frames: [], starts: [] };
    } finally {
      v.currentTime = at;
      if (!paused) v.play().catch(() => {});
    }
  };
  let films = [];
  L.films = () => {
    films = [...document.querySelectorAll("video")].filter((v) => {
      const r = v.getBoundingClientRect();
      return L.shown(v) && !L.isKnown(v) && r.width * r.height >= 21824;
    }).slice(0, 2);
    return films.length;
  };
  L.film = async (n, first, count) => {
    const v = films[n];
    const r = v.getBoundingClientRect();
    const seen = v.readyState >= 2 ? await film(v, first, count) : { readable: false, frames: [], starts: [] };
    return { ...seen, area: r.width * r.height, sight: L.sight("film", v, {}) };
  };

  L.pictures = () => [...document.images].filter((i) => {
    const r = i.getBoundingClientRect();
    return L.shown(i) && !L.isKnown(i) && r.width >= 16 && r.height >= 16 && i.complete && i.naturalWidth > 0;
  }).slice(0, 200).map((i, n) => {
    const r = i.getBoundingClientRect();
    pictures[n] = i;
    return { n, src: (i.currentSrc || i.src).slice(0, 2_000_000), width: r.width, height: r.height };
  }).filter((p) => /\.gif(\?|#|$)/i.test(p.src) || p.src.startsWith("data:image/gif") || !p.src.startsWith("data:"));
  const pictures = [];
  L.gif = (n, facts) => L.sight("gif", pictures[n], { ...facts, stoppable: stoppable(pictures[n]) });

  // --- carousels and messages: watched for a while
  const CAROUSELS = ".slick-slider, .swiper, .swiper-container, .owl-carousel, .flickity-enabled, .splide, .carousel, [data-ride=carousel], [data-bs-ride], [aria-roledescription=carousel], .rslides, .bxslider, .bx-wrapper, .flexslider, .cycle-slideshow, .orbit, .glide, .slideshow, .nivoSlider, .ticker, .news-ticker";
  const picture = (box) => {
    const r = box.getBoundingClientRect();
    const found = [];
    for (const e of [...box.querySelectorAll("img, h1, h2, h3, h4, p, a, li, figure, [class*=slide]")].slice(0, 150)) {
      const b = e.getBoundingClientRect();
      const x = b.left + b.width / 2;
      const y = b.top + b.height / 2;
      const inside = x > r.left && x < r.right && y > r.top && y < r.bottom && b.width > 1 && b.height > 1;
      if (inside && e.checkVisibility({ opacityProperty: true, visibilityProperty: true })) found.push(`${e.localName}${e.getAttribute("src") ?? ""}${L.cut(e.textContent, 40)}`);
    }
    return found.join("|");
  };
  let carousels = [];
  let messages = [];
  L.watched = () => {
    carousels = [...document.querySelectorAll(CAROUSELS)]
      .filter((e) => L.shown(e) && !e.parentElement.closest(CAROUSELS) && !L.isKnown(e) && e.getBoundingClientRect().height > 30)
      .slice(0, 6).map((e) => ({ e, first: picture(e), moved: 0 }));
    messages = [...document.querySelectorAll("[role=alert], [role=status], [aria-live=polite], [aria-live=assertive], .toast, .snackbar, .notification, .flash-message")]
      .filter((e) => L.shown(e) && e.textContent.trim().length > 3 && !L.isKnown(e))
      .filter((e) => !waiting(e) && !/\b(loading|please wait|wrthi'n llwytho)\b/i.test(e.textContent))
      .filter((e) => e.matches("[role=alert], .toast, .snackbar, .flash-message") || ["fixed", "absolute"].includes(getComputedStyle(e).position))
      .slice(0, 6).map((e) => ({ e, text: L.cut(e.textContent, 100), sight: L.sight("message", e, {}), gone: 0 }));
    return carousels.length + messages.length;
  };
  L.watching = () => carousels.length + messages.length;
  L.attendTo = async (milliseconds) => {
    const end = performance.now() + milliseconds;
    while (performance.now() < end) {
      await L.pause(250);
      for (const c of carousels) if (!c.moved && picture(c.e) !== c.first) c.moved = 1;
      for (const m of messages) if (!m.gone && !(m.e.isConnected && L.shown(m.e) && m.e.textContent.trim())) m.gone = 1;
      if (carousels.every((c) => c.moved) && messages.every((m) => m.gone)) break;
    }
    return carousels.some((c) => !c.moved) || messages.some((m) => !m.gone);
  };
  L.changes = () => [
    ...carousels.map((c) => L.sight("carousel", c.e, { moved: Boolean(c.moved), stoppable: stoppable(c.e) })),
    ...messages.map((m) => ({ ...m.sight, facts: { gone: Boolean(m.gone), text: m.text } })),
  ];
})();
