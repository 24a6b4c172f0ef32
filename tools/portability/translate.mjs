// CQL texts to ELM with the reference translator.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import {
  CqlCompilerOptions, CqlTranslator, LibraryBuilder, LibraryManager, ModelManager, createLibrarySourceProvider,
  createModelInfoProvider, createUcumService, stringAsSource,
} from '@cqframework/cql/cql-to-elm';
import { fhirHelpers } from './fhirhelpers.mjs';

const require = createRequire(import.meta.url);

function modelInfos() {
  const fhir = readFileSync(require.resolve('cql-exec-fhir/lib/modelInfos/fhir-modelinfo-4.0.1.xml'), 'utf8');
  // The package keeps the model of System in a string of its own code and has no door to it.
  const code = readFileSync(require.resolve('@cqframework/cql/cql-to-elm').replace(/[^/]*$/, 'cql.mjs'), 'utf8');
  const literal = code.match(/^\s*systemModelInfoXml = ('<\?xml.*');$/m)?.[1];
  if (!literal) throw new Error('the translator no longer keeps its System model where this script looks');
  return { FHIR: fhir, System: Function(`return ${literal}`)() };
}

const withoutAnnotations = (node) => {
  if (Array.isArray(node)) node.forEach(withoutAnnotations);
  else if (node && typeof node === 'object') {
    delete node.annotation;
    Object.values(node).forEach(withoutAnnotations);
  }
  return node;
};

function severityOf(exception) {
  const name = Object.values(exception.severity ?? {}).find((value) => typeof value === 'string');
  return name ?? exception.severity?.name ?? 'Error';
}

function placeOf(exception, name) {
  const values = Object.values(exception.locator ?? {});
  return values.length > 2 ? `${values[0]?.id ?? name}:${values[1]}:${values[2]}` : name;
}

/// texts: Map of library name to CQL. Answers { libraries: Map of name to ELM, errors: [sentence] }.
export function translate(texts) {
  const models = modelInfos();
  const all = new Map([['FHIRHelpers', fhirHelpers(models.FHIR)], ...texts]);
  const modelManager = new ModelManager();
  modelManager.modelInfoLoader.registerModelInfoProvider(
    createModelInfoProvider((id) => (models[id] ? stringAsSource(models[id]) : null)));
  const options = new CqlCompilerOptions();
  options.signatureLevel = LibraryBuilder.SignatureLevel.All;
  const noUnits = () => { throw new Error('units are not converted while translating'); };
  const manager = new LibraryManager(modelManager, options, undefined, createUcumService(noUnits, () => null, noUnits, noUnits));
  manager.librarySourceLoader.registerProvider(
    createLibrarySourceProvider((id) => (all.has(id) ? stringAsSource(all.get(id)) : null)));

  const libraries = new Map();
  const errors = new Set();
  const { log, info, debug } = console;
  console.log = console.info = console.debug = () => {};  // the translator talks
  try {
    for (const [name, text] of all) {
      const translated = CqlTranslator.fromText(text, manager);
      for (const exception of translated.exceptions.asJsReadonlyArrayView()) {
        if (severityOf(exception) === 'Error') errors.add(`${placeOf(exception, name)}: ${exception.message}`);
      }
      libraries.set(name, withoutAnnotations(JSON.parse(translated.toJson())));
    }
  } finally {
    Object.assign(console, { log, info, debug });
  }
  return { libraries, errors: [...errors] };
}
