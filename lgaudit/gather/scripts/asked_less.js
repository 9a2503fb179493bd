// Asks axe-core less where its answer cannot change. Runs just after axe-core, before preload.js
// takes it out of the page's sight. Every failure and doubt stays axe-core's own, word for word.
//
// Contrast: two texts are alike when all that axe-core's verdict depends on is equal: colours, size
// and weight of the text, what is painted by everything around them, in which order, and that nothing
// else lies over or under the text. Of texts that are alike the first is judged. Only when it passes
// by its colours do the others pass unasked; whatever else comes of it, each is judged by itself.
//
// Everything else: a place that passes is asked no further than that, and no record is made of it but
// of the first, which tells that the rule passed somewhere.
(() => {
  "use strict";
  const axe = window.axe;
  const audit = axe && axe._audit;
  if (!audit || !audit.rules || !axe.commons || !axe.utils) return;
  const { getComputedStyle, WeakMap, Map, Set } = window;
  const FIELDS = new Set(["input", "select", "textarea", "option"]);
  const NO_COLOUR = "rgba(0, 0, 0, 0)";
  const PSEUDO_PART = 0.25; // of an element: a painted ::before or ::after larger than this is a doubt

  const text = (vNode) =>
    vNode.children.some((child) => child.props.nodeName === "#text" && /\S/.test(child.actualNode.nodeValue));

  // What a pseudo-element may paint over its element, in square pixels; as axe-core reckons it.
  const painted = (element, which) => {
    const style = getComputedStyle(element, which);
    if (style.position !== "absolute" || style.content === "none") return 0;
    if (style.backgroundColor === NO_COLOUR && style.backgroundImage === "none") return 0;
    const [width, height] = [style.width, style.height];
    return width.endsWith("px") && height.endsWith("px") ? parseFloat(width) * parseFloat(height) : Infinity;
  };

  const reader = () => {
    const known = new WeakMap();
    const marks = new Map();
    const mark = (words) => {
      if (!marks.has(words)) marks.set(words, marks.size);
      return marks.get(words);
    };
    // An element and all around it: a mark for how they paint, and where.
    const about = (vNode) => {
      let found = known.get(vNode);
      if (found) return found;
      const above = vNode.parent ? about(vNode.parent) : null;
      const of = (name) => vNode.getComputedStylePropertyValue(name);
      const element = vNode.actualNode;
      const colour = of("background-color");
      const inline = of("display");
      const levels = (vNode._stackingOrder || []).map((one) => (one.vNode ? one.stackLevel : `p${one.stackLevel}`));
      const own = [
        vNode.props.nodeName, vNode.shadowId ?? "", colour, of("background-image"), of("mix-blend-mode"), inline,
        of("float"), of("overflow"), levels.join(),
      ];
      found = {
        chain: above ? [...above.chain, vNode] : [vNode],
        mark: mark(`${above ? above.mark : ""}|${own.join("|")}`),
        paints: colour !== NO_COLOUR && inline !== "inline",
        clips: of("overflow") === "hidden",
        // axe-core multiplies opacities in place, so how often it is asked would matter.
        sheer: of("opacity") !== "1" || (above !== null && above.sheer),
        area: Math.max(above ? above.area : 0, painted(element, ":before") + painted(element, ":after")),
        rects: null,
      };
      known.set(vNode, found);
      return found;
    };
    const rects = (vNode) => {
      const found = about(vNode);
      found.rects ??= vNode.clientRects.map((r) => [
        Math.floor(r.left), Math.floor(r.top), Math.floor(r.left + r.width), Math.floor(r.top + r.height),
      ]);
      return found.rects;
    };
    return { about, rects };
  };

  const within = (rect, box) =>
    rect.top >= box.top && rect.bottom <= box.bottom && rect.left >= box.left && rect.right <= box.right;
  const encompasses = (vNode, lines) => {
    const element = vNode.actualNode;
    const own = vNode.boundingClientRect;
    const box = { top: own.top, left: own.left, right: own.right, bottom: own.bottom };
    const of = (name) => vNode.getComputedStylePropertyValue(name);
    if (element === document.documentElement || ["scroll", "auto"].includes(of("overflow"))) {
      const pad = (side) => parseInt(of(`padding-${side}`), 10);
      box.right = own.left + element.scrollWidth + pad("left") + pad("right");
      box.bottom = own.top + element.scrollHeight + pad("top") + pad("bottom");
    }
    return lines.every((line) => within(line, box));
  };

  // The lines of an element's own text, or null where axe-core may count others.
  const linesOf = (vNode, about) => {
    const box = vNode.boundingClientRect;
    const range = document.createRange();
    const lines = [];
    for (const child of vNode.children) {
      if (child.props.nodeName !== "#text" || !/\S/.test(child.actualNode.nodeValue)) continue;
      range.selectNodeContents(child.actualNode);
      for (const line of range.getClientRects()) {
        const x = line.left + line.width / 2;
        const y = line.top + line.height / 2;
        if (y < box.top || y > box.bottom || x < box.left || x > box.right) return null;
        if (line.width >= 1 && line.height >= 1) lines.push(line);
      }
    }
    const cut = about.chain.filter(about.clips);
    return lines.length && cut.every((one) => lines.every((line) => within(line, one.boundingClientRect))) ? lines : null;
  };

  // A field without text of its own is judged as a whole.
  const boxOf = (vNode, about, style) => {
    const box = vNode.boundingClientRect;
    if (vNode.children.length || parseInt(style.textIndent, 10) || box.width < 1 || box.height < 1) return null;
    return about.chain.filter(about.clips).every((one) => within(box, one.boundingClientRect)) ? [box] : null;
  };

  // What the verdict depends on, or "" where that cannot be said.
  const likeness = (vNode, grid, read) => {
    const found = read.about(vNode);
    if (vNode._grid !== grid || found.sheer) return "";
    const field = vNode.props.nodeName === "input";
    const style = getComputedStyle(vNode.actualNode);
    const words = (c) => c.props.nodeName === "#text" && /[A-Za-z]{2}/.test(c.actualNode.nodeValue);
    if (!field && !vNode.children.some(words)) return "";
    const around = { chain: found.chain, clips: (one) => read.about(one).clips };
    const lines = field ? boxOf(vNode, around, style) : linesOf(vNode, around);
    if (!lines) return "";
    const chain = new Set(found.chain);
    let under = null;
    for (const line of lines) {
      const x = line.left + line.width / 2;
      const y = line.top + line.height / 2;
      const [fx, fy] = [Math.floor(x), Math.floor(y)];
      const here = new Set();
      for (const other of grid.getCellFromPoint({ x, y })) {
        if (!read.rects(other).some((r) => fx >= r[0] && fx < r[2] && fy >= r[1] && fy < r[3])) continue;
        if (!chain.has(other)) return "";
        here.add(other);
      }
      const seen = found.chain.map((one) => (here.has(one) ? 1 : 0)).join("");
      if (under !== null && under !== seen) return "";
      under = seen;
    }
    const body = found.chain.findIndex((one) => one.actualNode === document.body);
    if (body < 0 || under[body] !== "1") return "";
    const holds = found.chain.map((one, n) =>
      under[n] === "1" && read.about(one).paints ? Number(encompasses(one, lines)) : "");
    const box = vNode.boundingClientRect;
    return [
      found.mark, vNode.props.type ?? "", under, holds.join(), found.area > box.width * box.height * PSEUDO_PART,
      style.color, style.webkitTextFillColor, style.webkitTextStroke, style.textShadow,
      style.fontSize, style.fontWeight, style.fontFamily,
    ].join("|");
  };

  // The elements to judge, and those that are like one of them by that one.
  const sorted = (all) => {
    const asked = [];
    const alike = new Map();
    const first = new Map();
    axe.commons.dom.createGrid();
    const grid = axe._tree[0]._grid;
    const read = reader();
    for (const vNode of all) {
      const field = FIELDS.has(vNode.props.nodeName);
      if (!field && !text(vNode)) continue; // has no text of its own to judge
      let like = "";
      try {
        like = grid && (!field || vNode.props.nodeName === "input") ? likeness(vNode, grid, read) : "";
      } catch {
        like = ""; // judged by itself
      }
      const leader = like && first.get(like);
      if (leader) alike.get(leader).push(vNode);
      else {
        asked.push(vNode);
        if (like) {
          first.set(like, vNode);
          alike.set(vNode, []);
        }
      }
    }
    return { asked, alike };
  };

  const byItsColours = (node) =>
    node.any.length === 1 && node.any[0].result === true && !!node.any[0].data && !!node.any[0].data.fgColor &&
    node.all.length === 0 && node.none.length === 0;

  const contrastOnce = (rule) => {
    const { gather, run } = rule;
    const only = (nodes, context, options) =>
      new Promise((resolve, reject) => {
        rule.gather = () => nodes;
        try {
          run.call(rule, context, options, resolve, reject);
        } finally {
          delete rule.gather;
        }
      });
    const judge = async (context, options) => {
      const all = gather.call(rule, context, options);
      const { asked, alike } = sorted(all);
      const said = await only(asked, context, options);
      const sure = new Set(said.nodes.filter(byItsColours).map((node) => node.node.element));
      const rest = [];
      for (const [leader, others] of alike) if (!sure.has(leader.actualNode)) rest.push(...others);
      if (rest.length) {
        const more = await only(rest, context, options);
        const place = new Map(all.map((vNode, n) => [vNode.actualNode, n]));
        said.nodes = [...said.nodes, ...more.nodes].sort((a, b) => place.get(a.node.element) - place.get(b.node.element));
      }
      return said;
    };
    rule.run = (context, options, resolve, reject) => {
      if (options.whole) run.call(rule, context, options, resolve, reject);
      else judge(context, options).then(resolve, reject);
    };
  };

  // Rules whose checks remember something from one question to the next, so are asked as ever.
  const REMEMBER = new Set(["color-contrast", "color-contrast-enhanced", "link-in-text-block"]);
  const LATER = new Set(["region"]); // compares frames afterwards, and nothing else that passes
  const FEW = 3; // places, of which to make records costs nothing
  const mute = {
    data() {},
    relatedNodes() {},
    async() {
      throw new Error("not at once");
    },
  };
  const checksOf = (rule, kind) => rule[kind].map((check) => audit.checks[check.id || check]);
  const KINDS = ["any", "all", "none"];
  // What is shown hides nothing: of the rule's answer for every element there is, the usual one.
  const SHORT = {
    "hidden-content": (v) =>
      v.getComputedStylePropertyValue("display") !== "none" && v.getComputedStylePropertyValue("visibility") !== "hidden",
  };
  const passesOnly = (rule) => {
    const known = KINDS.flatMap((kind) => checksOf(rule, kind));
    if (!known.length || !known.every((check) => check && typeof check.evaluate === "function" && check.enabled)) return;
    if (known.some((check) => typeof check.after === "function") && !LATER.has(rule.id)) return;
    const matched = rule.gatherAndMatchNodes;
    const passing = (options, context) => {
      const [any, all, none] = KINDS.map((kind) =>
        checksOf(rule, kind).map((check) => {
          const given = check.getOptions(axe.utils.getCheckOption(check, rule.id, options).options);
          return (vNode) => check.evaluate.call(mute, vNode.actualNode, given, vNode, context);
        }));
      const short = SHORT[rule.id] || (() => false);
      return (vNode) =>
        short(vNode) ||
        (none.every((ask) => ask(vNode) === false) &&
          all.every((ask) => ask(vNode) === true) &&
          (!any.length || any.some((ask) => ask(vNode) === true)));
    };
    rule.gatherAndMatchNodes = (context, options) => {
      const nodes = matched.call(rule, context, options);
      if (options.whole || nodes.length < FEW || options.rules || options.checks) return nodes;
      const passes = passing(options, context);
      let first = true;
      return nodes.filter((vNode) => {
        try {
          if (LATER.has(rule.id) && /^i?frame$/.test(vNode.props.nodeName)) return true;
          if (!passes(vNode)) return true;
        } catch {
          return true; // it goes wrong again where axe-core tells of it
        }
        const kept = first;
        first = false;
        return kept;
      });
    };
  };

  // Of every element there is, only these can be what a rule looks for.
  const ONLY = {
    // Only what has a name of its own can have one that differs from what it shows.
    "label-content-name-mismatch": (v) =>
      v.hasAttr("aria-label") || v.hasAttr("aria-labelledby") || v.props.nodeName.includes("-") ||
      (v.actualNode.ariaLabelledByElements || []).length > 0,
    // Only what scrolls can be a region that scrolls.
    "scrollable-region-focusable": (v) => /auto|scroll/.test(v.getComputedStylePropertyValue("overflow")),
  };
  const onlyThese = (rule) => {
    const { gather } = rule;
    rule.gather = (context, options) => {
      const nodes = gather.call(rule, context, options);
      return options.whole ? nodes : nodes.filter(ONLY[rule.id]);
    };
  };

  // The same styles are asked for again and again: found under their names, not under names put together anew.
  const { prototype } = axe.VirtualNode;
  const styleOf = prototype.getComputedStylePropertyValue;
  const known = new WeakMap();
  prototype.getComputedStylePropertyValue = function (name) {
    let styles = known.get(this);
    if (!styles) known.set(this, (styles = new Map()));
    let value = styles.get(name);
    if (value === undefined) styles.set(name, (value = styleOf.call(this, name)));
    return value;
  };

  for (const rule of audit.rules) {
    if (rule.id === "color-contrast") contrastOnce(rule);
    else if (!REMEMBER.has(rule.id)) passesOnly(rule);
    if (ONLY[rule.id]) onlyThese(rule);
  }
})();
