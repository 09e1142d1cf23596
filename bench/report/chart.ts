/** Bars side by side: one panel for each case, one bar in each for every label. */
export interface Chart {
  readonly title: string;
  readonly subtitle: string;
  readonly panels: readonly Panel[];
  /** The label whose bars stand out. */
  readonly highlighted: string;
}

export interface Panel {
  readonly title: string;
  readonly bars: readonly { readonly label: string; readonly value: number }[];
}

const WIDTH = 880;
const MARGIN = 20;
const LABELS = 104;
const GAP = 24;
const ROW = 26;
const BAR = 16;
/** Room behind the longest bar for its value. */
const VALUE = 46;
const TOP = 96;

// Read by a page in light or dark mode, which the picture follows on its own.
const STYLE = `
    text { font: 13px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; fill: #1f2328; }
    .title { font-size: 16px; font-weight: 600; }
    .panel { font-weight: 600; }
    .quiet, .value { fill: #59636e; }
    .axis { stroke: #d1d9e0; }
    .bar { fill: #b6bfc9; }
    .own { fill: #0969da; }
    .strong { font-weight: 600; fill: #1f2328; }
    @media (prefers-color-scheme: dark) {
      text, .strong { fill: #f0f6fc; }
      .quiet, .value { fill: #9198a1; }
      .axis { stroke: #3d444d; }
      .bar { fill: #656c76; }
      .own { fill: #4493f8; }
    }`;

const escapeText = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

const round = (pixels: number): string => pixels.toFixed(1);

const textAt = (x: number, y: number, text: string, style: string, anchor = "start"): string =>
  `<text x="${round(x)}" y="${y}" class="${style}" text-anchor="${anchor}">${escapeText(text)}</text>`;

/** The picture as SVG: no scripts, no fonts of its own, readable in light and dark mode. All panels have one scale. */
export function toSvg({ title, subtitle, panels, highlighted }: Chart): string {
  const labels = panels[0]?.bars.map(({ label }) => label) ?? [];
  const largest = Math.max(...panels.flatMap(({ bars }) => bars.map(({ value }) => value)));
  const panelWidth = (WIDTH - 2 * MARGIN - LABELS - GAP * (panels.length - 1)) / panels.length;
  const unit = (panelWidth - VALUE) / largest;
  const height = TOP + labels.length * ROW + MARGIN;
  const rowY = (row: number) => TOP + row * ROW;
  const style = (label: string, own: string, other: string) => (label === highlighted ? own : other);

  const names = labels.map((label, row) =>
    textAt(MARGIN + LABELS - 10, rowY(row) + 13, label, style(label, "strong", ""), "end"),
  );
  const drawn = panels.map((panel, index) => {
    const left = MARGIN + LABELS + index * (panelWidth + GAP);
    const bars = panel.bars.map(({ label, value }, row) => {
      const bar = `<rect x="${round(left)}" y="${rowY(row)}" width="${round(value * unit)}" height="${BAR}" rx="2" class="${style(label, "own", "bar")}"/>`;
      const text = textAt(
        left + value * unit + 6,
        rowY(row) + 13,
        value.toFixed(1),
        style(label, "strong", "value"),
      );
      return bar + text;
    });
    const axis = `<line x1="${round(left)}" x2="${round(left)}" y1="${TOP - 6}" y2="${rowY(labels.length) - 4}" class="axis"/>`;
    return [textAt(left, TOP - 16, panel.title, "panel"), axis, ...bars].join("\n  ");
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="${escapeText(title)}">
  <title>${escapeText(title)}</title>
  <style>${STYLE}
  </style>
  ${textAt(MARGIN, 30, title, "title")}
  ${textAt(MARGIN, 52, subtitle, "quiet")}
  ${[...names, ...drawn].join("\n  ")}
</svg>
`;
}
