// An endpoint that counts what arrives, by method. Every POST is answered with a redirect to an
// address of its own, and each of those leads on `hops` times. GET /count tells and is not counted.
import http from 'node:http';
const hops = 6;
const counts = { POST: 0, GET: 0, HEAD: 0 };
const server = http.createServer((request, response) => {
  if (request.url === '/count') return response.end(JSON.stringify(counts) + '\n');
  counts[request.method] = (counts[request.method] ?? 0) + 1;
  request.resume();
  const [, from, hop] = /^\/to\/(\d+)\/(\d+)$/.exec(request.url) ?? [null, counts.POST, -1];
  if (Number(hop) === hops) return response.writeHead(200).end();
  response.writeHead(302, { Location: `/to/${from}/${Number(hop) + 1}` }).end();
});
server.listen(0, '127.0.0.1', () => console.log(`listening on http://127.0.0.1:${server.address().port}/hook`));
