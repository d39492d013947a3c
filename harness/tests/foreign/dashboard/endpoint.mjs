/* An Express endpoint that verifies Panora's signature. Its secret, and what it answers, can be
 * changed while it runs, as somebody who edits it would. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import express from 'express';

export function startEndpoint() {
  const state = { secret: '', bodies: [], answer: undefined };
  const app = express();
  app.post('/webhook', express.text({ type: '*/*', limit: '10mb' }), (request, response) => {
    state.bodies.push(request.body);
    const event = JSON.parse(request.body);
    const expected = createHmac('sha256', state.secret).update(JSON.stringify(event.data)).digest('hex');
    const given = Buffer.from(request.get('panora-signature') ?? '');
    const valid = given.length === 64 && timingSafeEqual(given, Buffer.from(expected));
    if (state.answer && valid) return response.status(200).type('html').send(state.answer);
    response.status(valid ? 204 : 401).end();
  });
  app.use((problem, request, response, next) => response.status(400).end());
  return new Promise((done) => {
    const server = app.listen(0, '127.0.0.1', () => done({ state, server, url: `http://127.0.0.1:${server.address().port}/webhook` }));
  });
}
