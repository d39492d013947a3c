// Holds the reference receiver to bounds on time and memory while strangers crowd it.
//
//   node crowd.mjs HOOKCHECK     exits 1 and says which bound was broken
//
// 2,000 idle clients, 100 that send a byte now and then and 50 that send random bytes, with a genuine
// event every 100 ms beside them; then 100 clients that send 9 MB of a body and stop; then a body of
// 5,000,000 "[". CROWD_SLACK multiplies the bound on time, which grows where the machine is
// busy with other work.
import {spawn, execFileSync} from 'node:child_process';
import {createHmac, randomBytes} from 'node:crypto';
import {readFileSync} from 'node:fs';
import {Agent, request} from 'node:http';
import {connect} from 'node:net';
import {cpus, loadavg} from 'node:os';

const hookcheck = process.argv[2];
const secret = 'whsec_crowd/0123456789=';
const slack = Math.max(Number(process.env.CROWD_SLACK ?? 1), 3 * loadavg()[0] / cpus().length);
const ANSWER_MS = 1000;       // a genuine event is answered within this
const BODIES_MIB = 160;       // resident at the most, with bodies in flight
const NESTED_MIB = 160;       // ... with bodies of 5 million brackets: 2.5 million values and where they go

const receiver = spawn(hookcheck, ['receive', '--listen', '127.0.0.1:0', '--quiet'],
  {env: {...process.env, HOOKCHECK_SECRET: secret}, stdio: ['ignore', 'pipe', 'inherit']});
const port = await new Promise((resolve, reject) => {
  let said = '';
  receiver.stdout.on('data', (data) => {
    const found = /:(\d+)/.exec(said += data);
    if (found) resolve(Number(found[1]));
  });
  receiver.on('exit', (code) => reject(new Error(`the receiver ended with ${code}: ${said}`)));
});

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
// What serves is a child of what was started: it may have to be begun anew.
const served = () => Number(readFileSync(`/proc/${receiver.pid}/task/${receiver.pid}/children`, 'latin1').split(' ')[0]) || receiver.pid;
const memory = (what) => Number(new RegExp(`${what}:\\s*(\\d+)`).exec(readFileSync(`/proc/${served()}/status`, 'latin1'))[1]) / 1024;
const complaints = [];
const check = (ok, complaint) => ok || complaints.push(complaint);

function post(body, signature) {
  const begun = process.hrtime.bigint();
  return new Promise((resolve) => {
    const sent = request({port, host: '127.0.0.1', method: 'POST', path: '/', agent: new Agent(),
      headers: {'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body), 'panora-signature': signature}},
    (answer) => {
      answer.resume();
      answer.on('end', () => resolve({status: answer.statusCode, ms: Number(process.hrtime.bigint() - begun) / 1e6}));
    });
    sent.on('error', (error) => resolve({status: 0, error, ms: Number(process.hrtime.bigint() - begun) / 1e6}));
    sent.end(body);
  });
}

let count = 0;
function genuine() {
  const data = JSON.stringify({id: `c${count}`});
  const body = JSON.stringify({id_event: `evt-crowd-${count++}`, data, type: 'crm.contact.created'});
  return post(body, createHmac('sha256', secret).update(JSON.stringify(data)).digest('hex'));
}

const sockets = new Set();
function stranger(begin) {
  const socket = connect(port, '127.0.0.1', () => begin(socket));
  socket.on('error', () => {});
  socket.on('close', () => sockets.delete(socket));
  sockets.add(socket);
  return socket;
}
const every = (ms, socket, write) => {
  const timer = setInterval(() => socket.writable ? write() : clearInterval(timer), ms);
  socket.on('close', () => clearInterval(timer));
};

// --- a crowd ---
const limit = Number(execFileSync('sh', ['-c', 'ulimit -n']));
const num_idle = Math.min(2000, limit - 400);
for (let i = 0; i < num_idle; i++) {
  stranger(() => {});
  if (i % 200 === 199) await wait(20);
}
for (let i = 0; i < 100; i++) stranger((socket) => {
  const text = `POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\nX-Slow: ${'y'.repeat(500)}`;
  let at = 0;
  every(50, socket, () => socket.write(text[at++ % text.length]));
});
const random = () => stranger((socket) => every(10, socket, () => socket.write(randomBytes(700))));
for (let i = 0; i < 50; i++) random();
await wait(500);
const times = [];
for (let i = 0; i < 30; i++) {
  const answer = await genuine();
  times.push(answer.ms);
  check(answer.status >= 200 && answer.status < 300, `a genuine event beside the crowd: ${answer.status || answer.error.message}`);
  while (sockets.size < num_idle / 4 + 50) random();
  await wait(100);
}
// Three may be late because the machine was away; a crowd that keeps the receiver busy makes most of them late.
times.sort((a, b) => a - b);
const slowest = times.at(-1), slow = times.at(-4);
check(slow <= ANSWER_MS * slack, `four genuine events beside the crowd took ${slow.toFixed(0)} ms and more, more than ${ANSWER_MS * slack}`);
console.log(`crowd: ${num_idle} idle, 100 slow, 50 random; the slowest of 30 genuine events took ${slowest.toFixed(0)} ms; ${memory('VmRSS').toFixed(0)} MiB`);
for (const socket of sockets) socket.destroy();
await wait(300);

// --- bodies in flight ---
const piece = Buffer.alloc(9 * 1000 * 1000, 0x20);
let busy = 0;
const before_bodies = memory('VmRSS');
for (let i = 0; i < 100; i++) {
  const socket = stranger((socket) => {
    socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9500000\r\n\r\n');
    socket.write(piece);
  });
  socket.on('data', (data) => { busy += /^HTTP\/1\.1 503/.test(data.toString('latin1')); });
  if (i % 10 === 9) await wait(100);
}
for (let i = 0; i < 600 && busy < 80; i++) await wait(100);
const beside = await genuine();
check(beside.status === 204, `a genuine event beside the bodies: ${beside.status || beside.error.message}`);
const peak = memory('VmHWM');
check(peak <= BODIES_MIB, `100 half-sent bodies of 9 MB: ${peak.toFixed(0)} MiB, more than ${BODIES_MIB}`);
check(busy >= 50, `of 100 half-sent bodies only ${busy} were refused with 503`);
console.log(`bodies: 100 of 9 MB, half sent; ${busy} refused with 503; at most ${peak.toFixed(0)} MiB, ${before_bodies.toFixed(0)} before`);
for (const socket of sockets) socket.destroy();
await wait(500);
check((await genuine()).status === 204, 'a genuine event after the bodies was not accepted');

// --- nesting ---
for (const [name, body] of [['open', '['.repeat(5e6)], ['inside data', `{"id_event":"e","data":${'['.repeat(5e6)}`], ['closed', '['.repeat(2.5e6) + ']'.repeat(2.5e6)]]) {
  let answer;
  for (let tries = 0; tries < 3 && !(answer?.ms <= ANSWER_MS * slack); tries++) answer = await post(body, 'a'.repeat(64));
  check(answer.status >= 400 && answer.status < 500, `5 million brackets, ${name}: ${answer.status || answer.error.message}`);
  check(answer.ms <= ANSWER_MS * slack, `5 million brackets, ${name}, took ${answer.ms.toFixed(0)} ms`);
  console.log(`nesting, ${name}: ${answer.status} after ${answer.ms.toFixed(0)} ms; at most ${memory('VmHWM').toFixed(0)} MiB`);
}
check(memory('VmHWM') <= NESTED_MIB, `5 million brackets: ${memory('VmHWM').toFixed(0)} MiB, more than ${NESTED_MIB}`);

receiver.removeAllListeners('exit');
receiver.kill('SIGTERM');
for (const complaint of complaints) console.log(`FAIL ${complaint}`);
process.exit(complaints.length ? 1 : 0);
