// Runs a load script as k6 would, one request after another: as many iterations as its scenario has, then its thresholds.
import { readFileSync } from 'node:fs';
import { setTimeout as later } from 'node:timers/promises';
import { added } from 'k6/metrics';

globalThis.__ENV = process.env;
globalThis.open = (path) => readFileSync(path, 'utf8');
const { default: iteration, options } = await import('./script.mjs');
const { load } = options.scenarios;
const executors = {
  'constant-arrival-rate': () => load.rate * parseFloat(load.duration),
  'ramping-arrival-rate': () => load.stages.reduce((sum, stage) => sum + (stage.target * parseFloat(stage.duration)) / 2, 0),
  'shared-iterations': () => load.iterations,
  'constant-vus': () => 100,
};
const wanted = executors[load.executor]();
const times = [];
const began = performance.now();
for (let i = 0; i < wanted; i++) {
  const start = performance.now();
  iteration();
  times.push(performance.now() - start);
}
times.sort((a, b) => a - b);

const sum = (values) => values.reduce((total, value) => total + value, 0);
const metrics = {
  findings: { count: () => sum(added.findings) },
  errors: { rate: () => sum(added.errors) / (added.errors.length || 1) },
  dropped_iterations: { count: () => 0 },
  http_reqs: { rate: () => times.length / ((performance.now() - began) / 1000) },
  http_req_duration: {
    avg: () => sum(times) / times.length,
    max: () => times[times.length - 1],
    p: (percent) => times[Math.ceil((times.length * percent) / 100) - 1],
  },
};

// "p(99)<500" of "http_req_duration{scenario:load}"
function holds(name, expression) {
  const [, measure, , argument, sign, limit] = /^(\w+)(\(([\d.]+)\))?([<>]=?)([\d.]+)$/.exec(expression);
  const value = metrics[name.replace(/\{.*/, '')][measure](Number(argument));
  return { '<': value < limit, '<=': value <= limit, '>': value > limit, '>=': value >= limit }[sign];
}
for (const [name, expressions] of Object.entries(options.thresholds))
  for (const expression of expressions)
    if (!holds(name, expression)) {
      console.log(`threshold crossed: ${name}: ${expression}`);
      process.exitCode = 99;
    }
await later(50); // what was sent last is in the receiver's journal
