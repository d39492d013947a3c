/* The dashboard: asks /hookcheck/ with the key and shows what comes. Everything that an endpoint or
 * an event says goes into the page as text, never as markup. */

const ROWS = 200; // of the list; older ones go, and can be asked for again
const RETRY_MS = 1000;

const $ = (id) => document.getElementById(id);

/* An element with a class, a text and attributes. */
function make(tag, { text, ...attributes } = {}, ...children) {
  const element = document.createElement(tag);
  if (text !== undefined) element.textContent = text;
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/* --- asking --- */

let key = sessionStorage.getItem('key') ?? '';

class Refused extends Error {}

async function ask(method, path, body) {
  const answer = await fetch('/hookcheck/' + path, {
    method,
    headers: { 'x-api-key': key, ...(body ? { 'Content-Type': 'application/json' } : {}) },
    body: body && JSON.stringify(body),
  });
  const value = await answer.json();
  if (answer.status === 401) leave(value.error);
  if (!answer.ok) throw new Refused(value.error ?? value.message ?? `status ${answer.status}`);
  return value;
}

/* Runs `job`; what goes wrong is said in the element `where`. */
async function attempt(where, job) {
  where.textContent = '';
  where.classList.remove('problem');
  try {
    await job();
  } catch (problem) {
    where.classList.add('problem');
    where.textContent = problem instanceof Refused ? problem.message : 'the server does not answer';
  }
}

/* --- the key --- */

function leave(problem) {
  sessionStorage.removeItem('key');
  key = '';
  $('dashboard').hidden = true;
  $('enter').hidden = false;
  $('key-problem').textContent = problem ?? '';
  $('key').focus();
}

async function enter() {
  const state = await ask('GET', 'state');
  sessionStorage.setItem('key', key);
  $('enter').hidden = true;
  $('dashboard').hidden = false;
  canRun = state.can_run;
  if (state.arrivals !== null) becomeReceiver(state.arrivals);
  else await loadTypes();
  await refresh();
  watch();
}

$('key-form').addEventListener('submit', (event) => {
  event.preventDefault();
  key = $('key').value.trim();
  attempt($('key-problem'), enter);
});

/* --- what arrives at a receiver: the same list, and nothing to send --- */

let arrivals = false;

function becomeReceiver(url) {
  arrivals = true;
  document.title = 'What arrives - hookcheck';
  document.body.classList.add('arrivals');
  document.querySelector('h1').textContent = `What arrives at ${url}`;
  $('deliveries-title').textContent = 'Requests';
  $('arrives-as').textContent = 'id_event';
  $('state-title').textContent = 'Signature';
  for (const each of document.querySelectorAll('.sends')) each.hidden = true;
}

/* --- event types --- */

let types = [];
let endpoints = [];
let canRun = false;
let chosenId; // of the event that was previewed

const vertical = (name) => name.split('.')[0];

function byVertical(list) {
  const groups = new Map();
  for (const type of list) {
    const name = vertical(type.name);
    if (!groups.has(name)) groups.set(name, []);
    groups.get(name).push(type);
  }
  return groups;
}

/* A name that only bodies have cannot be subscribed to. */
const isScope = (type) => !type.name.endsWith('.push');

function arrival(type) {
  const what = type.rows ? 'an array of rows' : 'one object';
  if (!type.sent) return 'never sent by Panora';
  const name = type.arrives_as === type.name ? 'under this name' : `as ${type.arrives_as}`;
  return `arrives ${name}, ${what}${type.in_dashboard ? '' : '; not in Panora’s own dashboard'}`;
}

function fillTypes() {
  const select = $('type');
  for (const [name, list] of byVertical(types.filter((type) => type.sent && isScope(type)))) {
    const group = make('optgroup', { label: name });
    for (const type of list) group.append(make('option', { text: type.name, value: type.name }));
    select.append(group);
  }
}

function fillPicker() {
  const all = $('all-names').checked;
  const chosen = new Set(picked());
  const picker = $('picker');
  picker.replaceChildren();
  for (const [name, list] of byVertical(types.filter((type) => isScope(type) && (all || type.sent)))) {
    const group = make('fieldset', {}, make('legend', { text: name }));
    for (const type of list) {
      const box = make('input', { type: 'checkbox', value: type.name });
      box.checked = chosen.has(type.name);
      group.append(make('label', {}, box, make('span', {},
        make('span', { class: 'name', text: type.name }), ' ',
        make('span', { class: 'hint', text: arrival(type) }))));
    }
    picker.append(group);
  }
}

const picked = () => [...document.querySelectorAll('#picker input:checked')].map((box) => box.value);

/* What somebody subscribes to is the likeliest to be tried. */
function chooseType() {
  const offered = new Set([...$('type').options].map((option) => option.value));
  const wanted = endpoints.flatMap((endpoint) => endpoint.scope).find((name) => offered.has(name));
  $('type').value = wanted ?? 'crm.contact.created';
}

async function loadTypes() {
  if (types.length) return;
  types = (await ask('GET', 'types')).types;
  const { mutations } = await ask('GET', 'mutations');
  fillTypes();
  for (const mutation of mutations)
    for (const select of [$('wrong'), $('forgery')])
      select.append(make('option', { value: mutation.name, text: `forged: ${mutation.sentence}` }));
  endpoints = (await ask('GET', 'endpoints')).endpoints;
  chooseType();
  await sample();
}

/* --- endpoints --- */

async function refresh() {
  if (!arrivals) {
    endpoints = (await ask('GET', 'endpoints')).endpoints;
    $('no-endpoints').hidden = endpoints.length > 0;
    $('endpoints').replaceChildren(...endpoints.map(endpointItem));
  }
  const { deliveries } = await ask('GET', `deliveries?limit=${ROWS}`);
  rows.clear();
  $('deliveries').replaceChildren();
  show(deliveries.reverse());
}

async function copySecret(endpoint, said) {
  const { secret } = await ask('GET', `endpoints/${endpoint.id}/secret`);
  try {
    await navigator.clipboard.writeText(secret);
    said.textContent = 'The secret was copied to the clipboard.';
  } catch {
    said.textContent = `This page cannot use the clipboard; the secret is ${secret}`;
  }
}

async function showSecret(endpoint, button, said) {
  const shown = button.getAttribute('aria-pressed') === 'true';
  said.textContent = shown ? '' : (await ask('GET', `endpoints/${endpoint.id}/secret`)).secret;
  button.setAttribute('aria-pressed', String(!shown));
  button.textContent = shown ? 'Show secret' : 'Hide secret';
}

const EXITS = { 0: 'ready', 1: 'fell short', 3: 'never connected', 4: 'undecided', 5: 'only the baseline differs' };

async function runSuites(endpoint, button, said) {
  button.disabled = true;
  try {
    const { run } = await ask('POST', `endpoints/${endpoint.id}/run`);
    let state;
    do {
      said.textContent = 'The suites are running...';
      await new Promise((done) => setTimeout(done, 500));
      state = await ask('GET', `runs/${run}`);
    } while (!state.over);
    said.replaceChildren(`The endpoint: ${EXITS[state.code] ?? `exit ${state.code}`}. `);
    if (state.html)
      said.append(make('a', { href: `/hookcheck/runs/${run}/report.html`, target: '_blank', rel: 'noopener', text: 'Open the report' }));
    said.append(make('details', {}, make('summary', { text: 'The report as text' }),
      make('pre', { tabindex: '0', text: state.text })));
  } finally {
    button.disabled = false;
  }
}

function action(text, job, said, attributes = {}) {
  const button = make('button', { type: 'button', text, ...attributes });
  button.addEventListener('click', () => attempt(said, () => job(button)));
  return button;
}

function endpointItem(endpoint) {
  const said = make('div', { role: 'status' });
  const toggle = action(endpoint.active ? 'Turn off' : 'Turn on', async () => {
    await ask('PUT', `endpoints/${endpoint.id}`, { active: !endpoint.active });
    await refresh();
  }, said);
  return make('li', { class: endpoint.active ? '' : 'off', 'data-id': endpoint.id },
    make('div', { class: 'url', text: endpoint.url }),
    make('div', { class: 'scope', text: (endpoint.active ? 'on: ' : 'off: ') + endpoint.scope.join(', ') }),
    ...(endpoint.description ? [make('div', { class: 'hint', text: endpoint.description })] : []),
    make('p', { class: 'buttons' },
      action('Copy secret', () => copySecret(endpoint, said), said),
      action('Show secret', (button) => showSecret(endpoint, button, said), said, { 'aria-pressed': 'false' }),
      toggle,
      ...(canRun ? [action('Run suites', (button) => runSuites(endpoint, button, said), said)] : []),
      action('Delete', async () => confirmDelete(endpoint), said, { class: 'danger' })),
    said);
}

let doomed;

function confirmDelete(endpoint) {
  doomed = endpoint;
  $('delete-what').textContent = endpoint.url;
  $('delete-dialog').showModal();
}

$('delete-cancel').addEventListener('click', () => $('delete-dialog').close());
$('delete-form').addEventListener('submit', () => attempt($('live'), async () => {
  await ask('DELETE', `endpoints/${doomed.id}`);
  await refresh();
}));

/* --- adding one --- */

$('add').addEventListener('click', () => {
  $('add-form').reset();
  $('url-said').textContent = '';
  $('add-problem').textContent = '';
  $('picker').replaceChildren();
  fillPicker();
  $('add-dialog').showModal();
});
$('add-cancel').addEventListener('click', () => $('add-dialog').close());
$('all-names').addEventListener('change', fillPicker);
$('url').addEventListener('change', () => attempt($('url-said'), async () => {
  if (!$('url').value) return;
  const check = await ask('POST', 'url-check', { url: $('url').value });
  $('url-said').classList.toggle('problem', !check.ok);
  $('url-said').textContent = check.ok ? check.notes || 'This URL can be registered.' : check.problem;
}));
$('add-form').addEventListener('submit', (event) => {
  event.preventDefault();
  attempt($('add-problem'), async () => {
    await ask('POST', 'endpoints', { url: $('url').value, description: $('description').value, scope: picked() });
    $('add-dialog').close();
    await refresh();
  });
});

/* --- triggering --- */

async function sample() {
  const answer = await ask('POST', 'sample', { type: $('type').value });
  const type = types.find((each) => each.name === $('type').value);
  $('data').value = JSON.stringify(answer.data, null, 2);
  $('arrives').textContent = type ? arrival(type) : '';
  $('preview-box').hidden = true;
  chosenId = undefined;
}

/* Numbers that JavaScript would round go as they stand: the server reads the text itself. */
function order() {
  const data = JSON.parse($('data').value);
  const count = Number($('count').value);
  return { type: $('type').value, count, wrong: $('wrong').value,
    ...(count === 1 ? { data, id_event: chosenId } : {}) };
}

function checked(job) {
  return async () => {
    try {
      JSON.parse($('data').value);
    } catch (problem) {
      throw new Refused(`the data is not JSON: ${problem.message}`);
    }
    await job();
  };
}

$('type').addEventListener('change', () => attempt($('trigger-said'), sample));
$('fresh').addEventListener('click', () => attempt($('trigger-said'), sample));
for (const id of ['data', 'wrong', 'count'])
  $(id).addEventListener('input', () => { $('preview-box').hidden = true; });

$('preview').addEventListener('click', () => attempt($('trigger-said'), checked(async () => {
  const seen = await ask('POST', 'preview', order());
  chosenId = seen.id_event;
  const validity = seen.valid ? 'valid' : `not valid: ${seen.why}`;
  $('preview-said').textContent = seen.nobody
    ? `Nothing would be sent: ${seen.nobody}.`
    : `To ${seen.url}, ${seen.request_len} bytes; signature ${seen.signature ?? '(none)'} (${validity})`;
  $('preview-request').textContent = seen.request;
  $('preview-box').hidden = false;
})));

$('trigger-form').addEventListener('submit', (event) => {
  event.preventDefault();
  attempt($('trigger-said'), checked(async () => {
    const done = await ask('POST', 'trigger', order());
    const what = done.count === 1 ? done.events[0].id_event : `${done.count} events`;
    $('trigger-said').textContent = done.nobody
      ? `Nothing is sent: ${done.nobody}.`
      : `${what} on the way to ${done.url}`;
    chosenId = undefined;
    $('preview-box').hidden = true;
  }));
});

/* --- the list --- */

const rows = new Map(); // number of a delivery -> its row
let paused = false;
let pending = new Map();

function duration(ns) {
  if (ns < 0) return '';
  if (ns < 1e6) return `${Math.round(ns / 1e3)} µs`;
  if (ns < 1e9) return `${(ns / 1e6).toFixed(1)} ms`;
  return `${(ns / 1e9).toFixed(2)} s`;
}

function fillRow(row, one) {
  const answer = one.outcome === null ? '' : one.outcome === 'answered' ? String(one.status) : one.outcome;
  const cells = row.cells;
  cells[1].textContent = one.name + (one.genuine ? '' : ' (forged)');
  cells[2].textContent = arrivals ? one.id_event : one.type;
  cells[3].textContent = one.state;
  cells[3].className = one.state;
  cells[4].textContent = answer;
  cells[5].textContent = one.outcome === null ? '' : duration(one.total_ns);
  cells[6].textContent = new Date(one.created_ms).toLocaleTimeString();
}

function makeRow(one) {
  const open = make('button', { type: 'button', text: String(one.id), 'aria-label': `${arrivals ? 'Request' : 'Delivery'} ${one.id}` });
  open.addEventListener('click', () => openDetail(one.id));
  const row = make('tr', {}, make('td', {}, open));
  for (let i = 0; i < 6; i++) row.append(make('td'));
  row.dataset.id = one.id;
  return row;
}

/* Puts deliveries, the oldest first, into the list: the newest is at the top. */
function show(list) {
  const body = $('deliveries');
  for (const one of list) {
    let row = rows.get(one.id);
    if (!row) {
      row = makeRow(one);
      rows.set(one.id, row);
      let next = body.firstElementChild;
      while (next && Number(next.dataset.id) > one.id) next = next.nextElementSibling;
      body.insertBefore(row, next);
    }
    fillRow(row, one);
  }
}

function trim() {
  const body = $('deliveries');
  while (rows.size > ROWS) {
    rows.delete(Number(body.lastElementChild.dataset.id));
    body.lastElementChild.remove();
  }
}

/* At most once a frame, however much arrives. */
function later() {
  if (paused || !pending.size) return;
  const list = [...pending.values()].sort((a, b) => a.id - b.id);
  pending = new Map();
  show(list.slice(-ROWS));
  trim();
}

let missed = 0;

function take(message) {
  for (const one of message.deliveries) pending.set(one.id, one);
  if (pending.size > ROWS) pending = new Map([...pending].slice(-ROWS));
  if (message.missed) {
    missed += message.missed;
    $('missed').textContent = `${missed} changes arrived too fast to show one by one; "Show older" lists them all.`;
  }
  if (message.workers) showWorkers(message);
  requestAnimationFrame(later);
}

function showWorkers(message) {
  if (arrivals) return;
  const busy = message.workers.filter((worker) => worker.delivery);
  $('workers').textContent = `${busy.length} of 5 workers busy, ${message.queued} queued`;
  const held = busy.filter((worker) => worker.held_ms > 2000);
  $('held').hidden = held.length === 0;
  $('held').textContent = held.map((worker) =>
    `Worker ${worker.number} has waited ${Math.round(worker.held_ms / 1000)} s for ${worker.url} (delivery ${worker.delivery}).`).join(' ')
    + (held.length >= 5 ? ' Nothing else is delivered meanwhile; Panora waits without end, too.' : '');
}

$('pause').addEventListener('click', () => {
  paused = !paused;
  $('pause').setAttribute('aria-pressed', String(paused));
  $('pause').textContent = paused ? 'Go on' : 'Pause';
  later();
});
$('older').addEventListener('click', () => attempt($('missed'), async () => {
  const last = $('deliveries').lastElementChild;
  const before = last ? `&before=${last.dataset.id}` : '';
  const { deliveries } = await ask('GET', `deliveries?limit=${ROWS}${before}`);
  if (!deliveries.length) $('missed').textContent = 'There are no older ones.';
  show(deliveries.reverse());
}));

/* --- the stream --- */

let watching = false;

/* Reads server-sent events by hand, because EventSource cannot send the key. */
async function readStream() {
  const answer = await fetch('/hookcheck/stream', { headers: { 'x-api-key': key } });
  if (!answer.ok) throw new Refused(`status ${answer.status}`);
  $('live').textContent = 'live';
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    text += value;
    const parts = text.split('\n\n');
    text = parts.pop();
    for (const part of parts) if (part.startsWith('data: ')) take(JSON.parse(part.slice(6)));
  }
}

/* For as long as the page is open: a server that was started again is found again. */
async function watch() {
  if (watching) return;
  watching = true;
  let first = true;
  while (key) {
    try {
      if (!first) await refresh();
      first = false;
      await readStream();
    } catch { /* said below */ }
    $('live').textContent = 'not connected; trying again';
    await new Promise((done) => setTimeout(done, RETRY_MS));
  }
  watching = false;
}

/* --- one delivery in full --- */

let opened;

function facts(pairs) {
  const list = make('dl');
  for (const [name, value] of pairs)
    if (value) list.append(make('dt', { text: name }), make('dd', { text: value }));
  return list;
}

const PHASES = [['dns', 'Resolving'], ['connect', 'Connecting'], ['tls', 'TLS'], ['sent', 'Sending'],
  ['first_byte', 'Waiting'], ['total', 'Reading']];

function waterfall(phases) {
  const box = make('div', { class: 'waterfall', role: 'img',
    'aria-label': PHASES.filter(([name]) => phases[name] >= 0).map(([name, words]) => `${words} until ${duration(phases[name])}`).join(', ') });
  let from = 0;
  for (const [name, words] of PHASES) {
    const until = phases[name];
    if (until < 0) continue;
    const phase = make('span', { class: 'phase' });
    phase.style.left = `${(100 * from) / phases.total}%`;
    phase.style.width = `${(100 * (until - from)) / phases.total}%`;
    box.append(make('span', { text: words }), make('span', { class: 'track' }, phase),
      make('span', { class: 'took', text: duration(until - from) }));
    from = until;
  }
  return box;
}

function attemptBox(one, number, of) {
  const after = one.phases.total < 0 ? '' : ` after ${duration(one.phases.total)}`;
  const happened = one.outcome === 'answered' ? `answered ${one.status}${after}` : `${one.outcome}${one.detail ? `: ${one.detail}` : ''}`;
  const answer = one.outcome === 'answered' ? `HTTP/1.1 ${one.status}\n${one.answer_head}\n${one.answer}` : '';
  const cut = one.answer_len > one.answer.length && one.answer.length >= 65536 ? ` (the first 64 KiB of ${one.answer_len})` : '';
  return make('section', {},
    ...(of > 1 ? [make('h3', { text: `Attempt ${number} of ${of}` })] : []),
    make('div', { class: 'sides' },
      make('div', {}, make('h3', { text: 'What happened' }), make('p', { text: happened }), ...(one.detail && one.outcome === 'answered' ? [make('p', { class: 'problem', text: one.detail })] : [])),
      make('div', {}, make('h3', { text: arrivals ? 'Result' : 'What Panora records' }), make('p', { text: one.panora }))),
    make('h3', { text: 'Signature' }),
    make('p', { class: one.valid ? 'delivered' : 'problem', text: one.valid ? 'valid' : `not valid: ${one.why}` }),
    ...(one.explanation ? [make('pre', { tabindex: '0', 'aria-label': 'Why the signature is not valid', text: one.explanation })] : []),
    facts([['To', one.url], ['Address', one.peer], ['Worker', arrivals ? '' : one.worker ? String(one.worker) : 'inline'], ['Redirects', one.hops.trim()], ['Started', new Date(one.started_ms).toISOString()]]),
    ...(arrivals ? [] : [make('h3', { text: 'Time' }), waterfall(one.phases)]),
    make('h3', { text: `Request, ${one.request_len} bytes` }), make('pre', { tabindex: '0', 'aria-label': 'Request', text: one.request }),
    make('h3', { text: `Answer${cut}` }), make('pre', { tabindex: '0', 'aria-label': 'Answer', text: answer || '(none)' }));
}

const STATES = {
  queued: 'It is waiting for a worker.', running: 'A worker is delivering it.',
  skipped: 'It was skipped: the endpoint was off, or the request could not be created.',
  unsubscribed: 'No endpoint subscribes to it, so nothing was sent.',
  waiting: 'Panora makes one more attempt for ecommerce connections.',
};

async function openDetail(id) {
  const one = await ask('GET', `deliveries/${id}`);
  opened = id;
  $('detail-title').textContent = `${arrivals ? 'Request' : 'Delivery'} ${id}: ${one.name}`;
  $('detail-body').replaceChildren(
    facts(arrivals ? [['id_event', one.id_event]] : [['State', one.state], ['id_event', one.id_event], ['Arrives as', one.type], ['Made by', one.origin], ['Mutation', one.wrong]]),
    ...(STATES[one.state] ? [make('p', { text: STATES[one.state] })] : []),
    ...one.attempts.map((each, index) => attemptBox(each, index + 1, one.attempts.length)),
    ...(one.attempts.length ? [] : [make('h3', { text: 'Data' }), make('pre', { tabindex: '0', 'aria-label': 'Data', text: one.data })]));
  $('again-form').hidden = arrivals || !one.endpoint;
  $('again-said').textContent = '';
  if (!$('detail').open) $('detail').showModal();
}

$('detail-close').addEventListener('click', () => $('detail').close());
$('again-form').addEventListener('submit', (event) => event.preventDefault());

function sendAgain(wrong) {
  return attempt($('again-said'), async () => {
    const { delivery } = await ask('POST', `deliveries/${opened}/again`, wrong ? { wrong } : {});
    $('again-said').textContent = `Delivery ${delivery} is on its way.`;
  });
}
$('again').addEventListener('click', () => sendAgain(''));
$('forge').addEventListener('click', () => sendAgain($('forgery').value));

/* --- beginning --- */

if (key) attempt($('key-problem'), enter).then(() => { if ($('dashboard').hidden) leave($('key-problem').textContent); });
else leave();
