// node benchmarks/plot.mjs RESULTS.json FILE.svg [TITLE]…: bars of the medians, one group a benchmark, in the order of the file; with titles, those alone.
// A bar chart is some rectangles: no library draws it in fewer lines than it takes to set one up.
import { readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const colours = { murre: "#2f6f8f", uv: "#b05fa8", pip: "#c9a227", node: "#8a8a8a" };
const bar = { height: 16, gap: 4, left: 70, width: 430, title: 24, padding: 14 };
const escaped = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
const time = (seconds) => (seconds < 1 ? `${Math.round(seconds * 1000)} ms` : `${seconds.toFixed(2)} s`);

/**
 * @param {readonly { title: string, rows: readonly { name: string, medianSeconds: number }[] }[]} results
 * @returns {string} an SVG document, readable on light and on dark ground
 */
export function plot(results) {
  const lines = [];
  let y = bar.padding;
  for (const { title, rows } of results) {
    lines.push(`<text x="0" y="${y + 14}" class="title">${escaped(title)}</text>`);
    y += bar.title;
    const longest = Math.max(...rows.map(({ medianSeconds }) => medianSeconds));
    for (const { name, medianSeconds } of rows) {
      const width = Math.max(1, Math.round((bar.width * medianSeconds) / longest));
      const middle = y + bar.height - 4;
      lines.push(
        `<text x="${bar.left - 8}" y="${middle}" text-anchor="end">${escaped(name)}</text>`,
        `<rect x="${bar.left}" y="${y}" width="${width}" height="${bar.height}" fill="${colours[name] ?? "#666"}"/>`,
        `<text x="${bar.left + width + 6}" y="${middle}">${time(medianSeconds)}</text>`,
      );
      y += bar.height + bar.gap;
    }
    y += bar.padding;
  }
  const style =
    "text{font:12px sans-serif;fill:#444}.title{font-weight:bold}@media(prefers-color-scheme:dark){text{fill:#ccc}}";
  const width = bar.left + bar.width + 80;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${y}" width="${width}" height="${y}"><style>${style}</style>\n${lines.join("\n")}\n</svg>\n`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const [from, to, ...titles] = process.argv.slice(2);
  if (to === undefined) throw new Error("node benchmarks/plot.mjs RESULTS.json FILE.svg [TITLE]…");
  const { results } = JSON.parse(readFileSync(from, "utf8"));
  const chosen =
    titles.length === 0 ? results : titles.flatMap((title) => results.filter((one) => one.title === title));
  writeFileSync(to, plot(chosen));
}
