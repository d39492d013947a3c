// k6's metrics: what was added, for load.mjs to hold against the thresholds.
export const added = {};

class Metric {
  constructor(name) {
    this.values = added[name] = [];
  }

  add(value) {
    this.values.push(Number(value));
  }
}

export { Metric as Counter, Metric as Rate };
