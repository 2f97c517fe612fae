// The parts per tool: funnel, threshold, the paper's Table 2, p(call) by place, errors.
function funnelPart(data) {
  const tools = Object.entries(data.tools);
  if (!tools.length) return null;
  const total = tools.reduce((sum, [, tool]) => sum + Math.max(0, tool.gain), 0);
  return part('funnel', 'Where calls are lost', el('div', {class: 'two'}, tools.map(([name, tool]) => el('div', {},
    el('h3', {}, name), bars(name, tool.funnel.map(([what, n, kind]) => [what, n, kind])),
    el('p', {}, `${plural(tool.kept, 'call')} kept; gain (delta summed over them) ${tool.gain.toFixed(1)}` +
      (tools.length > 1 && total > 0 ? `, ${percent(Math.max(0, tool.gain) / total)}% of the gain of all tools` : '') +
      (tool.repeated ? `; ${plural(tool.repeated, 'sample')} equal to another at the same place` : '') +
      (tool.gold ? `; of ${plural(tool.gold.calls, 'gold call')} ${count(tool.gold.found)} proposed, ${count(tool.gold.kept)} kept` : ''))))));
}
// How many of the falling numbers are above gamma.
function above(falling, gamma, value) {
  let low = 0, high = falling.length;
  while (low < high) { const middle = (low + high) >> 1; if (value(falling[middle]) > gamma) low = middle + 1; else high = middle; }
  return low;
}
function thresholdOf(name, tool, data) {
  const low = Math.max(-5, Math.min(0, Math.floor(tool.deltas[0]))), high = Math.min(10, Math.max(2, Math.ceil(tool.deltas.at(-1))));
  const chart = histogram(`${name}: how many calls have which delta`, tool.deltas, low, high);
  const right = [0], checked = [0];
  for (const [, judged] of tool.best) {
    right.push(right.at(-1) + (judged === 1)); checked.push(checked.at(-1) + (judged !== null));
  }
  const calls = data.documents.flatMap(one => one.calls.filter(call => call.t === name && call.d !== undefined).map(call => ({call, id: one.id}))).sort((a, b) => b.call.d - a.call.d);
  const said = el('output', {'aria-live': 'polite', id: `kept-${name}`}), examples = el('div', {class: 'two'});
  const list = (title, some) => el('div', {}, el('h3', {}, title), el('ul', {}, some.map(({call, id}) => el('li', {},
    el('span', {class: call.g === 1 ? 'right' : call.g === 0 ? 'wrong' : ''}, `${fixed(call.d)} ${call.t}(${call.i}) → ${call.r}`), el('span', {class: 'faint'}, ` ${id}`)))));
  const show = gamma => {
    const kept = above(tool.best, gamma, one => one[0]), documents = above(tool.documents, gamma, one => one);
    said.textContent = `γ = ${gamma.toFixed(2)}: ${plural(kept, 'call')} kept in ${plural(documents, 'document')}` +
      (checked[kept] ? `; ${percent(right[kept] / checked[kept])}% right (${count(right[kept])} of ${count(checked[kept])}, by ${tool.checked_by === 'gold' ? 'gold calls' : 'the text that follows'})` : '');
    chart.set(gamma);
    const place = above(calls, gamma, one => one.call.d);
    examples.replaceChildren(list('Just above', calls.slice(Math.max(0, place - 4), place)), list('Just below', calls.slice(place, place + 4)));
  };
  const start = Math.min(high, Math.max(low, parseFloat(tool.gamma) || 1));
  const slider = el('input', {type: 'range', min: low, max: high, step: .01, value: start, 'aria-label': `Threshold gamma for ${name}`, oninput: event => show(Number(event.target.value))});
  show(start);
  return el('div', {}, el('h3', {}, name), el('p', {class: 'faint'}, tool.gamma ? `the run's threshold: ${tool.gamma}` : ''), chart.node, slider, said, examples);
}
function thresholdPart(data) {
  const tools = Object.entries(data.tools).filter(([, tool]) => tool.deltas.length);
  if (!tools.length) return null;
  return part('threshold', 'What a threshold keeps', el('p', {class: 'faint'}, 'The best call at each place counts, as in tf-filter. Calls whose delta was not measured are in none of the counts.'),
    tools.map(([name, tool]) => thresholdOf(name, tool, data)));
}
function tablePart(data) {
  const tools = Object.entries(data.tools).filter(([, tool]) => tool.documents.length), gammas = [0.5, 1, 2];
  if (!tools.length) return null;
  return part('table2', 'Examples kept per threshold (Table 2 of the paper)', table('Documents with a kept call', ['tool', ...gammas.map(gamma => `τ = ${gamma.toFixed(1)}`)],
    tools.map(([name, tool]) => [name, ...gammas.map(gamma => count(above(tool.documents, gamma, one => one)))])));
}
function positionPart(data) {
  const series = {};
  for (const [name, tool] of Object.entries(data.tools)) {
    const points = tool.positions.map(([, p], i) => [5 * i + 2.5, p]).filter(([, p]) => p !== null);
    if (points.length) series[name] = points;
  }
  return Object.keys(series).length ? part('position', 'p(call) by place in the document', el('p', {class: 'faint'}, 'Mean over the places of calls, by percent of the document that stands before them.'), lines('Mean p(call) by place', series)) : null;
}
function errorsPart(data) {
  const rows = Object.entries(data.tools).flatMap(([name, tool]) => tool.runs.map(([what, n]) => [name, what, count(n)]));
  return rows.length ? part('errors', 'Tools: runs and errors', table('Runs of the tools', ['tool', 'what', 'calls'], rows),
    el('p', {class: 'faint'}, 'Latency: the records hold none; see seconds in the summary files.')) : null;
}
