// Where every element of the page is painted, for pictures of issues in place.
(() => {
  "use strict";
  const MOST = 6000; // elements; a page with more is not pictured
  const apart = new Set(["fixed", "sticky"]); // painted elsewhere when the whole page is
  globalThis.B = {
    boxes: () => {
      scrollTo({ top: 0, left: 0, behavior: "instant" });
      const root = document.documentElement;
      const all = document.getElementsByTagName("*");
      if (all.length > MOST) return null;
      const loose = new Set();
      const found = {};
      for (const e of all) {
        const box = e.getBoundingClientRect();
        let shape = [Math.round(box.x + scrollX), Math.round(box.y + scrollY), Math.round(box.width), Math.round(box.height)];
        if (loose.has(e.parentElement)) loose.add(e);
        else if (shape[2] && shape[3] && apart.has(getComputedStyle(e).position)) loose.add(e);
        if (loose.has(e)) shape = [0, 0, 0, 0];
        (found[e.localName] ??= []).push(...shape);
      }
      return { boxes: found, width: root.clientWidth, height: root.scrollHeight };
    },
  };
})();
