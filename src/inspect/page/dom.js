// Makers of elements. Every text goes in as text, never as markup.
const SVG = 'http://www.w3.org/2000/svg';
// Control characters and those that reorder text, written out.
const visible = text => String(text).replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
  c => '\\u' + c.codePointAt(0).toString(16).padStart(4, '0'));
function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined && value !== false) node.setAttribute(name, value);
  }
  for (const child of children.flat(Infinity)) if (child !== null && child !== undefined && child !== '')
    node.append(child instanceof Node ? child : visible(child));
  return node;
}
const el = (tag, attributes, ...children) => fill(document.createElement(tag), attributes, children);
const svg = (tag, attributes, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);
const count = n => n.toLocaleString('en-US');
const fixed = (x, places = 3) => x === null || x === undefined ? '' : (x > 0 ? '+' : '') + x.toFixed(places);
const percent = x => x === null || x === undefined ? '' : (100 * x).toFixed(1);
const plural = (n, one) => `${count(n)} ${one}${n === 1 ? '' : 's'}`;
// Cells that are numbers stand to the right. `label` names the region that scrolls where the page is narrow.
function table(label, heads, rows) {
  const numeric = heads.map((_, i) => rows.length > 0 && rows.every(row => !(row[i] instanceof Node) && /^[-+]?[\d.,]*%?$/.test(row[i])));
  const cells = (tag, row) => row.map((cell, i) => el(tag, {class: numeric[i] ? 'number' : null, scope: tag === 'th' ? 'col' : null}, cell));
  return el('div', {class: 'scroll', tabindex: 0, role: 'region', 'aria-label': label},
    el('table', {}, el('thead', {}, el('tr', {}, cells('th', heads))), el('tbody', {}, rows.map(row => el('tr', {}, cells('td', row))))));
}
const part = (id, title, ...children) => el('section', {id, 'aria-labelledby': id + '-title'}, el('h2', {id: id + '-title'}, title), ...children);
// Buttons of which each is on or off; `changed` gets the set of those that are on.
function chips(label, names, changed) {
  const on = new Set();
  return el('div', {class: 'controls', role: 'group', 'aria-label': label}, el('span', {class: 'faint'}, label), names.map(name =>
    el('button', {type: 'button', 'aria-pressed': 'false', onclick: event => {
      if (!on.delete(name)) on.add(name);
      event.target.setAttribute('aria-pressed', on.has(name));
      changed(on);
    }}, name)));
}
// 50 a page of `items`, shown by `draw`. Returns the element and what sets the items.
function pager(noun, draw, size = 50) {
  let items = [], page = 0;
  const list = el('div'), place = el('span', {role: 'status'});
  const turn = by => { page += by; show(); list.scrollIntoView({block: 'nearest'}); };
  const back = el('button', {type: 'button', onclick: () => turn(-1)}, 'Previous'), on = el('button', {type: 'button', onclick: () => turn(1)}, 'Next');
  function show() {
    const first = page * size, last = Math.min(items.length, first + size);
    list.replaceChildren(...items.slice(first, last).map(draw));
    place.textContent = items.length ? `${count(first + 1)} to ${count(last)} of ${plural(items.length, noun)}` : `no ${noun}`;
    back.disabled = page === 0;
    on.disabled = last >= items.length;
  }
  return {node: el('div', {}, el('div', {class: 'controls'}, back, on, place), list), set: some => { items = some; page = 0; show(); }};
}
