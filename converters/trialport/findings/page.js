"use strict";
const form = document.getElementById("filter");
const rows = Array.from(document.querySelectorAll("#causes tbody tr"));
const shown = document.getElementById("shown");
function narrow() {
  const words = form.elements.search.value.toLowerCase().split(/\s+/).filter(Boolean);
  const severity = form.elements.severity.value;
  const state = form.elements.state.value;
  let count = 0;
  for (const row of rows) {
    const text = row.textContent.toLowerCase();
    const fits = words.every((word) => text.includes(word))
      && (!severity || row.dataset.severity === severity)
      && (!state || row.dataset.state === state);
    row.hidden = !fits;
    count += fits;
  }
  shown.textContent = `${count} of ${rows.length} causes`;
}
form.addEventListener("input", narrow);
form.addEventListener("submit", (event) => event.preventDefault());
form.hidden = false;
narrow();
