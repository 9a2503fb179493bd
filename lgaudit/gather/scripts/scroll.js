// Jumps to the end of the page and tells what moved. Argument: callback.
// What moves late, such as a banner a script puts in, is waited for: SETTLED ms after loading.
const SETTLED = 400;
const done = arguments[arguments.length - 1];
const handle = window.__lgaudit;
const root = document.scrollingElement || document.documentElement;
const loaded = (performance.getEntriesByType("navigation")[0] || {}).loadEventEnd || 0;
handle
  .pause(Math.max(0, loaded + SETTLED - performance.now()))
  .then(() => window.scrollTo({ top: root ? root.scrollHeight : 0, behavior: "instant" }))
  .then(handle.frame)
  .then(handle.frame)
  .then(() => done({ document: handle.document, shifts: handle.shifts(), dialogs: handle.dialogs() }));
