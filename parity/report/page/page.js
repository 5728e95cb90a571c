"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
const map = document.querySelector(".heat");
const dialog = document.getElementById("detail");
const squares = [...map.querySelectorAll("button")];
squares.forEach((square) => square.setAttribute("aria-label", square.title));
const columns = map.rows[0].cells.length;

// Text only ever enters the page through textContent, so nothing in a report can become markup.
const make = (tag, text, name = "") => Object.assign(document.createElement(tag), { textContent: text, className: name });
const slot = (name) => dialog.querySelector(`[data-slot="${name}"]`);
const say = (name, text) => { slot(name).textContent = text; slot(name).hidden = !text; };

function facts(list, entries) {
  list.replaceChildren(...entries.filter(([, value]) => value).map(([name, value]) => {
    const row = make("div", "");
    row.append(make("dt", name), make("dd", value));
    return row;
  }));
}

function outputs(table, rows) {
  const heads = ["output", "median", "max used", "worst element", "value", "truth", "budget"];
  const head = make("tr", "");
  head.append(...heads.map((text) => make("th", text)));
  const lines = rows.map((cells) => {
    const line = make("tr", "");
    line.append(...cells.map((text, k) => make("td", text, k > 2 ? "digits" : "")));
    return line;
  });
  table.replaceChildren(head, ...lines);
  table.hidden = !rows.length;
}

function open(index) {
  const found = data.details[index];
  const about = data.cases[`${found.family}\n${found.case}`] ?? { alive: {}, dead: {} };
  for (const name of ["family", "backend", "case", "reason"]) say(name, found[name]);
  slot("status").className = `badge ${found.status}`;
  say("status", `${data.marks[found.status]} ${data.labels[found.status]}`);
  const [median, most] = found.used;
  say("used", most ? `Budget used: ${most} at most, ${median || "?"} in the median` : data.meanings[found.status]);
  say("step", found.step && `First step that differs: ${found.step}`);
  outputs(slot("outputs"), found.outputs);
  facts(slot("facts"), [["system", about.system], ["under test", about.tested], ["took", found.seconds]]);
  say("config", about.config);
  const dead = Object.entries(about.dead).map(([name, value]) => [`dead: ${name}`, value]);
  facts(slot("alive"), [...dead, ...Object.entries(about.alive)]);
  dialog.showModal();
}

// The map is one stop of the Tab key; arrows move inside it.
function enter(square, focus = true) {
  squares.forEach((each) => { each.tabIndex = -1; });
  square.tabIndex = 0;
  if (focus) square.focus();
}

function move(square, right, down) {
  const rows = [...map.rows].filter((row) => !row.hidden);
  let x = square.parentElement.cellIndex;
  let y = rows.indexOf(square.closest("tr"));
  while (rows[y + down] && x + right > 0 && x + right < columns) {
    x += right;
    y += down;
    const next = rows[y].cells[x]?.querySelector("button");
    if (next && !next.closest("td").hidden) return enter(next);
  }
}

const arrows = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };
map.addEventListener("keydown", (event) => {
  if (!(event.key in arrows) || event.target.tagName !== "BUTTON") return;
  event.preventDefault();
  move(event.target, ...arrows[event.key]);
});
map.addEventListener("click", (event) => {
  if (event.target.tagName !== "BUTTON") return;
  enter(event.target);
  open(Number(event.target.dataset.index));
});
dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });

const filters = document.getElementById("filters");
function filter() {
  const wanted = new FormData(filters);
  const statuses = new Set(wanted.getAll("status"));
  const column = filters.elements.backend.selectedIndex;
  const part = wanted.get("case").toLowerCase();
  let left = 0;
  for (const row of map.rows) {
    [...row.cells].forEach((cell, x) => { if (!row.matches(".family")) cell.hidden = column > 0 && x > 0 && x !== column; });
    if (!row.matches(".case")) continue;
    const here = [...row.querySelectorAll("td:not([hidden]) button")];
    here.forEach((square) => square.classList.toggle("dim", !statuses.has(square.dataset.status)));
    row.hidden = !here.some((square) => statuses.has(square.dataset.status)) || !row.dataset.case.toLowerCase().includes(part);
    left += !row.hidden;
  }
  for (const group of map.tBodies) group.rows[0].hidden = ![...group.rows].some((row) => row.matches(".case") && !row.hidden);
  document.getElementById("none").hidden = left > 0;
  const reachable = squares.find((square) => square.offsetParent !== null);
  if (reachable) enter(reachable, false);
}
filters.addEventListener("input", filter);
filters.addEventListener("submit", (event) => event.preventDefault());
filter();
