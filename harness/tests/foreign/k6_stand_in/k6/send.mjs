// Sends one request after another for http.mjs, which waits for the status; 0 stands for none.
import http from 'node:http';
import { parentPort, workerData as answer } from 'node:worker_threads';

function done(status) {
  answer[1] = status;
  Atomics.store(answer, 0, 1);
  Atomics.notify(answer, 0);
}

parentPort.on('message', ({ method, url, headers, body }) => {
  const bytes = Buffer.from(body);
  if (bytes.length) headers['Content-Length'] = String(bytes.length);
  const out = http.request(url, { method, headers, agent: false }, (response) => {
    response.resume().on('end', () => done(response.statusCode));
  });
  out.on('error', () => done(0));
  out.end(bytes);
});
