// Documents as cards with their calls in line.
const LISTED = 12;  // of a card's calls that are not kept, until all are asked for
const callClass = call => 'call ' + (call.k === 'kept' ? 'kept ' : '') + (call.d === undefined ? 'none' : call.d > 0 ? 'up' : 'down');
const callText = call => `${call.t}(${call.i})` + (call.r === undefined ? '' : ` → ${call.r}`);
// Text of a window, each token by what the result gained on it.
function shaded(bytes, start, losses) {
  const decode = (a, b) => new TextDecoder().decode(bytes.subarray(a, b));
  let at = start;
  const spans = losses.ends.map((end, i) => {
    const gain = losses.plain[i] - losses.result[i], text = decode(at, end);
    at = end;
    return el('span', {class: Math.abs(gain) < .1 ? null : (gain > 0 ? 'gain' : 'loss') + (Math.abs(gain) > 1 ? ' much' : ''), title: fixed(gain)}, text);
  });
  return {spans, end: at};
}
function textOf(one, calls) {
  const bytes = new TextEncoder().encode(one.text), pieces = [];
  let done = 0;
  const decode = (a, b) => new TextDecoder().decode(bytes.subarray(a, b));
  const inLine = calls.map((call, i) => ({call, number: i + 1})).sort((a, b) => a.call.a - b.call.a);
  for (const {call, number} of inLine) {
    const at = Math.min(call.a, bytes.length);
    if (at > done) { pieces.push(decode(done, at)); done = at; }
    const whole = call.k === 'kept' || call.k === 'candidate';
    pieces.push(el('span', {class: callClass(call), title: call.d === undefined ? '' : `delta ${fixed(call.d)}`}, whole ? `[${callText(call)}]` : `⟨${number}⟩`));
    if (call.k === 'kept' && call.x && at >= done) { const window = shaded(bytes, at, call.x); pieces.push(...window.spans); done = window.end; }
  }
  return el('p', {class: 'text'}, [...pieces, decode(done, bytes.length)]);
}
function callRow(call, number) {
  const l = call.l || [];
  return [String(number), call.k + (call.g === undefined ? '' : call.g ? ', right' : ', wrong'), el('span', {class: callClass(call)}, callText(call)), call.n ? `${call.n}×` : '', fixed(call.d), fixed(call.p, 3).replace('+', ''),
    ...[0, 1, 2, 3].map(i => l[i] === undefined || l[i] === null ? '' : l[i].toFixed(3)), call.e ? call.e.filter(Boolean).join(': ') : call.w || ''];
}
function card(one) {
  const rank = {kept: 0, candidate: 1, dropped: 2, failed: 3};
  const calls = [...one.calls].sort((a, b) => rank[a.k] - rank[b.k] || (b.d ?? -1e9) - (a.d ?? -1e9));
  const kept = calls.filter(call => call.k === 'kept').length, first = kept + LISTED;
  const heads = ['', 'fate', 'call', 'equal', 'delta', 'p(call)', 'plain', 'no result', 'result', 'other', 'why'];
  const body = el('div');
  const show = some => {
    const left = calls.length - some.length;
    body.replaceChildren(textOf(one, some), some.length ? el('details', {}, el('summary', {}, plural(calls.length, 'distinct call')),
      table(`Calls of ${visible(one.id)}`, heads, some.map((call, i) => callRow(call, i + 1)))) : '',
      left > 0 ? el('button', {type: 'button', onclick: () => show(calls)}, `${count(left)} more`) : '');
  };
  show(calls.slice(0, first));
  return el('article', {}, el('h3', {}, one.id, el('span', {class: 'faint'}, ` ${plural(calls.length, 'distinct call')}, ${kept} kept ${one.date || ''}`)), body);
}
function documentsPart(data) {
  if (!data.documents.length) return null;
  const all = data.documents.map(one => ({one, text: [one.id, one.text, ...one.calls.map(callText)].join('\n').toLowerCase(), best: Math.max(...one.calls.map(call => call.d ?? -Infinity))}));
  const chosen = {tool: new Set(), fate: new Set(), error: new Set()}, of = {tool: call => call.t, fate: call => call.k, error: call => call.e && call.e[0]};
  const {node, set} = pager('document', entry => card(entry.one));
  const search = el('input', {type: 'search', placeholder: 'id, text, input or result', 'aria-label': 'Search documents', oninput: update});
  const sort = el('select', {'aria-label': 'Order of the documents', onchange: update}, el('option', {value: 'input'}, 'as in the input'), el('option', {value: 'delta'}, 'largest delta first'));
  function update() {
    const words = search.value.toLowerCase();
    let some = all.filter(({one, text}) => text.includes(words) &&
      (Object.values(chosen).every(on => !on.size) || one.calls.some(call => Object.entries(chosen).every(([kind, on]) => !on.size || on.has(of[kind](call))))));
    if (sort.value === 'delta') some = [...some].sort((a, b) => b.best - a.best);
    set(some);
  }
  const names = kind => [...new Set(data.documents.flatMap(one => one.calls.map(of[kind])).filter(Boolean))].sort();
  const groups = Object.keys(chosen).map(kind => names(kind).length ? chips(kind, names(kind), on => { chosen[kind] = on; update(); }) : '');
  const {read, found, shown} = data.counts;
  update();
  return part('documents', 'Documents', el('p', {class: 'faint'}, `${plural(shown, 'document')} of ${count(found)} selected (${count(read)} read)` + (shown < found ? `: a sample, ${plural(found - shown, 'document')} more are not in this file; --limit, --sample and --id choose others` : '')),
    search, groups, el('div', {class: 'controls'}, sort), node);
}
