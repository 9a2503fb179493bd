// The document as it stands now. Arguments: longest HTML in characters, callback.
const [longest, done] = arguments;
const handle = window.__lgaudit;
const report = () => {
  const type = document.doctype ? new XMLSerializer().serializeToString(document.doctype) + "\n" : "";
  const html = type + (document.documentElement ? document.documentElement.outerHTML : "");
  const tidy = (value) => (value.toWellFormed ? value.toWellFormed() : value);
  const navigation = performance.getEntriesByType("navigation")[0];
  done({
    document: handle ? handle.document : "",
    url: location.href,
    title: tidy(String(document.title ?? "")).slice(0, 1000),
    html: tidy(html.slice(0, longest)),
    status: navigation ? navigation.responseStatus : 0,
    type: document.contentType,
    shifts: handle ? handle.shifts() : [],
  });
};
// One frame lets what the load event started reach the document.
if (handle) handle.frame().then(report, report);
else report();
