// Twilio's own library for Node judges our documents and our signatures. As words.py does, with other requests.

import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";

const require = createRequire(process.argv[2] + "/");
const twilio = require("twilio");
const WORDS = process.argv[3];
const CASES = 3000;

function ours(command, lines = []) {
  const input = lines.map((line) => JSON.stringify(line) + "\n").join("");
  const done = spawnSync(WORDS, [command], { input, encoding: "utf8", maxBuffer: 1 << 28 });
  if (done.status !== 0) throw new Error(done.stdout + done.stderr);
  return done.stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
}

function check(good, why) {
  if (!good) throw new Error(why);
}

// Enough of a parser for documents that the Python oracle has already parsed with a real one.
function parse(xml) {
  const pieces = xml.replace(/<\?.*?\?>/s, "").match(/<(?:[^"<>]|"[^"]*")*>|[^<]+/g);
  const text = (escaped) =>
    escaped.replace(/&(#x?[0-9a-fA-F]+|[a-z]+);/g, (_, name) => {
      const known = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };
      if (known[name]) return known[name];
      return String.fromCodePoint(name[1] === "x" ? parseInt(name.slice(2), 16) : parseInt(name.slice(1), 10));
    });
  const root = { children: [], text: "" };
  const open = [root];
  for (const piece of pieces) {
    const tag = piece.match(/^<(\/?)([A-Za-z]+)((?:\s+[A-Za-z]+="[^"]*")*)\s*(\/?)>$/s);
    if (!tag) {
      open.at(-1).text += text(piece);
    } else if (tag[1]) {
      open.pop();
    } else {
      const attributes = {};
      for (const [, name, value] of tag[3].matchAll(/([A-Za-z]+)="([^"]*)"/gs)) attributes[name] = text(value);
      const element = { tag: tag[2], attributes, children: [], text: "" };
      open.at(-1).children.push(element);
      if (!tag[4]) open.push(element);
    }
  }
  return root.children[0];
}

function plain({ tag, attributes, children, text }) {
  const sorted = Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1));
  return [tag, sorted, text, children.map(plain)];
}

const WITH_TEXT = ["say", "redirect", "number", "message", "body"];

function rebuild(parent, element) {
  for (const child of element.children) {
    const name = child.tag[0].toLowerCase() + child.tag.slice(1);
    check(typeof parent[name] === "function", `<${child.tag}> is not known`);
    const made = WITH_TEXT.includes(name) ? parent[name](child.attributes, child.text) : parent[name](child.attributes);
    rebuild(made, child);
  }
}

const documents = ours("documents");
for (const { kind, xml } of documents) {
  const built = kind === "voice" ? new twilio.twiml.VoiceResponse() : new twilio.twiml.MessagingResponse();
  rebuild(built, parse(xml));
  const [mine, theirs] = [xml, built.toString()].map((document) => JSON.stringify(plain(parse(document))));
  check(mine === theirs, `\nours:   ${xml}\ntheirs: ${built}`);
}
console.log(`node twilio: ${documents.length} documents are what it builds itself`);

// A small generator with a seed, so that a failure can be repeated.
let state = 20261121;
const below = (bound) => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return Math.floor((state / 2 ** 32) * bound);
};
const choice = (from) => from[below(from.length)];
const word = () => Array.from({ length: below(12) }, () => choice([..."aZ09 -_.~%+&=?#/'\"<>éß日本😀\t\n"])).join("");

function request() {
  const names = [...new Set(Array.from({ length: below(6) }, () => choice(["CallSid", "From", "Body", "a", "A", "x_y", "Ä"])))];
  const params = names.flatMap((name) => Array.from({ length: choice([1, 1, 2]) }, () => [name, word()]));
  const scheme = choice(["https", "http"]);
  const port = choice(["", ":443", ":80", ":8080"]);
  const path = choice(["/", "/sms/status", "/voice/after/1?a=b", "/x?business=1&text=2", "/a%20b?y=%2B"]);
  const token = Array.from({ length: 32 }, () => choice([..."0123456789abcdef"])).join("");
  return { token, url: `${scheme}://book.example.com${port}${path}`, params };
}

function byName(params) {
  const found = {};
  for (const [name, value] of params) (found[name] ??= []).push(value);
  return found;
}

const cases = Array.from({ length: CASES }, request);
ours("sign", cases).forEach((signature, at) => {
  const { token, url, params } = cases[at];
  check(twilio.validateRequest(token, signature, url, byName(params)), `they refuse what we signed: ${JSON.stringify(cases[at])}`);
});
const signed = cases.map((one) => ({
  ...one,
  signature: twilio.getExpectedTwilioSignature(one.token, one.url, byName(one.params)),
}));
ours("check", signed).forEach((good, at) => check(good, `we refuse what they signed: ${JSON.stringify(signed[at])}`));
const spoilt = signed.map((one) => ({ ...one, params: [...one.params, ["Injected", word()]] }));
ours("check", spoilt).forEach((good, at) => {
  const { token, url, params, signature } = spoilt[at];
  const also = twilio.validateRequest(token, signature, url, byName(params));
  check(!good && !also, `taken, though it was spoilt: ${JSON.stringify(spoilt[at])}`);
});
console.log(`node twilio: ${CASES} signatures agree each way, and as many spoilt ones are refused by both`);
