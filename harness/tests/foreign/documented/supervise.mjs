// Starts a program again whenever it ends, on one and the same free port, as a container platform does.
//
//   node supervise.mjs PROGRAM [ARGUMENT...]     prints "listening on http://127.0.0.1:PORT" once
//
// The program gets the port in the environment variable PORT and prints a line of its own when it listens.

import {spawn} from "node:child_process";
import {createServer} from "node:net";

const [program, ...args] = process.argv.slice(2);

function freePort() {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const {port} = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

let child;
let announced = false;

function start(port) {
  child = spawn(program, args, {env: {...process.env, PORT: String(port)}, stdio: ["ignore", "pipe", "ignore"]});
  child.stdout.on("data", () => {
    if (!announced) console.log(`listening on http://127.0.0.1:${port}`);
    announced = true;
  });
  child.on("exit", () => start(port));
}

for (const signal of ["SIGTERM", "SIGINT"]) {
  process.on(signal, () => {
    child.removeAllListeners("exit");
    child.kill("SIGKILL");
    process.exit(0);
  });
}

start(await freePort());
