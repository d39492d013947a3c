// Endpoints on Express with one mistake each, or several ("a+b"): node express.cjs MODES PORT SECRET. See table.json.
// EXPRESS names the folder that has Express.
const { createHmac, timingSafeEqual } = require('node:crypto');
const [, , MODES, PORT, SECRET] = process.argv;
const modes = new Set(MODES.split('+'));
if (!modes.has('development')) process.env.NODE_ENV = 'production';
const express = require(process.env.EXPRESS + '/express');
const is = (...names) => names.some((name) => modes.has(name));
const app = express();
app.disable('x-powered-by');

if (is('catch-all')) app.use((request, response) => response.sendStatus(200));
if (is('raw')) app.use(express.raw({ type: () => true, limit: '20mb' }));
else if (is('urlencoded')) app.use(express.urlencoded({ extended: true }));
else if (is('no-parser')) ;
else if (is('text')) app.use(express.text({ type: 'text/plain', limit: '20mb' }));
else app.use(express.json(is('default-limit') ? {} : { limit: '20mb' }));

const digest = (message) => createHmac('sha256', SECRET).update(message).digest('hex');
const messageOf = (request) => is('raw') ? request.body
  : is('whole') ? JSON.stringify(request.body)
  : is('inner') && typeof request.body.data === 'string' ? JSON.stringify(JSON.parse(request.body.data))
  : is('data-text') && typeof request.body.data === 'string' ? request.body.data
  : JSON.stringify(request.body.data);

if (is('sync')) app.post('/webhook', (request, response) => // what it throws, Express answers with 500
  response.sendStatus(request.body?.data === undefined ? 400 : request.get('Panora-Signature') === digest(messageOf(request)) ? 200 : 401));
app.post('/webhook', async (request, response) => {
  if (is('unchecked-body') ? false : request.body === undefined || (!is('raw') && request.body.data === undefined))
    return response.sendStatus(400);
  const given = request.get(is('hub') ? 'X-Hub-Signature' : 'Panora-Signature');
  const right = digest(messageOf(request));
  if (is('timing-safe')) {
    if (!timingSafeEqual(Buffer.from(given), Buffer.from(right))) return response.sendStatus(401);
  } else if (given !== right) {
    if (is('not-awaited')) Promise.reject(new Error('signature')).catch(() => response.sendStatus(401));
    else if (is('no-return')) response.sendStatus(401);
    else return response.sendStatus(is('answers-200') ? 200 : 401);
  }
  if (is('no-return')) return setImmediate(() => response.sendStatus(200)); // throws when it was answered before
  if (is('not-awaited')) return response.headersSent || response.sendStatus(200);
  const id = (Buffer.isBuffer(request.body) ? JSON.parse(request.body) : request.body).id_event;
  if (is('unique')) { seen.has(id) ? response.sendStatus(409) : response.sendStatus(200); return seen.add(id); }
  response.sendStatus(is('created') ? 201 : 200);
});
const seen = new Set();
app.listen(Number(PORT), '127.0.0.1', () => console.log('READY'));
