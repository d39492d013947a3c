// k6's http.request (https://grafana.com/docs/k6/latest/javascript-api/k6-http/request/), as far as our scripts use it:
// it waits for the answer, so the sending is done by a thread of its own.
import { Worker } from 'node:worker_threads';

const answer = new Int32Array(new SharedArrayBuffer(8));
const sender = new Worker(new URL('./send.mjs', import.meta.url), { workerData: answer });
sender.unref();

function request(method, url, body, params) {
  if (!(body instanceof ArrayBuffer)) throw new TypeError('the body is an ArrayBuffer');
  for (const value of Object.values(params.headers)) if (typeof value !== 'string') throw new TypeError('a field is text');
  Atomics.store(answer, 0, 0);
  sender.postMessage({ method, url, headers: { ...params.headers }, body });
  Atomics.wait(answer, 0, 0);
  return { status: answer[1] };
}

// k6's http.post takes text as well.
const post = (url, body, params) => ({ headers: {}, error: '', ...request('POST', url, new TextEncoder().encode(body).buffer, params) });

export default { request, post };
