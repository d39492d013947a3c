// A right endpoint for runtimes that take a function from Request to Response: Bun and Deno. PORT is its only argument.
import { createHmac } from 'node:crypto';
import process from 'node:process';

const port = Number(process.argv[2]);
const refuse = (status, error) => Response.json({ error, id: crypto.randomUUID() }, { status });

async function fetch(request) {
  if (request.method !== 'POST') return refuse(405, 'POST only');
  let message;
  try { message = JSON.stringify(JSON.parse(await request.text()).data); } catch { return refuse(400, 'not an event'); }
  if (message === undefined) return refuse(400, 'not an event');
  const right = createHmac('sha256', process.env.PANORA_SECRET).update(message).digest('hex');
  return request.headers.get('panora-signature') === right ? new Response(null, { status: 204 }) : refuse(401, 'wrong signature');
}

if (globalThis.Bun) Bun.serve({ port, hostname: '127.0.0.1', fetch });
else Deno.serve({ port, hostname: '127.0.0.1', onListen() {} }, fetch);
