// Runs hookcheck against every behaviour of server.mjs, and holds it to bounds on time, memory and the
// size of reports, whatever comes back.
//
//   node hostile.mjs HOOKCHECK [--short] [NAME...]     exits 1 and says which bound was broken
//
// HOSTILE_SLACK multiplies the bounds on time, for a sanitizer's build. On a machine that is busy with
// other work the bounds grow with what was measured of it.
import {spawn} from 'node:child_process';
import {mkdtempSync, readFileSync, readdirSync, rmSync, statSync} from 'node:fs';
import {cpus, loadavg, tmpdir} from 'node:os';
import {join} from 'node:path';
import {behaviours, serve} from './server.mjs';

const [hookcheck, ...words] = process.argv.slice(2);
const short = words.includes('--short');
const names = words.filter((word) => !word.startsWith('--'));
let slack = Number(process.env.HOSTILE_SLACK ?? 1);

/** How many times longer than its own work something takes on this machine now. */
function load() {
  const begun = process.hrtime.bigint();
  const used = process.cpuUsage();
  for (let i = 0, x = 1; i < 2e8; i++) x = (x * 31 + i) | 0;
  const {user, system} = process.cpuUsage(used);
  const waited = Number(process.hrtime.bigint() - begun) / 1000 / (user + system);
  return Math.max(1, waited, 3 * loadavg()[0] / cpus().length); // a short look misses what comes and goes
}

const SECRET = 'whsec_hostile/0123456789=';
const MAX_TIME_S = short ? 3 : 6;
const AFTER_S = 2;                 // --max-time plus this is the end of every run
const SIGNAL_S = 1;                // from SIGTERM to the end, with whole reports of all formats
const MEMORY_MIB = Number(process.env.HOSTILE_MEMORY_MIB ?? 0); // a sanitizer's build needs its own bound
const RIGHT_MIB = MEMORY_MIB || 64; // resident at its highest, against a right endpoint
const ABOVE_MIB = 64;               // so much more, whatever comes back
const REPORT_MIB = 24;             // of each format

// What a user's machine meets most, and what broke once.
const SHORT = ['body-1m-401', 'headers-990x250', 'cookies', 'gzip-bomb', 'header-controls', 'dice', 'fails-all'];

const chosen = names.length ? names : short ? SHORT : Object.keys(behaviours);

function peakMiB(pid) {
  try {
    return Number(/VmHWM:\s*(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))[1]) / 1024;
  } catch {
    return 0;
  }
}

function run(argv, killAfterMs) {
  return new Promise((resolve) => {
    const begun = process.hrtime.bigint();
    const seconds = (since) => Number(process.hrtime.bigint() - since) / 1e9;
    const child = spawn(hookcheck, argv, {env: {...process.env, HOOKCHECK_SECRET: SECRET}, stdio: ['ignore', 'pipe', 'pipe']});
    const out = {peak: 0, out: [], err: [], killed: 0n, work: 0, workAtSignal: 0, workAtEnd: 0};
    const watch = setInterval(() => {
      out.peak = Math.max(out.peak, peakMiB(child.pid));
      out.work = Math.max(out.work, processorSeconds(child.pid));
    }, 20);
    const last = setTimeout(() => child.kill('SIGKILL'), (MAX_TIME_S + 60) * 1000 * slack);
    const end = setTimeout(() => { out.workAtEnd = processorSeconds(child.pid); }, MAX_TIME_S * 1000);
    const stop = killAfterMs && setTimeout(() => {
      out.killed = process.hrtime.bigint();
      out.work = out.workAtSignal = processorSeconds(child.pid);
      child.kill('SIGTERM');
    }, killAfterMs);
    child.stdout.on('data', (data) => out.out.push(data));
    child.stderr.on('data', (data) => out.err.push(data));
    child.on('close', (code, signal) => {
      clearInterval(watch); clearTimeout(last); clearTimeout(stop); clearTimeout(end);
      resolve({...out, code, signal, seconds: seconds(begun), afterSignal: out.killed ? seconds(out.killed) : 0,
               out: Buffer.concat(out.out).toString('latin1'), err: Buffer.concat(out.err).toString('latin1')});
    });
  });
}

// Seconds of processor time so far, which no busy neighbour adds to.
function processorSeconds(pid) {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1].split(' ');
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return 0;
  }
}

// A terminal must see none of these: escapes, bells, C1 controls.
const raw = /[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]/;

/** The highest memory of a run against an endpoint that does everything right. */
async function rightMiB() {
  const env = {...process.env, HOOKCHECK_SECRET: SECRET};
  const endpoint = spawn(hookcheck, ['receive', '--quiet'], {env, stdio: ['ignore', 'pipe', 'inherit']});
  const url = await new Promise((resolve) => endpoint.stdout.once('data', (line) => resolve(/http\S+/.exec(line)[0])));
  const {peak} = await run(['run', url, '--quick']);
  endpoint.kill();
  return peak;
}

let worst = {seconds: 0, peak: 0, report: 0};
let problems = 0;
const wanted = slack;
const right = await rightMiB();
problems += right > RIGHT_MIB;
console.log(`${right > RIGHT_MIB ? 'FAIL' : 'ok  '} a right endpoint: ${right.toFixed(0)} MiB, at most ${RIGHT_MIB}`);
for (const name of chosen) {
  slack = wanted * load();
  const folder = mkdtempSync(join(tmpdir(), 'hookcheck-hostile-'));
  const server = await serve(name);
  const complaints = [];
  const limit = (what, value, max, unit) => value <= max || complaints.push(`${what}: ${value.toFixed(1)} ${unit}, more than ${max}`);
  const url = `http://127.0.0.1:${server.port}/hook`;
  const argv = ['run', url, '--quick', '--max-time', `${MAX_TIME_S}s`, '--deadline', '1s', '--seed', '7', '-v', '-v'];
  for (const format of ['json', 'junit', 'tap']) argv.push('--report', `${format}=${join(folder, format)}`);
  const end = await run(argv);
  limit('time', end.seconds, (MAX_TIME_S + AFTER_S) * slack, 's');
  const workAfter = end.workAtEnd ? end.work - end.workAtEnd : 0;
  limit('work after --max-time', workAfter, AFTER_S * wanted, 's of processor time');
  limit('memory', end.peak, MEMORY_MIB || right + ABOVE_MIB, 'MiB');
  if (end.signal || ![0, 1, 3, 4, 130].includes(end.code)) complaints.push(`ended with ${end.signal ?? end.code}: ${end.err.slice(-300)}`);
  if (/ERROR: |runtime error/.test(end.err)) complaints.push(end.err.slice(0, 600));
  if (raw.test(end.out) || raw.test(end.err.replace(/\r\x1b\[K/g, ''))) complaints.push(`bytes that drive a terminal: ${JSON.stringify(raw.exec(end.out + end.err)?.[0])}`);
  let report = 0;
  for (const file of readdirSync(folder)) report = Math.max(report, statSync(join(folder, file)).size / (1 << 20));
  limit('report', report, REPORT_MIB, 'MiB');
  if (!end.signal && end.code !== 130) {
    try {
      JSON.parse(readFileSync(join(folder, 'json'), 'utf8'));
    } catch (error) {
      complaints.push(`the JSON report: ${error.message}`);
    }
  }
  const sent = await run(['send', url, '--deadline', '1s']);
  limit('time of send', sent.seconds, (1 + AFTER_S) * slack, 's');
  if (sent.signal || ![0, 1, 3].includes(sent.code)) complaints.push(`send ended with ${sent.signal ?? sent.code}`);
  if (raw.test(sent.out)) complaints.push('send: bytes that drive a terminal');
  slack = Math.max(slack, wanted * load());
  const stopped = await run(argv, 700);
  slack = Math.max(slack, wanted * load());
  if (stopped.killed) {
    limit('time after SIGTERM', stopped.afterSignal, SIGNAL_S * slack, 's');
    limit('work after SIGTERM', stopped.work - stopped.workAtSignal, SIGNAL_S * wanted, 's of processor time');
  }
  server.end();
  rmSync(folder, {recursive: true});
  worst = {seconds: Math.max(worst.seconds, end.seconds), peak: Math.max(worst.peak, end.peak), report: Math.max(worst.report, report)};
  problems += complaints.length > 0;
  console.log(`${complaints.length ? 'FAIL' : 'ok  '} ${name.padEnd(26)} ${end.seconds.toFixed(1).padStart(5)} s  ${end.peak.toFixed(0).padStart(4)} MiB  ${report.toFixed(1).padStart(5)} MiB of report  exit ${end.code}  ${workAfter.toFixed(2)} s of work after --max-time  ${stopped.afterSignal.toFixed(2)} s after SIGTERM, ${(stopped.work - stopped.workAtSignal).toFixed(2)} s of work`);
  for (const complaint of complaints) console.log(`     ${complaint}`);
}
console.log(`${chosen.length} behaviours, ${problems} problems; at most ${worst.seconds.toFixed(1)} s, ${worst.peak.toFixed(0)} MiB, ${worst.report.toFixed(1)} MiB of report`);
process.exit(problems ? 1 : 0);
