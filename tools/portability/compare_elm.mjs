// Is the ELM that calx writes the same program as the CQL? Runs it and the reference translator's ELM of the same texts
// in one engine (cql-execution) on every case, and compares every define of every library.
//
//   cd tools/portability && npm ci
//   for f in content/guidelines/calcinosis-cutis/cql/*.cql; do build/release/calx cql translate "$f" --elm > OUT/$(basename "$f" .cql).json; done
//   node tools/portability/compare_elm.mjs OUT [GUIDELINE] [--case NAME]
//   node tools/portability/compare_elm.mjs --write DIR [GUIDELINE]      the translator's ELM, for `--library DIR/X.json`
//
// Exit code 1 when there is a difference.

import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual, parseArgs } from 'node:util';
import { translate } from './translate.mjs';

const require = createRequire(import.meta.url);
const cql = require('cql-execution');
const fhir = require('cql-exec-fhir');
const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { case: { type: 'string' }, write: { type: 'string' } },
});
const elmFolder = options.write ? null : positionals.shift();
if (!options.write && !elmFolder) {
  console.error('usage: node compare_elm.mjs ELM_FOLDER [GUIDELINE] [--case NAME] | --write DIR [GUIDELINE]');
  process.exit(2);
}
const guideline = resolve(positionals[0] ?? join(root, 'content/guidelines/calcinosis-cutis'));
const readJson = (path) => JSON.parse(readFileSync(path, 'utf8').replace(/^\uFEFF/, ''));
const filesOf = (folder, ending) =>
  existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(ending)).sort().map((name) => join(folder, name)) : [];

// A define is evaluated once per record, also when its value is null.
const memo = new Map();
require('cql-execution/lib/elm/reusable.js').ExpressionRef.prototype.exec = function exec(context) {
  const own = this.library ? context.getLibraryContext(this.library) : context;
  const target = own.get(this.name);
  if (typeof target?.execute !== 'function') return target;
  if (!memo.has(target)) memo.set(target, target.execute(own));
  return memo.get(target);
};

class Libraries {
  #built = new Map();
  constructor(elm) { this.elm = elm; }
  resolve(name) {
    if (!this.#built.has(name)) this.#built.set(name, new cql.Library(this.elm.get(name), this));
    return this.#built.get(name);
  }
}

function codeService() {
  const service = new cql.CodeService({});
  service.valueSets = {};
  for (const path of filesOf(join(guideline, 'valuesets'), '.json')) {
    const set = readJson(path);
    if (set.resourceType !== 'ValueSet') continue;
    const members = [];
    const collect = (entries) => {
      for (const entry of entries ?? []) {
        if (entry.code && !entry.abstract) members.push(new cql.Code(entry.code, entry.system, entry.version));
        collect(entry.contains);
      }
    };
    collect(set.expansion?.contains);
    (service.valueSets[set.url] ??= {})[set.version ?? ''] = new cql.ValueSet(set.url, set.version ?? '', members);
  }
  return service;
}

function plain(value) {
  if (value === null || value === undefined) return null;
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object') return value;
  if (value.isDateTime || value.isDate || value.isQuantity) return value.toString();
  if (typeof value.getTypeInfo === 'function') return plain(value._json);
  return Object.fromEntries(Object.entries(value).filter(([, part]) => part !== null && part !== undefined)
    .map(([key, part]) => [key, plain(part)]).sort(([a], [b]) => (a < b ? -1 : 1)));
}

async function answers(elm, record, at, service) {
  const libraries = new Libraries(elm);
  const source = fhir.PatientSource.FHIRv401();
  source.loadBundles([record]);
  const patient = source.currentPatient();
  const moment = cql.DateTime.parse(at.replace(/Z$/, '+00:00').replace(/(:\d\d)([+-])/, '$1.000$2'));
  const found = {};
  for (const name of elm.keys()) {
    if (name === 'FHIRHelpers') continue;
    const library = libraries.resolve(name);
    memo.clear();
    const context = new cql.PatientContext(library, patient, service, {}, moment, { onMessage() {} });
    for (const [define, body] of Object.entries(library.expressions)) {
      if (body.constructor.name !== 'ExpressionDef' || define === 'Patient') continue;
      try {
        found[`${name}.${define}`] = plain(await body.execute(context));
      } catch (error) {
        found[`${name}.${define}`] = { failed: String(error.message ?? error).split('\n')[0] };
      }
    }
  }
  return found;
}

async function main() {
  const texts = new Map(filesOf(join(guideline, 'cql'), '.cql').map((path) => [basename(path, '.cql'), readFileSync(path, 'utf8')]));
  const { libraries: theirs, errors } = translate(texts);
  for (const error of errors) console.log(error);
  if (errors.length > 0) return 1;
  if (options.write) {
    mkdirSync(options.write, { recursive: true });
    for (const [name, elm] of theirs) writeFileSync(join(options.write, `${name}.json`), JSON.stringify(elm));
    console.log(`${theirs.size} libraries written`);
    return 0;
  }
  const ours = new Map([['FHIRHelpers', theirs.get('FHIRHelpers')]]);
  for (const path of filesOf(elmFolder, '.json')) {
    if (basename(path) !== 'FHIRHelpers.json') ours.set(basename(path, '.json'), readJson(path));
  }
  const service = codeService();
  let compared = 0;
  let differences = 0;
  for (const name of readdirSync(join(guideline, 'cases')).sort()) {
    if (options.case && !name.includes(options.case)) continue;
    const path = join(guideline, 'cases', name, 'patient.json');
    if (!existsSync(path)) continue;
    const at = readJson(join(guideline, 'cases', name, 'expected.json')).at;
    const left = await answers(ours, readJson(path), at, service);
    const right = await answers(theirs, readJson(path), at, service);
    for (const define of Object.keys(right)) {
      ++compared;
      if (isDeepStrictEqual(left[define], right[define])) continue;
      if (left[define]?.failed && right[define]?.failed) continue;
      ++differences;
      const short = (value) => (JSON.stringify(value) ?? 'missing').slice(0, 400);
      console.log(`${name}: ${define}\n    calx's ELM       ${short(left[define])}\n    the translator's ${short(right[define])}`);
    }
  }
  console.log(`${compared} values compared, ${differences} differences`);
  return differences > 0 ? 1 : 0;
}

process.exit(await main());
