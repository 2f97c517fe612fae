// Training curves, evaluation tables, items side by side, comparison of two runs.
function trainingPart(data) {
  const runs = data.training.map(({name, series}) => {
    const pick = test => Object.fromEntries(Object.entries(series).filter(([key]) => test(key)));
    const losses = pick(key => /loss/.test(key)), rest = pick(key => /^(lr|grad_norm)$/.test(key));
    return el('div', {}, el('h3', {}, name), Object.keys(losses).length ? lines(`${name}: loss by step`, losses) : '', Object.entries(rest).map(([key, values]) => lines(`${name}: ${key} by step`, {[key]: values})));
  });
  return runs.length ? part('training', 'Training', el('p', {class: 'faint'}, 'Loss in nats per token by optimiser step; the number behind each name is its last value.'), runs) : null;
}
const interval = value => value ? `${percent(value[0])} [${percent(value[1])}, ${percent(value[2])}]` : '';
const compared = to => to ? `${fixed(100 * to.difference[0], 1)} [${fixed(100 * to.difference[1], 1)}, ${fixed(100 * to.difference[2], 1)}] ${to.p < .001 ? 'p < 0.001' : 'p = ' + to.p.toFixed(3)}` : '';
function resultsOf(task) {
  const rules = [...new Set(task.rows.flatMap(row => Object.keys(row.right)))];
  if (!rules.length) return table(`Results of ${task.task}`, ['model', 'perplexity [95%]'], task.rows.map(row => [row.row, row.perplexity ? `${row.perplexity[0].toFixed(2)} [${row.perplexity[1].toFixed(2)}, ${row.perplexity[2].toFixed(2)}]` : '']));
  return table(`Results of ${task.task}`, ['% right [95%]', ...rules, 'more than the first', 'more than disabled', 'items with a call %', 'right with', 'right without'],
    task.rows.map(row => [row.row, ...[...rules.map(rule => interval(row.right[rule])), compared(row.to_first), compared(row.to_disabled)].map(text => el('span', {class: 'keep'}, text)), percent(row.called), percent(row.right_when_called), percent(row.right_when_not_called)]));
}
const isRight = output => output && output[1].length ? output[1][0][2] : null;
function outputBox(name, output) {
  if (!output) return el('div', {}, el('h3', {}, name), el('p', {class: 'faint'}, 'no output'));
  return el('div', {}, el('h3', {}, name), el('p', {class: 'text'}, output[0]),
    output[1].map(([rule, answer, right]) => el('p', {class: right ? 'right' : 'wrong'}, `${rule}: ${answer === null ? 'no answer' : answer} (${right ? 'right' : 'wrong'})`)));
}
function itemsOf(task, index) {
  const pick = (label, start) => { const node = el('select', {'aria-label': `${label} row of ${task.task || 'items'} ${index + 1}`, onchange: update}, task.rows.map((row, i) => el('option', {value: i}, row))); node.value = Math.min(start, task.rows.length - 1); return node; };
  const first = pick('First', 0), second = pick('Second', task.rows.length - 1);
  const kinds = {'all items': () => true, 'only the second right': (a, b) => a === false && b === true, 'only the first right': (a, b) => a === true && b === false, 'both wrong': (a, b) => a === false && b === false, 'both right': (a, b) => a === true && b === true, 'another output': (a, b, item) => (item.outputs[first.value] || [])[0] !== (item.outputs[second.value] || [])[0]};
  const kind = el('select', {'aria-label': `Which items ${index + 1}`, onchange: update}, Object.keys(kinds).map(name => el('option', {}, name)));
  const {node, set} = pager('item', item => el('article', {}, el('h3', {}, item.id, el('span', {class: 'faint'}, item.gold ? ` gold: ${item.gold}` : '')), el('p', {class: 'text'}, item.prompt),
    el('div', {class: 'two'}, outputBox(task.rows[first.value], item.outputs[first.value]), first.value === second.value ? '' : outputBox(task.rows[second.value], item.outputs[second.value]))));
  function update() { set(task.items.filter(item => kinds[kind.value](isRight(item.outputs[first.value]), isRight(item.outputs[second.value]), item))); }
  update();
  return el('div', {}, el('h3', {}, task.task || 'Generations'), el('div', {class: 'controls'}, first, second, kind), node);
}
function evaluationPart(data) {
  if (!data.results.length && !data.items.length) return null;
  return part('evaluation', 'Evaluation', data.results.map(task => el('div', {}, el('h3', {}, `${task.task}, ${task.items} items`), resultsOf(task))), data.items.map(itemsOf));
}
function comparePart(data) {
  if (!data.compare) return null;
  const {names, documents, distinct, counts, calls} = data.compare;
  const {node, set} = pager('call', row => row);
  const views = {'kept only in A': row => row[4] && !row[5], 'kept only in B': row => !row[4] && row[5], 'kept in both': row => row[4] && row[5]};
  const kind = el('select', {'aria-label': 'Which calls', onchange: update}, Object.keys(views).map((name, i) => el('option', {value: name}, `${name} (${count(counts[i])})`)));
  const best = row => Math.max(row[2] ?? -1e9, row[3] ?? -1e9);
  function update() {
    const some = calls.filter(views[kind.value]).sort((a, b) => best(b) - best(a));
    const pages = [];
    for (let i = 0; i < some.length; i += 50) pages.push(table(`Calls ${i + 1} and on`, ['delta A', 'delta B', 'call', 'document'], some.slice(i, i + 50).map(row => [fixed(row[2]) || '-', fixed(row[3]) || '-', row[1], row[0]])));
    set(pages);
  }
  update();
  return part('compare', 'Two runs', el('p', {}, `A: ${names[0]}, ${plural(documents[0], 'document')}`), el('p', {}, `B: ${names[1]}, ${plural(documents[1], 'document')}`),
    distinct ? [el('p', {}, `${plural(distinct, 'distinct call')}: kept only in A ${count(counts[0])}, only in B ${count(counts[1])}, in both ${count(counts[2])}`), el('div', {class: 'controls'}, kind), node] : '');
}
