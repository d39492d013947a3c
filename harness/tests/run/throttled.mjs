// An endpoint with another secret that takes `most` requests in all and answers 429 to the others.
import http from 'node:http';
const most = Number(process.argv[2]);
let count = 0;
const server = http.createServer((request, response) => {
  count++;
  request.resume();
  request.on('end', () => response.writeHead(count > most ? 429 : 401).end());
});
server.listen(0, '127.0.0.1', () => console.log(`listening on http://127.0.0.1:${server.address().port}/hook`));
