
"use strict";
// Sorting and filtering of the rows of the page; nothing else.
const valueOf = (row, i) => {
  const cell = row.cells[i];
  return "v" in cell.dataset ? cell.dataset.v : cell.textContent.trim();
};
const compare = (a, b) => {
  const x = Number(a), y = Number(b);
  return a !== "" && b !== "" && !isNaN(x) && !isNaN(y) ? x - y : a.localeCompare(b);
};
const headsOf = table => [...table.tHead.rows[0].cells];
const sortBy = (table, i, up) => {
  headsOf(table).forEach((th, n) => n === i ? th.setAttribute("aria-sort", up ? "ascending" : "descending") : th.removeAttribute("aria-sort"));
  const body = table.tBodies[0];
  const rows = [...body.rows].sort((a, b) => compare(valueOf(a, i), valueOf(b, i)));
  if (!up) rows.reverse();
  body.append(...rows);
};
for (const table of document.querySelectorAll("table.sortable")) {
  headsOf(table).forEach((th, i) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = th.textContent;
    th.replaceChildren(button);
    button.addEventListener("click", () => sortBy(table, i, th.getAttribute("aria-sort") !== "ascending"));
  });
}
const labelled = (text, control) => {
  const label = document.createElement("label");
  label.append(text, control);
  return label;
};
for (const table of document.querySelectorAll("table.filterable")) {
  const bar = document.createElement("div"), text = document.createElement("input"), shown = document.createElement("output"), order = document.createElement("select");
  const rows = [...table.tBodies[0].rows];
  const names = headsOf(table).map(th => th.textContent);
  const column = names.indexOf("Arrived");
  const arrived = column < 0 ? null : document.createElement("select");
  bar.className = "filter";
  text.type = "search";
  const filter = () => {
    const want = text.value.toLowerCase();
    let n = 0;
    for (const row of rows) {
      row.hidden = !row.textContent.toLowerCase().includes(want) || arrived && arrived.value !== "all" && row.cells[column].textContent !== arrived.value;
      if (!row.hidden) n++;
    }
    shown.textContent = n + " of " + rows.length + " shown";
  };
  text.addEventListener("input", filter);
  bar.append(labelled("Show rows with", text));
  if (arrived) {
    for (const word of ["all", ...new Set(rows.map(row => row.cells[column].textContent))]) arrived.add(new Option(word));
    arrived.addEventListener("change", filter);
    bar.append(labelled("that arrived", arrived));
  }
  order.add(new Option("as they are", ""));
  names.forEach((name, i) => { order.add(new Option(name, i + "u")); order.add(new Option(name + ", largest first", i + "d")); });
  order.addEventListener("change", () => { if (order.value) sortBy(table, parseInt(order.value), order.value.endsWith("u")); });
  const sorting = labelled("sorted by", order);
  sorting.className = "order";
  bar.append(sorting, shown);
  table.before(bar);
  filter();
}
