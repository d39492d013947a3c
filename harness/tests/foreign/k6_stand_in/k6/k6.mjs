// k6's check: every test must hold, or the run fails.
export function check(value, tests) {
  let all = true;
  for (const [name, test] of Object.entries(tests)) {
    const ok = Boolean(test(value));
    if (!ok) console.log(`not ok: ${name}`);
    if (!ok) process.exitCode = 1;
    all = all && ok;
  }
  return all;
}

export function sleep(seconds) {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, seconds * 1000);
}
