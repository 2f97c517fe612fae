// Puts the report together.
function cardPart(data) {
  const {read, calls} = data.counts, missing = data.problems.length, isHash = row => row[0].includes('SHA-256');
  const settings = data.card.filter(row => !isHash(row)), hashes = data.card.filter(isHash);
  return part('card', 'The run', el('p', {}, `${plural(read, 'document')} read, ${plural(calls, 'call')} of ${plural(Object.keys(data.tools).length, 'tool')}`),
    settings.length ? table('Settings', ['what', 'value'], settings) : '',
    hashes.length ? el('details', {class: 'more'}, el('summary', {}, 'Fingerprints (SHA-256)'), table('Fingerprints', ['of what', 'begins with'], hashes)) : '',
    missing ? el('details', {class: 'more'}, el('summary', {class: 'wrong'}, `Missing or not read: ${count(missing)}`), el('ul', {}, data.problems.map(one => el('li', {}, one)))) : '');
}
async function readData() {
  const node = document.getElementById('data');
  if (node.dataset.encoding === 'none') return JSON.parse(node.textContent);
  const bytes = Uint8Array.from(atob(node.textContent), c => c.charCodeAt(0));
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))).json();
}
readData().then(data => {
  const parts = [cardPart, comparePart, funnelPart, thresholdPart, tablePart, positionPart, documentsPart, trainingPart, evaluationPart, errorsPart].map(make => make(data)).filter(Boolean);
  document.getElementById('main').replaceChildren(...parts);
  document.getElementById('parts').append(...parts.map(one => el('li', {}, el('a', {href: '#' + one.id}, one.querySelector('h2').textContent))));
  document.body.dataset.ready = 'yes';
}, error => { document.getElementById('state').textContent = `The data cannot be read: ${error}`; });
