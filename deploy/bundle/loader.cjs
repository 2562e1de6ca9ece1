'use strict';
/*
 * The file that Lambda loads: runs the bundle beside it, with V8's code cache where the cache was made by this very
 * build of Node and with the same V8 flags. Otherwise V8 refuses it, and the bundle is compiled as ever.
 */
const { readFileSync } = require('node:fs');
const { wrap } = require('node:module');
const { join } = require('node:path');
const { Script } = require('node:vm');
const { gzipSync } = require('node:zlib');

const scripts = new Map();
const loaded = new Map();

function load(name) {
  const known = loaded.get(name);
  if (known) return known.exports;
  const file = join(__dirname, name);
  const module = { exports: {} };
  loaded.set(name, module);
  const script = new Script(wrap(readFileSync(file, 'utf8')), { filename: file, cachedData: cacheOf(file) });
  scripts.set(name, script);
  if (script.cachedDataRejected) refused();
  script.runInThisContext().call(module.exports, module.exports, requireHere, module, file, __dirname);
  return module.exports;
}

function cacheOf(file) {
  try {
    return readFileSync(`${file}.cache`);
  } catch {
    return undefined;
  }
}

function refused() {
  const made = 'made by another build of Node, or with other V8 flags; see docs/deployment.md';
  console.warn(
    JSON.stringify({ level: 'warn', code: 'CODE_CACHE_REFUSED', msg: `The code cache was ${made}` }),
  );
}

const requireHere = (id) => (id.startsWith('./') ? load(id.slice(2)) : require(id));

process.env.AGENTS_DIR ||= join(__dirname, 'agents');

const { handler } = load('app.js');

/**
 * The code caches as this very process would make them: `{ "codeCache": true }`, invoked directly. No event of an API
 * has such a field, since what a client sends stands in `body`.
 */
function caches() {
  const made = [...scripts].map(([name, script]) => [
    name,
    gzipSync(script.createCachedData()).toString('base64'),
  ]);
  return { node: process.version, arch: process.arch, caches: Object.fromEntries(made) };
}

exports.handler = async (event, context) => (event?.codeCache === true ? caches() : handler(event, context));

/** For the build. */
exports.load = load;
