// same_json.mjs FILE: prints each line of FILE that JSON.stringify would write otherwise, and says how many it read.
import {readFileSync} from 'node:fs';

const lines = readFileSync(process.argv[2], 'utf8').split('\n').filter(line => line !== '');
for (const line of lines)
    if (JSON.stringify(JSON.parse(line)) !== line)
        console.log(line);
console.log(`${lines.length} lines`);
