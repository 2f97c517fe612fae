// Lines of points [x, y] in one frame, with a legend that says each line's last value.
function lines(label, series) {
  const width = 640, height = 220, left = 52, bottom = 24, names = Object.keys(series);
  const all = names.flatMap(name => series[name]);
  if (!all.length) return '';
  const range = i => all.reduce(([low, high], point) => [Math.min(low, point[i]), Math.max(high, point[i])], [Infinity, -Infinity]);
  const [x0, x1] = range(0), [y0, y1] = range(1);
  const x = v => left + (width - left - 8) * (x1 > x0 ? (v - x0) / (x1 - x0) : .5), y = v => 8 + (height - bottom - 8) * (y1 > y0 ? (y1 - v) / (y1 - y0) : .5);
  const number = v => v !== 0 && Math.abs(v) < 1e-3 ? v.toExponential(1) : Number(v.toPrecision(3)).toString();
  const text = (px, py, anchor, value) => svg('text', {x: px, y: py, 'text-anchor': anchor}, value);
  const drawn = names.map((name, i) => svg('polyline', {class: `curve c${i % 5}`, points: series[name].map(([a, b]) => `${x(a).toFixed(1)},${y(b).toFixed(1)}`).join(' ')}));
  const dots = names.map((name, i) => series[name].length > 30 ? [] : series[name].map(([a, b]) => svg('circle', {class: `curve c${i % 5}`, cx: x(a), cy: y(b), r: 2})));
  return el('figure', {}, svg('svg', {viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': label},
    svg('path', {class: 'axis', fill: 'none', d: `M${left} 8V${height - bottom}H${width - 8}`}), drawn, dots.flat(),
    text(left - 4, 16, 'end', number(y1)), text(left - 4, height - bottom, 'end', number(y0)),
    text(left, height - 6, 'start', number(x0)), text(width - 8, height - 6, 'end', number(x1))),
    el('figcaption', {}, names.map((name, i) => el('span', {class: `b${i % 5}`}, `■ ${name} ${number(series[name].at(-1)[1])}   `))));
}
// Horizontal bars of [name, value, kind].
function bars(label, rows) {
  const most = Math.max(1, ...rows.map(row => row[1])), height = 24;
  return svg('svg', {viewBox: `0 0 640 ${rows.length * height}`, role: 'img', 'aria-label': label + ': ' + rows.map(([name, n]) => `${name} ${n}`).join(', ')},
    rows.map(([name, n, kind], i) => [
      svg('text', {x: kind === 'lost' ? 24 : 0, y: i * height + 16}, name),
      svg('rect', {class: 'bar ' + kind, x: 280, y: i * height + 4, width: Math.max(1, 280 * n / most), height: 16}),
      svg('text', {x: 288 + 280 * n / most, y: i * height + 16}, count(n))]));
}
function histogram(label, sorted, low, high) {
  const bins = 60, counts = Array(bins).fill(0), width = 640, height = 160;
  for (const value of sorted) counts[Math.min(bins - 1, Math.max(0, Math.floor(bins * (value - low) / (high - low))))]++;
  const most = Math.max(1, ...counts), x = value => width * (value - low) / (high - low);
  const rects = counts.map((n, i) => svg('rect', {x: i * width / bins + .5, width: width / bins - 1, y: height - height * n / most, height: height * n / most}));
  const mark = svg('line', {class: 'mark', y1: 0, y2: height});
  const set = gamma => {
    rects.forEach((rect, i) => rect.setAttribute('class', low + (i + .5) * (high - low) / bins > gamma ? 'bar' : 'bar under'));
    mark.setAttribute('x1', x(gamma)); mark.setAttribute('x2', x(gamma));
  };
  const ticks = [low, (low + high) / 2, high].map((value, i) => svg('text', {x: [0, width / 2, width][i], y: height + 16, 'text-anchor': ['start', 'middle', 'end'][i]}, value.toFixed(1)));
  return {node: svg('svg', {viewBox: `0 0 ${width} ${height + 20}`, role: 'img', 'aria-label': label}, rects, mark, ticks), set};
}
