// Waits until the page has settled, then reads its timings. Arguments: settle (ms), callback.
const [settle, done] = arguments;
const read = (type) => {
  const observer = new PerformanceObserver(() => {});
  observer.observe({ type, buffered: true });
  const entries = observer.takeRecords();
  observer.disconnect();
  return entries;
};
setTimeout(() => {
  const paint = read("paint").find((entry) => entry.name === "first-contentful-paint");
  const largest = read("largest-contentful-paint").at(-1);
  const fcp = paint ? paint.startTime : null;
  const blocked = read("longtask")
    .filter((task) => fcp !== null && task.startTime + task.duration > fcp)
    .reduce((sum, task) => {
      const from = Math.max(task.startTime, fcp);
      return sum + Math.max(0, task.startTime + task.duration - from - 50);
    }, 0);
  done({ fcp, lcp: largest ? largest.startTime : null, tbt: fcp === null ? null : blocked });
}, settle);
