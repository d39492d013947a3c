// The shapes of fixtures/events/shapes.json for two validators: JSON Schema (Ajv) and zod. Open to unknown types and members, strict in
// everything else.
import { readFileSync } from 'node:fs';

const UUID = '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$';
const TIME = '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d';
const LEAVES = {
  text: { type: 'string' }, uuid: { type: 'string', pattern: UUID }, time: { type: 'string', pattern: TIME }, number: { type: 'number' },
  digits: { type: 'string', pattern: '^-?\\d+$' }, flag: { type: 'boolean' }, object: { type: 'object' }, any: {},
};

export function readShapes(file) {
  return JSON.parse(readFileSync(file, 'utf8'));
}

// `members` is {"name": "kind", "name?": "kind?"}: a ? behind the name says that it may be missing, one behind the kind that it may be null.
function each(members, visit) {
  for (const [key, kind] of Object.entries(members)) visit(key.replace(/\?$/, ''), kind.replace(/\?$/, ''), key.endsWith('?'), kind.endsWith('?'));
}

export function jsonSchema(shapes) {
  const of = (kind) => {
    if (kind.startsWith('[')) return { type: 'array', items: of(kind.slice(1, -1)) };
    if (kind.includes('|')) return { anyOf: kind.split('|').map(of) };
    return LEAVES[kind] ?? object(shapes.parts[kind]);
  };
  const object = (members) => {
    const schema = { type: 'object', properties: {}, required: [] };
    each(members, (name, kind, missing, nothing) => {
      schema.properties[name] = nothing ? { anyOf: [{ type: 'null' }, of(kind)] } : of(kind);
      if (!missing) schema.required.push(name);
    });
    return schema;
  };
  return (name, isRows) => {
    const members = shapes.objects[name]?.[isRows ? 'rows' : 'object'];
    if (!members) return {};
    return isRows ? { type: 'array', items: object(members) } : object(members);
  };
}

export function zodSchema(shapes, z) {
  const leaf = {
    text: () => z.string(), uuid: () => z.string().regex(new RegExp(UUID)), time: () => z.string().regex(new RegExp(TIME)),
    number: () => z.number(), digits: () => z.string().regex(/^-?\d+$/), flag: () => z.boolean(), object: () => z.object({}).passthrough(), any: () => z.any(),
  };
  const of = (kind) => {
    if (kind.startsWith('[')) return z.array(of(kind.slice(1, -1)));
    if (kind.includes('|')) return z.union(kind.split('|').map(of));
    return leaf[kind]?.() ?? object(shapes.parts[kind]);
  };
  const object = (members) => {
    const fields = {};
    each(members, (name, kind, missing, nothing) => {
      fields[name] = of(kind);
      if (nothing) fields[name] = fields[name].nullable();
      if (missing) fields[name] = fields[name].optional();
    });
    return z.object(fields).passthrough();
  };
  return (name, isRows) => {
    const members = shapes.objects[name]?.[isRows ? 'rows' : 'object'];
    if (!members) return z.any();
    return isRows ? z.array(object(members)) : object(members);
  };
}
