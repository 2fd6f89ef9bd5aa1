// Draws each report's chart from the table below it: one truth, and a page without scripts has it.
// Where the table shows only the newest rows, the points of all come with the chart.
// The colors are Okabe and Ito's, which people tell apart whatever their color vision; shapes of
// points and dashes tell the lines apart without any color.
import {
  BarController, BarElement, CategoryScale, Chart, Legend, LineController, LineElement,
  LinearScale, PointElement, Tooltip,
} from "chart.js";

Chart.register(
  BarController, BarElement, CategoryScale, Legend, LineController, LineElement, LinearScale,
  PointElement, Tooltip,
);

const COLORS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7"];
const POINTS = ["circle", "rect", "triangle", "rectRot"];
const DASHES = [[], [6, 4], [2, 3], [8, 3, 2, 3]];
const MOST_BARS = 20; // that lie, one below the other; columns and lines are a whole axis
// Characters of a label's line, and the most lines: a phone has room for few beside the bars.
const [LINE, MOST_LINES] = matchMedia("(max-width: 40rem)").matches ? [17, 2] : [32, 1];
const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;

// A label in lines of whole words, shortened where they are too many.
function lines(text) {
  const found = [];
  for (const word of text.split(/\s+/)) {
    const longer = found.length ? `${found.at(-1)} ${word}` : word;
    if (found.length && longer.length <= LINE) found[found.length - 1] = longer;
    else found.push(word);
  }
  const kept = found.slice(0, MOST_LINES);
  if (found.length > MOST_LINES) kept[MOST_LINES - 1] = `${kept.at(-1)} ${found[MOST_LINES]}`;
  return kept.map((line) => (line.length > LINE ? `${line.slice(0, LINE - 1)}…` : line));
}

function read(table) {
  const heads = [...table.tHead.rows[0].cells];
  const rows = [...table.tBodies[0].rows];
  const texts = heads.map((head, at) => [head, at]).filter(([head, at]) => at > 0 && !head.classList.contains("number"));
  const labels = rows.map((row) => [0, ...texts.map(([, at]) => at)].map((at) => row.cells[at].textContent.trim()).join(" · "));
  const series = heads
    .map((head, at) => ({ head, at }))
    .filter(({ head }) => head.hasAttribute("data-charted"))
    .map(({ head, at }) => ({
      label: head.textContent.trim(),
      data: rows.map((row) => Number(row.cells[at].dataset.value || 0)),
      shown: rows.map((row) => row.cells[at].textContent.trim()),
    }));
  return { labels, series };
}

function datasets(series, line) {
  return series.map((one, at) => ({
    ...one,
    borderColor: COLORS[at % COLORS.length],
    backgroundColor: COLORS[at % COLORS.length],
    borderDash: line ? DASHES[at % DASHES.length] : [],
    pointStyle: POINTS[at % POINTS.length],
    pointRadius: one.data.length > 60 ? 0 : 3,
    borderWidth: line ? 2 : 0,
    maxBarThickness: 28,
  }));
}

function draw(place) {
  const table = place.parentElement.querySelector("table");
  const line = place.dataset.chart === "line";
  const { labels, series } = place.dataset.points ? JSON.parse(place.dataset.points) : read(table);
  const lying = place.dataset.chart === "bar";
  const most = lying ? MOST_BARS : labels.length;
  for (const one of series) one.data.length = Math.min(one.data.length, most);
  labels.length = Math.min(labels.length, most);
  // Of what is counted there is no half.
  const whole = series.every((one) => one.data.every(Number.isInteger));
  const style = getComputedStyle(place);
  const ink = style.color;
  const grid = style.borderTopColor;
  place.hidden = false;
  place.classList.toggle("report-chart-tall", lying && labels.length > (MOST_LINES > 1 ? 5 : 8));
  place.classList.toggle("report-chart-taller", lying && labels.length > 14);
  new Chart(place.querySelector("canvas"), {
    type: line ? "line" : "bar",
    data: { labels: lying ? labels.map(lines) : labels, datasets: datasets(series, line) },
    options: {
      indexAxis: lying ? "y" : "x",
      locale: document.documentElement.lang || "en",
      animation: calm ? false : { duration: 250 },
      maintainAspectRatio: false,
      interaction: { mode: "index", axis: lying ? "y" : "x", intersect: false },
      plugins: {
        legend: { display: series.length > 1, labels: { color: ink, usePointStyle: true } },
        tooltip: { callbacks: { title: (items) => labels[items[0].dataIndex], label: (item) => `${item.dataset.label}: ${item.dataset.shown[item.dataIndex]}` } },
      },
      scales: {
        [lying ? "x" : "y"]: { beginAtZero: true, ticks: { color: ink, maxRotation: 0, precision: whole ? 0 : undefined }, grid: { color: grid } },
        [lying ? "y" : "x"]: { ticks: { color: ink, maxRotation: 0, autoSkip: !lying }, grid: { color: grid } },
      },
    },
  });
}

// Of those that newer ones took the place of, nothing is kept.
function drawAll() {
  for (const chart of Object.values(Chart.instances)) if (!chart.canvas.isConnected) chart.destroy();
  for (const place of document.querySelectorAll("[data-chart][hidden]")) {
    if (place.dataset.chart) draw(place);
  }
}

drawAll();
document.addEventListener("list-changed", drawAll);
