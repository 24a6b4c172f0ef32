// Is the guideline's CQL portable? Translates its libraries with the reference translator, evaluates the public defines
// of every case with another engine (cql-execution), and prints where calx answers something else.
//
//   cd tools/portability && npm ci
//   node tools/portability/compare.mjs [GUIDELINE] [--case NAME] [--define NAME] [--translate-only]
//
// GUIDELINE is a guideline's folder, content/guidelines/calcinosis-cutis when left out; --case takes cases whose name
// contains NAME. calx is build/release/calx, or --calx PATH. Exit code 1 when there is a difference.
// The other engine calculates with binary floating point and has limits of its own: a difference says that one of the
// two is wrong, not which.

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
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
  options: {
    case: { type: 'string' }, define: { type: 'string', multiple: true }, calx: { type: 'string' },
    'translate-only': { type: 'boolean' },
  },
});
const guideline = resolve(positionals[0] ?? join(root, 'content/guidelines/calcinosis-cutis'));
const calx = options.calx ?? join(root, 'build/release/calx');
const readJson = (path) => JSON.parse(readFileSync(path, 'utf8').replace(/^\uFEFF/, ''));
const filesOf = (folder, ending) =>
  existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(ending)).sort().map((name) => join(folder, name)) : [];

/// A define that others use is evaluated once per record; the engine itself would do so again at every use when its
/// value is null.
const memo = new Map();
require('cql-execution/lib/elm/reusable.js').ExpressionRef.prototype.exec = function exec(context) {
  const own = this.library ? context.getLibraryContext(this.library) : context;
  const target = own.get(this.name);
  if (typeof target?.execute !== 'function') return target;
  if (!memo.has(target)) memo.set(target, target.execute(own));
  return memo.get(target);
};

/// Each library once: the engine's own repository builds one anew for every include, which grows with every level.
class SharedLibraries {
  #built = new Map();
  constructor(libraries) { this.libraries = libraries; }
  resolve(name) {
    if (!this.#built.has(name)) this.#built.set(name, new cql.Library(this.libraries.get(name), this));
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
    const version = set.version ?? '';
    (service.valueSets[set.url] ??= {})[version] = new cql.ValueSet(set.url, version, members);
  }
  return service;
}

/// calx gives a resource without id that of its fullUrl and follows urn:uuid references (docs/records.md); the other
/// engine knows neither, so it gets the record with that done.
function withIds(bundle) {
  const names = new Map();
  for (const { fullUrl, resource } of bundle.entry ?? []) {
    if (!fullUrl || !resource) continue;
    resource.id ??= fullUrl.replace(/^.*[:/]/, '');
    names.set(fullUrl, `${resource.resourceType}/${resource.id}`);
  }
  const rewrite = (node) => {
    if (Array.isArray(node)) node.forEach(rewrite);
    else if (node && typeof node === 'object') {
      if (names.has(node.reference)) node.reference = names.get(node.reference);
      Object.values(node).forEach(rewrite);
    }
  };
  rewrite(bundle);
  return bundle;
}

/// The other engine's value in the form of docs/results.md.
function toResult(value) {
  if (value === null || value === undefined) return null;
  if (Array.isArray(value)) return value.map(toResult);
  if (typeof value !== 'object') return value;
  if (value.isDateTime || value.isDate) return value.toString();
  if (value.isQuantity) return { value: value.value, unit: value.unit ?? '1' };
  if (value.isRatio) return { numerator: toResult(value.numerator), denominator: toResult(value.denominator) };
  if (value.isCode) return { code: value.code, system: value.system };
  if (value.isConcept) return { codes: toResult(value.codes) };
  if (value.isInterval || value.isUncertainty) {
    return { low: toResult(value.low), high: toResult(value.high), lowClosed: value.lowClosed ?? true, highClosed: value.highClosed ?? true };
  }
  if (typeof value.getTypeInfo === 'function') {  // a FHIR object
    const json = value._json;
    return json?.resourceType ? { reference: `${json.resourceType}/${json.id}` } : toResult(json);
  }
  return Object.fromEntries(Object.entries(value).map(([key, element]) => [key, toResult(element)]));
}

/// Both sides without what may differ in spelling: absent and null, displays, trailing zeros, +00:00 and Z.
function normal(value) {
  if (value === null || value === undefined) return null;
  if (Array.isArray(value)) return value.map(normal);
  if (typeof value === 'number') return Number(value.toPrecision(12));
  if (typeof value === 'string') {
    return /^\d{4}-\d\d-\d\dT/.test(value) ? value.replace(/\+00:00$/, 'Z').replace(/\.000(?=Z|[+-]|$)/, '') : value;
  }
  if (typeof value !== 'object') return value;
  const isCoded = 'system' in value || 'codes' in value;
  return Object.fromEntries(Object.entries(value)
    .filter(([key, element]) => element !== null && element !== undefined && !(isCoded && key === 'display'))
    .map(([key, element]) => [key, normal(element)])
    .sort(([a], [b]) => (a < b ? -1 : 1)));
}

/// The first place where two values part, as a path and both sides; nothing when they are equal.
function parting(ours, theirs, path = '') {
  if (isDeepStrictEqual(ours, theirs)) return null;
  const both = (test) => test(ours) && test(theirs);
  if (both(Array.isArray) && ours.length === theirs.length) {
    for (let i = 0; i < ours.length; ++i) {
      const found = parting(ours[i], theirs[i], `${path}[${i}]`);
      if (found) return found;
    }
  }
  if (both((value) => value && typeof value === 'object' && !Array.isArray(value))) {
    for (const key of new Set([...Object.keys(ours), ...Object.keys(theirs)])) {
      const found = parting(ours[key] ?? null, theirs[key] ?? null, `${path}.${key}`);
      if (found) return found;
    }
  }
  return { path, ours, theirs };
}

const short = (value) => {
  const text = JSON.stringify(value) ?? 'null';
  return text.length > 300 ? `${text.slice(0, 300)}...` : text;
};

async function evaluateElsewhere(compiled, record, at, names, service) {
  memo.clear();
  const source = fhir.PatientSource.FHIRv401();
  source.loadBundles([record]);
  const moment = cql.DateTime.parse(at.replace(/Z$/, '+00:00').replace(/(:\d\d)([+-])/, '$1.000$2'));
  const context = new cql.PatientContext(compiled, source.currentPatient(), service, {}, moment, { onMessage() {} });
  const answers = {};
  for (const name of names) {
    try {
      answers[name] = normal(toResult(await compiled.expressions[name].execute(context)));
    } catch (error) {
      answers[name] = { failed: String(error.message ?? error).split('\n')[0] };
    }
  }
  return answers;
}

async function main() {
  const info = readJson(join(guideline, 'guideline.json'));
  const texts = new Map(filesOf(join(guideline, 'cql'), '.cql').map((path) => [basename(path, '.cql'), readFileSync(path, 'utf8')]));
  const { libraries, errors } = translate(texts);
  for (const error of errors) console.log(error);
  console.log(`${libraries.size} libraries translated, ${errors.length} errors`);
  if (errors.length > 0 || options['translate-only']) return errors.length > 0 ? 1 : 0;

  const names = libraries.get(info.library).library.statements.def
    .filter((define) => define.type !== 'FunctionDef' && define.accessLevel !== 'Private' && define.name !== 'Patient')
    .map((define) => define.name)
    .filter((name) => !options.define || options.define.includes(name));
  const compiled = new SharedLibraries(libraries).resolve(info.library);
  const service = codeService();
  let compared = 0;
  let differences = 0;
  for (const name of readdirSync(join(guideline, 'cases')).sort()) {
    if (options.case && !name.includes(options.case)) continue;
    const path = join(guideline, 'cases', name, 'patient.json');
    if (!existsSync(path)) continue;
    const at = readJson(join(guideline, 'cases', name, 'expected.json')).at;
    const output = execFileSync(calx, ['assess', path, '--guideline', guideline, '--at', at, '--format', 'json'],
                                { maxBuffer: 1 << 28 });
    const ours = JSON.parse(output);
    const theirs = await evaluateElsewhere(compiled, withIds(readJson(path)), at, names, service);
    for (const define of names) {
      ++compared;
      const failure = ours.errors[define];
      const found = parting(failure ? { failed: failure.message } : normal(ours.results[define]), theirs[define]);
      // Both fail: in whatever words.
      if (!found || (failure && theirs[define]?.failed)) continue;
      ++differences;
      console.log(`${name}: ${define}${found.path}\n    calx      ${short(found.ours)}\n    elsewhere ${short(found.theirs)}`);
    }
  }
  console.log(`${compared} results compared, ${differences} differences`);
  return differences > 0 ? 1 : 0;
}

process.exit(await main());
