// What a Node script does that makes signed events as lines of JSON: the other side of bench.sh.
//
//   node bench_sign.mjs COUNT FILE LINE   LINE: one line of `hookcheck fixtures --format ndjson --count 1 -`
import { createHmac, randomUUID } from 'node:crypto';
import { openSync, writeSync, closeSync } from 'node:fs';

const [count, path, line] = process.argv.slice(2);
const secret = 'whsec_published_by_hookcheck_for_tests_only';
const { type, expect, headers, body } = JSON.parse(line);
const sample = JSON.parse(JSON.parse(body).data);
const file = openSync(path, 'w');
let lines = [];
for (let i = 0; i < Number(count); i++) {
  const data = JSON.stringify({ ...sample, id: randomUUID() });
  const event = JSON.stringify({ id_event: randomUUID(), data, type });
  headers['Panora-Signature'] = createHmac('sha256', secret).update(JSON.stringify(data)).digest('hex');
  headers['Content-Length'] = String(Buffer.byteLength(event));
  lines.push(JSON.stringify({ type, expect, headers, body: event }));
  if (lines.length === 256) {
    writeSync(file, lines.join('\n') + '\n');
    lines = [];
  }
}
if (lines.length) writeSync(file, lines.join('\n') + '\n');
closeSync(file);
