// Enhances the league table: sorting by column, finding by name, and saying how many are shown.
// Everything else, the filters included, works without this file.
(() => {
  "use strict";
  const table = document.getElementById("league-table");
  const told = document.getElementById("told");
  if (!table || !told) return;
  const groups = Array.from(table.tBodies, (body) => ({
    body,
    rows: Array.from(body.querySelectorAll("tr[data-n]")),
  }));
  const rows = groups.flatMap((group) => group.rows);
  const flat = document.createElement("tbody");
  const headings = Array.from(table.querySelectorAll("th[data-sort]"));

  const shown = () => rows.filter((row) => row.offsetParent !== null).length;
  const tell = (what) => {
    told.textContent = `${shown()} of ${rows.length} websites shown${what ? ", " + what : ""}`;
  };
  let order = "";

  const value = (row, column, kind) => {
    const cell = row.cells[column];
    if (kind === "text") return cell.textContent.trim().toLocaleLowerCase("en-GB");
    const number = parseFloat(cell.dataset.v || cell.textContent);
    return Number.isNaN(number) ? -Infinity : number;
  };

  const restore = () => {
    flat.remove();
    for (const group of groups) {
      group.body.append(...group.rows);
      table.append(group.body);
    }
  };

  const sort = (column, kind, up) => {
    const sign = up ? 1 : -1;
    const keyed = rows.map((row, index) => ({ row, index, key: value(row, column, kind) }));
    keyed.sort((a, b) =>
      (a.key < b.key ? -sign : a.key > b.key ? sign : 0) || a.index - b.index);
    for (const group of groups) group.body.remove();
    flat.append(...keyed.map((item) => item.row));
    table.append(flat);
  };

  headings.forEach((heading, column) => {
    const button = document.createElement("button");
    button.type = "button";
    const label = heading.firstChild;
    const name = label.textContent.trim();
    button.textContent = name;
    heading.replaceChild(button, label);
    if (column === 0) heading.setAttribute("aria-sort", "ascending");
    button.addEventListener("click", () => {
      const kind = heading.dataset.sort;
      const now = heading.getAttribute("aria-sort");
      const first = kind === "text" || column === 0 ? "ascending" : "descending";
      const other = first === "ascending" ? "descending" : "ascending";
      const next = now === first ? other : first;
      for (const each of headings) each.removeAttribute("aria-sort");
      heading.setAttribute("aria-sort", next);
      if (column === 0 && next === "ascending") restore();
      else sort(column, kind, next === "ascending");
      order = `sorted by ${name.toLocaleLowerCase("en-GB")}, ${next}`;
      tell(order);
    });
  });

  const find = document.createElement("p");
  find.className = "find";
  const label = document.createElement("label");
  label.htmlFor = "find";
  label.textContent = "Find a council by name";
  const input = document.createElement("input");
  input.id = "find";
  input.type = "search";
  input.autocomplete = "off";
  find.append(label, input);
  told.before(find);
  input.addEventListener("input", () => {
    const wanted = input.value.trim().toLocaleLowerCase("en-GB");
    for (const row of rows) {
      const name = row.querySelector("th").textContent.toLocaleLowerCase("en-GB");
      row.hidden = wanted !== "" && !name.includes(wanted);
    }
    for (const group of groups) group.body.hidden = group.rows.every((row) => row.hidden);
    tell(order);
  });

  for (const radio of document.querySelectorAll(".filters input")) {
    radio.addEventListener("change", () => tell(order));
  }
  tell("");
})();
