// Runs in every document and frame before the page's own scripts, just after axe-core.
// Keeps axe-core out of the page's sight, answers dialogs, and watches layout shifts.
(() => {
  "use strict";
  const HANDLE = "__lgaudit";
  const MOST_DIALOGS = 50; // a page that asks again for ever is stopped, as a resident would
  const axe = window.axe;
  if (!axe || HANDLE in window) return;
  delete window.axe;
  axe.configure({ allowedOrigins: ["<unsafe_all_origins>"] }); // frames of other sites count too

  const own = { dialogs: 0, shifts: [] };
  const { setTimeout, clearTimeout, Promise, requestAnimationFrame } = window;

  const count = () => {
    own.dialogs += 1;
    if (own.dialogs > MOST_DIALOGS) throw new Error("too many dialogs");
  };
  const tell = () => {
    let top = null;
    try {
      top = window.top[HANDLE];
    } catch {
      return; // a frame of another site, whose dialogs browsers do not show
    }
    if (top) top.dialog();
  };
  const dismissing = (answer) => () => {
    tell();
    return answer;
  };
  window.alert = dismissing(undefined);
  window.confirm = dismissing(false);
  window.prompt = dismissing(null);
  window.print = dismissing(undefined);

  let observer = null;
  if (window === window.top) {
    const keep = (list) => {
      for (const shift of list.getEntries()) {
        if (!shift.hadRecentInput) own.shifts.push([shift.startTime, shift.value]);
      }
    };
    observer = new PerformanceObserver(keep);
    observer.observe({ type: "layout-shift", buffered: true });
    observer.flush = () => keep({ getEntries: () => observer.takeRecords() });
  }

  // Words drawn on a canvas are in no tree; kept a few for each, to ask whether they are said too.
  const MOST_DRAWN = 40;
  const drawn = new WeakMap();
  const drawing = (window.CanvasRenderingContext2D || {}).prototype;
  for (const name of drawing ? ["fillText", "strokeText"] : []) {
    const original = drawing[name];
    drawing[name] = function (...given) {
      try {
        const words = drawn.get(this.canvas) || [];
        if (words.length < MOST_DRAWN) drawn.set(this.canvas, [...words, String(given[0]).slice(0, 100)]);
      } catch {
        // Whatever it was asked to draw, it draws.
      }
      return original.apply(this, given);
    };
  }

  const text = (value, limit) => {
    const whole = String(value ?? "");
    const cut = whole.length > limit ? whole.slice(0, limit - 1) + "…" : whole;
    return cut.toWellFormed ? cut.toWellFormed() : cut;
  };
  const selector = (target) => [target].flat(Infinity).join(" >>> ");
  const message = (node) =>
    [
      ["Fix any of: ", node.any],
      ["Fix all of: ", [...node.all, ...node.none]],
    ]
      .filter(([, checks]) => checks.length > 0)
      .map(([heading, checks]) => heading + checks.map((check) => check.message).join("; "))
      .join(". ");
  const compact = (rules, most) =>
    rules.map((rule) => ({
      id: rule.id,
      impact: rule.impact,
      nodes: rule.nodes
        .slice(0, most)
        .map((node) => [text(selector(node.target), 1000), text(node.html, 300), text(message(node), 600)]),
    }));

  const judge = async (options) => {
    // Old script libraries put toJSON on everything, which garbles what axe-core's frames say.
    for (const kind of [Object, Array, String]) delete kind.prototype.toJSON;
    const said = await axe.run(document, options.axe);
    return {
      version: said.testEngine.version,
      violations: compact(said.violations, options.nodes),
      incomplete: compact(said.incomplete, options.nodes),
      passes: said.passes.map((rule) => rule.id),
      inapplicable: said.inapplicable.map((rule) => rule.id),
    };
  };

  const frame = () =>
    new Promise((done) => {
      requestAnimationFrame(() => setTimeout(done));
      setTimeout(done, 300); // a window that does not paint must not hold us up
    });

  const handle = {
    document: `${performance.timeOrigin}-${Math.random()}`,
    version: axe.version,
    rules: () => axe.getRules().map((rule) => [rule.ruleId, rule.tags]),
    dialog: count,
    dialogs: () => own.dialogs,
    drawn: (canvas) => drawn.get(canvas) || [],
    frame,
    pause: (milliseconds) => new Promise((done) => setTimeout(done, milliseconds)),
    shifts: () => {
      observer.flush();
      return own.shifts.splice(0);
    },
    // Always settles: an answer, or an error to tell of.
    run: (options) => {
      let timer;
      const late = new Promise((done) => {
        const sentence = `axe-core did not answer within ${options.limit / 1000} seconds`;
        timer = setTimeout(() => done({ error: sentence }), options.limit);
      });
      const failed = (error) => ({ error: text((error && error.message) || error, 300) });
      return Promise.race([judge(options).catch(failed), late])
        .finally(() => clearTimeout(timer))
        .then((answer) => ({ version: axe.version, document: handle.document, ...answer }));
    },
  };
  Object.defineProperty(window, HANDLE, { value: Object.freeze(handle) });
})();
