// Prints what JSON.parse and JSON.stringify make of many inputs, one a line, for test_js_node.c:
//   P <base64 of the text> <base64 of JSON.stringify(JSON.parse(text)), or "-" where it throws>
//   N <the double's 16 hex digits> <JSON.stringify(double)>
// usage: node js_cases.mjs SEED.  The same seed gives the same lines.

let state = BigInt(process.argv[2] ?? 1) * 2654435761n + 88172645463325252n;
function next() {
  // xorshift64, then 53 bits of it
  const mask = (1n << 64n) - 1n;
  state ^= (state << 13n) & mask;
  state ^= state >> 7n;
  state ^= (state << 17n) & mask;
  return state;
}
const below = n => Number(next() >> 11n) % n;
const pick = list => list[below(list.length)];
const times = (n, make) => Array.from({length: n}, make);

const lines = [];
const view = new DataView(new ArrayBuffer(8));
function fromBits(bits) {
  view.setBigUint64(0, BigInt.asUintN(64, bits));
  return view.getFloat64(0);
}
function bitsOf(number) {
  view.setFloat64(0, number);
  return view.getBigUint64(0);
}

function emitNumber(number) {
  lines.push(`N ${bitsOf(number).toString(16).padStart(16, "0")} ${JSON.stringify(number)}`);
}

// Bytes become text as in a TextDecoder: U+FFFD per maximal subpart, one leading BOM dropped.
function emitText(bytes) {
  const buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes, "utf8");
  let expected = "-";
  try {
    expected = Buffer.from(JSON.stringify(JSON.parse(new TextDecoder().decode(buffer)))).toString("base64");
  } catch {}
  lines.push(`P ${buffer.toString("base64")} ${expected}`);
}

// --- doubles ---
for (let e = -1074; e <= 1023; e++) {
  const power = Math.pow(2, e);
  const bits = bitsOf(power);
  for (const d of [-2n, -1n, 0n, 1n, 2n]) if (bits + d > 0n) emitNumber(fromBits(bits + d));
}
for (let e = -323; e <= 308; e++) {
  const bits = bitsOf(Number(`1e${e}`));
  for (const d of [-1n, 0n, 1n]) if (bits + d > 0n) emitNumber(fromBits(bits + d));
  emitNumber(Number(`${1 + below(9)}.${below(1e9)}e${e}`));
}
for (let i = 0; i < 6000; i++) {
  const x = fromBits(next());
  if (Number.isFinite(x)) emitNumber(x);
}
for (let i = 0; i < 1500; i++) emitNumber(fromBits(next() & 0xfffffffffffffn)); // subnormal
for (let i = 0; i < 1500; i++) emitNumber(fromBits(next() >> BigInt(12 + below(52)))); // small ones among them
for (let i = 0; i < 1500; i++) emitNumber(Number(next() >> BigInt(below(64)))); // integers
for (let i = 0; i < 1500; i++) emitNumber(below(1e9) / Math.pow(10, below(12))); // what people write
for (let i = 0; i < 1500; i++) emitNumber((below(2e9) - 1e9) / (1 + below(1e6)));
for (let i = 0; i < 500; i++) emitNumber(1e21 * (1 + (below(2001) - 1000) * Number.EPSILON)); // around the layouts' borders
for (let i = 0; i < 500; i++) emitNumber(1e-6 * (1 + (below(2001) - 1000) * Number.EPSILON));
for (let i = 0; i < 500; i++) emitNumber(2 ** 53 + below(4001) - 2000);
for (let i = 0; i < 500; i++) emitNumber(10 ** (15 + below(3)) + (below(4001) - 2000) / 8);
for (const x of [0, -0, NaN, Infinity, -Infinity, Number.MAX_VALUE, Number.MIN_VALUE, 2 ** -1022, 5e-324, 1.5, 0.1, 1 / 3])
  emitNumber(x);

// --- texts of numbers ---
// The exact decimal of the point halfway between a double and the next, and decimals a hair beside it.
function halfway(bits) {
  const exponent = Number((bits >> 52n) & 0x7ffn),
    fraction = bits & 0xfffffffffffffn;
  const mantissa = 2n * (exponent ? fraction | (1n << 52n) : fraction) + 1n;
  const power = (exponent || 1) - 1076; // value = mantissa * 2^power
  if (power >= 0) return (mantissa << BigInt(power)).toString();
  const digits = (mantissa * 5n ** BigInt(-power)).toString().padStart(-power + 1, "0");
  return `${digits.slice(0, digits.length + power)}.${digits.slice(digits.length + power)}`;
}
function below1(text) {
  // the same text with its last non-zero digit one lower and a 9 behind it
  const at = text.search(/[1-9](?=[0.]*$)/);
  return text.slice(0, at) + (text.charCodeAt(at) - 49) + text.slice(at + 1) + (text.includes(".") ? "9" : ".9");
}
for (let i = 0; i < 250; i++) {
  const text = halfway((i % 5 ? next() : next() >> BigInt(12 + below(52))) & 0x7fefffffffffffffn);
  const point = text.includes(".") ? "" : ".";
  emitText(`[${text},-${text},${text}${point}000000000000000000001,${text}${point}${"0".repeat(900)}1,${below1(text)}]`);
}
const digits = n => times(n, () => below(10)).join("");
for (let i = 0; i < 1500; i++) {
  const whole = pick(["0", String(1 + below(9)) + digits(below(25))]);
  const fraction = pick(["", "." + digits(1 + below(25)), "." + "0".repeat(below(30)) + digits(1 + below(5))]);
  const exponent = pick(["", `${pick(["e", "E"])}${pick(["", "+", "-"])}${pick(["", "000"])}${below(pick([5, 25, 350]))}`]);
  emitText(`${pick(["", "-"])}${whole}${fraction}${exponent}`);
}
for (const text of [
  "1E400",
  "-1E400",
  "1e-400",
  "-1e-400",
  "-0",
  "-0.0",
  "-0e5",
  "0e999999999999999999999",
  "1e999999999999999999999",
  "1e-999999999999999999999",
  `0.${"0".repeat(5000)}1e5001`,
  `1${"0".repeat(5000)}e-5000`,
  `0.${"0".repeat(400)}${"7".repeat(1000)}e401`,
  "9".repeat(400),
  "1" + "0".repeat(308),
  "1" + "0".repeat(309),
  "1.7976931348623157e308",
  "1.7976931348623158e308",
  "1.7976931348623159e308",
  "179769313486231580793728971405301e276",
  "2.4703282292062327e-324",
  "2.4703282292062328e-324",
  "2.2250738585072011e-308",
  "2.2250738585072012e-308",
  "9007199254740993",
  "9007199254740992.5",
  "123456789012345678901234567890",
  "5.684341886080802e-14",
  "1e23",
  "8.41e21",
  "00",
  "01",
  "-01",
  "-",
  "+1",
  ".5",
  "5.",
  "1.e1",
  "1e",
  "1e+",
  "1e-",
  "0x10",
  "1_000",
  "1,",
  "--1",
  "1e1.5",
  "Infinity",
  "NaN",
  "-Infinity",
  "1f",
  "1n",
  "١",
])
  emitText(text);

// --- fixed texts ---
for (const text of [
  "",
  " ",
  "\ufeff",
  "\ufeff1",
  "\ufeff\ufeff1",
  " \ufeff1",
  "1\ufeff",
  "\u00a01",
  "1\u00a0",
  "\u20281",
  "\u2029",
  "\v1",
  "\f1",
  "1\v",
  "\u00851",
  "\u30001",
  "\0",
  "1\0",
  "\u001f1",
  " \t\r\n1\n\r\t ",
  "null",
  "nul",
  "nulll",
  "NULL",
  "true",
  "True",
  "tru",
  "false",
  "undefined",
  "truefalse",
  "true false",
  "[",
  "]",
  "{",
  "}",
  "[]",
  "{}",
  "[1",
  "[1,",
  "[1,]",
  "[,1]",
  "[,]",
  "[1 2]",
  "[1]]",
  "[[1]",
  "[}",
  "{]",
  "[1}",
  '{"a":1]',
  "{,}",
  "{1:2}",
  "{a:1}",
  "{'a':1}",
  '{"a"}',
  '{"a":}',
  '{"a":1,}',
  '{"a":1,,"b":2}',
  '{"a" 1}',
  '{"a"::1}',
  '{"a":1 "b":2}',
  '{"a":1}}',
  '{"a":1',
  '{"a":',
  '{"a"',
  '{"a',
  '{"',
  "//x\n1",
  "/*x*/1",
  "1//x",
  "'a'",
  "`a`",
  '"',
  '"a',
  '"a\\',
  '"\\"',
  '"\\x41"',
  '"\\u12"',
  '"\\u12g4"',
  '"\\U0041"',
  '"\\u{41}"',
  '"\\0"',
  '"\\v"',
  '"\\\'"',
  '"\\\n"',
  '"\\a"',
  '"\\u00e9\\u00E9"',
  '"\\/\\b\\f\\n\\r\\t\\\\\\""',
  '"\t"',
  '"\n"',
  '"\0"',
  '"\u001f"',
  '"\u007f\u0080\u2028\u2029\ufeff\ufffe\uffff\u{10ffff}"',
  '"\\u0000\\u001f\\u007f\\u2028"',
  '"\\ud83d\\ude00"',
  '"\\ude00\\ud83d"',
  '"\\ud83d"',
  '"\\ude00"',
  '"\\ud83d\\ud83d\\ude00\\ude00"',
  '"\\ud83dx\\ude00"',
  '"\\uD83D\\uDE00"',
  '"\\udbff\\udfff"',
  '"\\ud800\\udc00"',
  '"\\ud7ff\\ue000"',
  '"\\ud83d\\u0041"',
  '"\\ud83d\\n"',
  '"\u{1f600}\\ude00"',
  '"\\ud83d\u{1f600}"',
  '"\\u00ed\\u00a0\\u00bd\\ude00"',
  '{"b":1,"a":2,"b":3}',
  '{"a":{"x":1},"a":{"y":2}}',
  '{"10":1,"9":2,"x":3,"1":4}',
  '{"4294967294":1,"4294967295":2,"4294967293":3,"0":4}',
  '{"4294967296":1,"1":2}',
  '{"01":1,"1":2,"00":3,"-1":4,"1.0":5,"1e0":6," 1":7,"+1":8,"":9}',
  '{"99999999999":1,"9999999999":2,"999999999":3}',
  '{"__proto__":1,"a":2,"__proto__":3}',
  '{"__proto__":{"data":1}}',
  '{"constructor":1,"toString":2,"hasOwnProperty":3,"length":4,"toJSON":5}',
  '{"\\u0061":1,"a":2}',
  '{"\\u0031":1,"0":2}',
  '{"\\ud800":1,"\\ud800":2,"\\udfff":3}',
  '{"a\\u0000":1,"a":2,"a\\u0000b":3}',
  '{"\u00e9":1,"e\u0301":2,"\\u00e9":3}',
  '{"2":0,"1":0,"2":1}',
])
  emitText(text);

// --- bytes that are no UTF-8, inside a string, outside, as a key ---
const evil = [
  [0x80],
  [0xbf],
  [0xc0, 0x80],
  [0xc1, 0xbf],
  [0xc3],
  [0xc3, 0x28],
  [0xe0, 0x80, 0x80],
  [0xe0, 0xa0],
  [0xe1, 0x80],
  [0xe1, 0x80, 0x41],
  [0xed, 0xa0, 0x80],
  [0xed, 0xb0, 0x80],
  [0xed, 0x9f, 0xbf],
  [0xed, 0xa0, 0xbd, 0xed, 0xb8, 0x80],
  [0xef, 0xbf],
  [0xf0, 0x80, 0x80, 0x80],
  [0xf0, 0x90, 0x80],
  [0xf0, 0x90],
  [0xf0, 0x9f, 0x98, 0x22],
  [0xf4, 0x90, 0x80, 0x80],
  [0xf4, 0x8f, 0xbf, 0xbf],
  [0xf5, 0x80, 0x80, 0x80],
  [0xff],
  [0xfe, 0xff],
  [0xf8, 0x88, 0x80, 0x80, 0x80],
  [0xe2, 0x28, 0xa1],
  [0xf1, 0x80, 0x80, 0xe1, 0x80],
];
const quoted = bytes => Buffer.concat([Buffer.from('"'), Buffer.from(bytes), Buffer.from('"')]);
for (const bytes of evil) {
  emitText(quoted(bytes));
  emitText(Buffer.concat([Buffer.from("{"), quoted(bytes), Buffer.from(':1,"\ufffd":2}')]));
  emitText(Buffer.from(bytes));
  emitText(Buffer.concat([Buffer.from('"\\ud83d'), Buffer.from(bytes), Buffer.from('\\ude00"')]));
  emitText(Buffer.concat([Buffer.from('"'), Buffer.from(bytes)]));
}
for (let i = 0; i < 1500; i++)
  emitText(
    quoted(
      times(1 + below(8), () =>
        pick([
          0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc2, 0xdf, 0xe0, 0xe1, 0xed, 0xef, 0xf0, 0xf1, 0xf4, 0xf5,
          0xff,
        ]),
      ),
    ),
  );
for (let a = 0xc0; a < 0x100; a++)
  for (const b of [0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0]) emitText(quoted([a, b, 0x80, 0x80, 0x80]));

// --- random values, written in random ways, and broken ones ---
const atoms = [
  "a",
  "é",
  "😀",
  "\u2028",
  '\\"',
  "\\\\",
  "\\/",
  "\\n",
  "\\u0000",
  "\\ud83d",
  "\\ude00",
  "\\u00e9",
  " ",
  "\u007f",
  "\ufffd",
  "0",
  "1",
  "x".repeat(40),
];
const space = () => (below(4) ? "" : pick([" ", "\n", "\t", "\r\n", "  "]));
const text = () => `"${times(below(6), () => pick(atoms)).join("")}"`;
const key = () =>
  pick([
    text,
    text,
    () => `"${below(20)}"`,
    () => `"${pick(["__proto__", "4294967294", "4294967295", "00", "-1", "a", "b", "c"])}"`,
  ])();
const scalar = () =>
  pick([
    text,
    text,
    () => String(below(1000)),
    () => `-${below(10)}.${below(1000)}e${below(30) - 15}`,
    () => pick(["true", "false", "null"]),
  ])();
function value(depth) {
  const kind = depth > 0 ? below(4) : 2;
  const join = items => items.map(item => space() + item + space()).join(",");
  if (kind === 0) return `[${join(times(below(5), () => value(depth - 1)))}${space()}]`;
  if (kind === 1)
    return `{${join(times(below(pick([6, 30])), () => `${key()}${space()}:${space()}${value(depth - 1)}`))}${space()}}`;
  return scalar();
}
for (let i = 0; i < 3000; i++) {
  const whole = Buffer.from(value(1 + below(4)));
  emitText(whole);
  const broken = Buffer.from(whole);
  const at = below(broken.length);
  if (below(2)) broken[at] = pick([...Buffer.from('"\\{}[],:0-.eE \n\0u'), 0x80, 0xff, 0xed]);
  emitText(below(3) ? broken : broken.subarray(0, at));
}
emitText(`{${times(3000, () => `"${pick(["k", ""])}${below(1500)}":${below(10)}`).join(",")}}`);
emitText("[".repeat(900) + "]".repeat(900));
emitText('{"a":'.repeat(900) + "1" + "}".repeat(900));

process.stdout.write(lines.join("\n") + "\n");
