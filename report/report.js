
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
const sortBy = (table, i, th) => {
  const up = th.getAttribute("aria-sort") === "ascending";
  for (const other of th.parentNode.cells) other.removeAttribute("aria-sort");
  th.setAttribute("aria-sort", up ? "descending" : "ascending");
  const body = table.tBodies[0];
  const rows = [...body.rows].sort((a, b) => compare(valueOf(a, i), valueOf(b, i)));
  if (up) rows.reverse();
  body.append(...rows);
};
for (const table of document.querySelectorAll("table.sortable")) {
  [...table.tHead.rows[0].cells].forEach((th, i) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = th.textContent;
    th.replaceChildren(button);
    button.addEventListener("click", () => sortBy(table, i, th));
  });
}
const labelled = (text, control) => {
  const label = document.createElement("label");
  label.append(text, control);
  return label;
};
for (const table of document.querySelectorAll("table.filterable")) {
  const bar = document.createElement("div"), text = document.createElement("input"), arrived = document.createElement("select"), shown = document.createElement("output");
  const rows = [...table.tBodies[0].rows];
  const column = [...table.tHead.rows[0].cells].findIndex(th => th.textContent === "Arrived");
  bar.className = "filter";
  text.type = "search";
  for (const word of ["all", ...new Set(rows.map(row => row.cells[column].textContent))]) arrived.add(new Option(word));
  const filter = () => {
    const want = text.value.toLowerCase();
    let n = 0;
    for (const row of rows) {
      row.hidden = !row.textContent.toLowerCase().includes(want) || arrived.value !== "all" && row.cells[column].textContent !== arrived.value;
      if (!row.hidden) n++;
    }
    shown.textContent = n + " of " + rows.length + " shown";
  };
  text.addEventListener("input", filter);
  arrived.addEventListener("change", filter);
  bar.append(labelled("Show rows with", text), labelled("that arrived", arrived), shown);
  table.before(bar);
  filter();
}
