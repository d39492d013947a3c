// Reads a pipeline with Microsoft's language service for Azure Pipelines, by the keys that its reference names ("YAML schema reference
// for Azure Pipelines": pipeline, pool, steps.*), as far as ours have them: the service's own schema is not on npm.
//   NODE_PATH=... node read_azure.js FILE
const fs = require('fs');
const { getLanguageService } = require('azure-pipelines-language-service');
const { parse } = require('azure-pipelines-language-service/lib/parser/yamlParser');
const { TextDocument } = require('vscode-languageserver-textdocument');

const text = { type: 'string' };
const object = (properties, more) => ({ type: 'object', properties, additionalProperties: false, ...more });
const anyStep = { displayName: text, name: text, condition: text, continueOnError: {}, enabled: {}, env: { type: 'object' },
  timeoutInMinutes: {}, retryCountOnTaskFailure: {}, target: {} };
const step = (name, own) => object({ [name]: text, ...anyStep, ...own }, { required: [name], firstProperty: [name] });
const shell = { workingDirectory: text, failOnStderr: {} };
const steps = [step('script', shell), step('bash', shell), step('task', { inputs: { type: 'object' } }), step('publish', { artifact: text }),
  step('checkout', {})];
const schema = object({ name: text, trigger: {}, pr: {}, schedules: {}, variables: {}, parameters: {}, resources: {},
  pool: object({ name: text, vmImage: text, demands: {} }), steps: { type: 'array', items: { anyOf: steps } } }, { required: ['steps'] });

console.log = () => {}; // the service talks
const service = getLanguageService(() => Promise.reject(new Error('no network')), [], undefined, { resolveRelativePath: (path) => path });
service.configure({ validate: true, schemas: [{ uri: 'https://schema.invalid/azure.json', fileMatch: ['*'], schema }] });
const content = fs.readFileSync(process.argv[2], 'utf8');
const file = TextDocument.create('file:///azure-pipelines.yml', 'azure-pipelines', 1, content);
service.doValidation(file, parse(content)).then((found) => {
  for (const one of found) process.stderr.write(`line ${one.range.start.line + 1}: ${one.message}\n`);
  process.exit(found.length ? 1 : 0);
});
