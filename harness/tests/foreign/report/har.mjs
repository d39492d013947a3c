// Checks HAR files against the schema of HAR 1.2.
//   node har.mjs FILE...
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';

const validate = createRequire(`${process.env.MODULES}/x.js`)('har-validator');
let bad = 0;
for (const file of process.argv.slice(2)) {
  const har = JSON.parse(readFileSync(file, 'utf8'));
  if (har.log.entries.length === 0) {
    console.log(`${file}: no entries`);
    bad++;
  }
  await validate.har(har).catch((error) => {
    bad++;
    console.log(`${file}: ${JSON.stringify(error.errors?.slice(0, 5) ?? error.message)}`);
  });
}
process.exit(bad ? 1 : 0);
