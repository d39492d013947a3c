// An endpoint that does its worst: each behaviour answers any request in a way of its own, over a bare
// socket, so that nothing puts it right. `behaviours` maps a name to answer(socket, context).
import net from 'node:net';
import {gzipSync} from 'node:zlib';

const MiB = 1 << 20;
const ok = (body, head = '') => `HTTP/1.1 200 OK\r\nContent-Length: ${Buffer.byteLength(body)}\r\n${head}\r\n${body}`;
const raw = (bytes) => (socket) => socket.write(bytes);
const close = (bytes) => (socket) => socket.end(bytes);
const status = (code, body = '') => raw(`HTTP/1.1 ${code} X\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);

/** Writes `piece` again and again until the client goes. */
function endless(first, piece, everyMs = 0) {
  return (socket) => {
    socket.write(first);
    const more = () => {
      if (socket.destroyed) return;
      if (everyMs) socket.write(piece) || true, setTimeout(more, everyMs).unref();
      else if (socket.write(piece)) setImmediate(more);
      else socket.once('drain', more);
    };
    more();
  };
}

/** Writes `bytes` a little at a time. */
function drip(bytes, size, everyMs) {
  return (socket) => {
    let at = 0;
    const timer = setInterval(() => {
      if (socket.destroyed || at >= bytes.length) return clearInterval(timer);
      socket.write(bytes.slice(at, (at += size)));
    }, everyMs);
    timer.unref();
  };
}

const big = (mib, byte = 'a') => Buffer.alloc(mib * MiB, byte);
const random = (len) => Buffer.from(Array.from({length: len}, (_, i) => (i * 2654435761 + (i >> 3) * 40503) & 255));
const manyHeaders = (count, len) => Array.from({length: count}, (_, i) => `X-H${i}: ${'v'.repeat(len)}\r\n`).join('');
const body = (text) => (socket, context) => socket.write(ok(typeof text === 'function' ? text(context) : text));
const bytes = (buffer, head = '', code = 200) => (socket) => {
  socket.write(`HTTP/1.1 ${code} X\r\nContent-Length: ${buffer.length}\r\n${head}\r\n`);
  socket.write(buffer);
};

export const behaviours = {
  // --- connections ---
  'close-at-once': (socket) => socket.destroy(),
  'reset-at-once': (socket) => socket.resetAndDestroy(),
  'half-close': (socket) => socket.end(),
  'silent': () => {},
  'reset-in-head': (socket) => { socket.write('HTTP/1.1 200 O'); setTimeout(() => socket.resetAndDestroy(), 20); },
  'reset-in-body': (socket) => { socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf'); setTimeout(() => socket.resetAndDestroy(), 20); },
  'close-in-head': close('HTTP/1.1 200 OK\r\nContent-Le'),
  'close-in-body': close('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf'),
  'close-in-chunk': close('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10\r\nhalf'),
  'never-closes': (socket) => { socket.write('HTTP/1.0 200 OK\r\n\r\nbody until close'); },
  'answers-then-resets': (socket) => { socket.write(ok('fine')); setTimeout(() => socket.resetAndDestroy(), 5); },
  'tls-alert': close(Buffer.from('15030100020228', 'hex')),
  'http2-preface': close(Buffer.from('0000120400000000000003000000640004', 'hex')),
  'ssh-banner': raw('SSH-2.0-OpenSSH_9.2\r\n'),
  'smtp-banner': raw('220 mail ESMTP\r\n'),
  // --- slow ---
  'drip-head': drip(Buffer.from(ok('fine')), 1, 100),
  'drip-body': drip(Buffer.from(ok('x'.repeat(200))), 1, 100),
  'drip-chunks': endless('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n', '1\r\nx\r\n', 100),
  'drip-headers': endless('HTTP/1.1 200 OK\r\n', 'X-A: b\r\n', 50),
  'late': (socket) => setTimeout(() => socket.write(ok('late')), 900).unref(),
  'head-then-nothing': raw('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n'),
  // --- endless ---
  'endless-status-line': endless('HTTP/1.1 200 ', 'x'.repeat(4096)),
  'endless-header-name': endless('HTTP/1.1 200 OK\r\n', 'X'.repeat(4096)),
  'endless-header-value': endless('HTTP/1.1 200 OK\r\nX-A: ', 'v'.repeat(4096)),
  'endless-headers': endless('HTTP/1.1 200 OK\r\n', manyHeaders(50, 60)),
  'endless-folded': endless('HTTP/1.1 200 OK\r\nX-A: b\r\n', ' more\r\n'.repeat(500)),
  'endless-body': endless('HTTP/1.1 200 OK\r\n\r\n', big(1)),
  'endless-chunked': endless('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n', '1000\r\n' + 'c'.repeat(4096) + '\r\n'),
  'endless-chunk-extension': endless('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;', 'e'.repeat(4096)),
  'endless-chunk-size': endless('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n', '0'.repeat(4096)),
  'endless-trailers': endless('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n', 'X-T: v\r\n'.repeat(500)),
  'endless-interim': endless('', 'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n'.repeat(50)),
  'endless-blank-lines': endless('', '\r\n'.repeat(2000)),
  'endless-nul': endless('', Buffer.alloc(65536)),
  // --- large ---
  'body-1m': bytes(big(1)), 'body-1m-401': bytes(big(1), '', 401), 'body-1m-500': bytes(big(1), '', 500),
  'body-9m': bytes(big(9)),
  'body-1m-distinct': (socket, context) => bytes(Buffer.concat([Buffer.from(String(context.turn)), big(1)]), '', 401)(socket),
  'body-1m-backslashes': bytes(Buffer.from('\\u0025'.repeat(MiB / 6)), '', 401),
  'body-1m-percent': bytes(Buffer.from('%25'.repeat(MiB / 3)), '', 401),
  'body-1m-entities': bytes(Buffer.from('&amp;#x26;'.repeat(MiB / 10)), '', 401),
  'body-1m-hex': bytes(Buffer.from('61'.repeat(MiB / 2)), '', 401),
  'body-1m-numbers': bytes(Buffer.from('97,'.repeat(MiB / 3)), '', 401),
  'body-1m-brackets': bytes(Buffer.from('['.repeat(MiB)), 'Content-Type: application/json\r\n', 401),
  'body-1m-random': bytes(random(MiB), '', 401),
  'body-1m-lines': bytes(Buffer.from('at f (/a/b.js:1:2)\n'.repeat(MiB / 19)), '', 500),
  'headers-990x250': raw('HTTP/1.1 401 No\r\n' + manyHeaders(990, 250) + 'Content-Length: 0\r\n\r\n'),
  'headers-100x1000': raw('HTTP/1.1 200 OK\r\n' + manyHeaders(100, 1000) + 'Content-Length: 0\r\n\r\n'),
  'header-of-60k': raw('HTTP/1.1 200 OK\r\nX-A: ' + 'v'.repeat(60000) + '\r\nContent-Length: 0\r\n\r\n'),
  'cookies': raw('HTTP/1.1 401 No\r\n' + 'Set-Cookie: a=b; Path=/\r\n'.repeat(400) + 'Content-Length: 0\r\n\r\n'),
  'gzip-bomb': (socket) => bytes(gzipSync(big(64)), 'Content-Encoding: gzip\r\n')(socket),
  'gzip-garbage': bytes(Buffer.from('1f8b0800000000000003deadbeef', 'hex'), 'Content-Encoding: gzip\r\n'),
  'gzip-cut': (socket) => bytes(gzipSync(big(1)).subarray(0, 200), 'Content-Encoding: gzip\r\n')(socket),
  'gzip-twice': (socket) => bytes(gzipSync(gzipSync(big(1))), 'Content-Encoding: gzip, gzip\r\n')(socket),
  'coding-unknown': bytes(big(1), 'Content-Encoding: zstd-9000\r\n'),
  // --- framing ---
  'length-negative': raw('HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n'),
  'length-huge': raw('HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999999\r\n\r\nx'),
  'length-twice': raw('HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxy'),
  'length-and-chunked': raw('HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'),
  'length-words': raw('HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n'),
  'length-too-short': raw('HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nfar more than one'),
  'chunk-size-huge': raw('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\nx'),
  'chunk-size-words': raw('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nten\r\nx'),
  'chunk-without-end': raw('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhelloX\r\n0\r\n\r\n'),
  'status-0': raw('HTTP/1.1 000 Zero\r\n\r\n'), 'status-9999': raw('HTTP/1.1 9999 Many\r\n\r\n'),
  'status-letters': raw('HTTP/1.1 OK\r\n\r\n'), 'version-9': raw('HTTP/9.9 200 OK\r\n\r\n'),
  'no-status-line': raw('hello world\n'.repeat(100)), 'header-without-colon': raw('HTTP/1.1 200 OK\r\nnonsense\r\n\r\n'),
  'header-nul': raw('HTTP/1.1 200 OK\r\nX-A: a\0b\r\nContent-Length: 0\r\n\r\n'),
  'header-blank-name': raw('HTTP/1.1 200 OK\r\n : x\r\nContent-Length: 0\r\n\r\n'),
  'header-controls': raw('HTTP/1.1 200 OK\r\nX-A: \x1b[31m\x1b]0;title\x07\x9b2J\r\nContent-Length: 0\r\n\r\n'),
  'reason-controls': raw('HTTP/1.1 200 \x1b[2J\x1b]8;;http://x\x07\r\nContent-Length: 0\r\n\r\n'),
  'body-controls': body('\x1b[31mred\x1b]52;c;aGVsbG8=\x07\u009b31m\u202e'),
  'bare-lf': raw('HTTP/1.1 200 OK\nContent-Length: 2\n\nok'), 'bare-cr': raw('HTTP/1.1 200 OK\rContent-Length: 2\r\rok'),
  'two-answers': raw(ok('one') + ok('two')), 'answer-before-request': (socket) => socket.write(ok('')),
  'interim-only': raw('HTTP/1.1 100 Continue\r\n\r\n'), 'switches': raw('HTTP/1.1 101 Switching\r\nUpgrade: h2c\r\n\r\n'),
  '204-with-body': raw('HTTP/1.1 204 No\r\nContent-Length: 5\r\n\r\nhello'),
  // --- redirects ---
  'redirect-loop': raw('HTTP/1.1 302 F\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n'),
  'redirect-chain': (socket, context) => socket.write(`HTTP/1.1 307 F\r\nLocation: /${context.turn}\r\nContent-Length: 0\r\n\r\n`),
  'redirect-file': raw('HTTP/1.1 302 F\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\n\r\n'),
  'redirect-javascript': raw('HTTP/1.1 302 F\r\nLocation: javascript:alert(1)\r\nContent-Length: 0\r\n\r\n'),
  'redirect-60k': raw('HTTP/1.1 302 F\r\nLocation: /' + 'x'.repeat(60000) + '\r\nContent-Length: 0\r\n\r\n'),
  'redirect-nowhere': raw('HTTP/1.1 302 F\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n'),
  'redirect-empty': raw('HTTP/1.1 302 F\r\nLocation:\r\nContent-Length: 0\r\n\r\n'),
  'redirect-broken': raw('HTTP/1.1 302 F\r\nLocation: http://[::1\r\nContent-Length: 0\r\n\r\n'),
  // --- moods ---
  'accepts-all': status(200, 'ok'), 'refuses-all': status(401, 'no'), 'fails-all': status(500, 'oops'),
  'busy': raw('HTTP/1.1 503 Busy\r\nRetry-After: 99999999999\r\nContent-Length: 0\r\n\r\n'),
  'limits': raw('HTTP/1.1 429 Slow\r\nRetry-After: 3600\r\nContent-Length: 0\r\n\r\n'),
  'dice': (socket, context) => socket.write(`HTTP/1.1 ${[200, 401, 500, 302, 204][context.turn % 5]} X\r\nContent-Length: 0\r\n\r\n`),
  'every-third-hangs': (socket, context) => { if (context.turn % 3) socket.write(ok('')); },
  'alternates': (socket, context) => (context.turn % 2 ? socket.destroy() : socket.write(ok('fine'))),
  'json-deep': bytes(Buffer.from('{"a":'.repeat(50000) + '1' + '}'.repeat(50000)), 'Content-Type: application/json\r\n', 400),
  'html-page': bytes(Buffer.from('<html><body>' + '<p>Sign in</p>'.repeat(5000)), 'Content-Type: text/html\r\n'),
  'not-utf8': bytes(Buffer.from('fffec0af80edb0b0', 'hex'), 'Content-Type: text/plain; charset=utf-16\r\n'),
};

/** Serves one behaviour; gives the port and a function that ends it. */
export function serve(name) {
  let turn = 0;
  const sockets = new Set();
  const server = net.createServer({noDelay: true}, (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
    let need = 0; // bytes of the present request that are still to come
    let head = '';
    if (/^(close|reset|half)-/.test(name) && /at-once|half-close/.test(name)) return behaviours[name](socket, {turn: turn++});
    socket.on('data', (chunk) => {
      // requests are read just well enough to know when one is complete
      for (let text = chunk.toString('latin1'); text.length;) {
        if (need > 0) { const eat = Math.min(need, text.length); need -= eat; text = text.slice(eat); if (need) return; behaviours[name](socket, {turn: turn++}); continue; }
        head += text; text = '';
        const end = head.indexOf('\r\n\r\n');
        if (end < 0) { if (head.length > 1 << 20) head = ''; return; }
        text = head.slice(end + 4);
        const length = /\r\ncontent-length: *(\d+)/i.exec(head.slice(0, end + 2));
        head = '';
        need = length ? Number(length[1]) : 0;
        if (need === 0) behaviours[name](socket, {turn: turn++});
      }
    });
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve({
    port: server.address().port,
    end: () => { for (const socket of sockets) socket.destroy(); server.close(); },
  })));
}
