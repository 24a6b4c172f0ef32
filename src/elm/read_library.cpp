#include <algorithm>

#include "elm/elm.h"
#include "elm/reader.h"
#include "elm/shapes.h"

namespace calx {

namespace {

/// A chain of 10,000 `or`, two JSON levels each, is still read; the scanner does not recurse.
constexpr std::size_t kJsonDepth = 20'000;

std::string_view last_part(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

}  // namespace

bool looks_like_elm(std::string_view text) {
  const Result<JsonDocument> document = JsonDocument::parse(text, kJsonDepth);
  return document && document->root()["library"].is_object();
}

cql::Library read_elm_syntax(const SourceText& source, Arena& arena, Diagnostics& diagnostics) {
  const Result<JsonDocument> document = JsonDocument::parse(source.text(), kJsonDepth);
  if (!document) {
    diagnostics.report(DiagnosticKind::MalformedElm, source.span(0, 0), document.error().message);
    cql::Library library;
    library.source = source.id();
    return library;
  }
  return ElmReader(source, arena, diagnostics).read(document->root());
}

TypedLibrary read_elm(const SourceText& source, const LibraryFinder& find_library, const CheckContext& context) {
  Arena arena;  // the checker keeps copies of what outlives it
  return check_library(read_elm_syntax(source, arena, context.diagnostics), find_library, context);
}

cql::Library ElmReader::read(JsonValue root) {
  cql::Library result;
  result.source = source_.id();
  locator_ = source_.span(0, 0);
  const JsonValue library = root["library"];
  if (!library.is_object()) {
    report(root, "ELM JSON is an object with a member 'library', and this is none");
    return result;
  }
  const Step step(*this, "library");
  if (const JsonValue schema = library["schemaIdentifier"]; schema.is_object() && schema["version"].text() != "r1") {
    report(schema, "the ELM is of schema version '" + std::string(schema["version"].text()) + "', but r1 is read");
  }
  const JsonValue identifier = library["identifier"];
  if (const std::string_view id = identifier["id"].text(); !id.empty()) {
    const cql::Name name = name_at(identifier, last_part(id));
    result.name = {arena_.copy(std::span<const cql::Name>(&name, 1)), name.span};
  }
  result.version = text_at(identifier["version"]);
  collect_names(library);
  read_usings(library["usings"]);
  read_includes(library["includes"]);
  read_code_systems(library["codeSystems"]);
  read_value_sets(library["valueSets"]);
  read_codes(library["codes"]);
  read_concepts(library["concepts"]);
  read_parameters(library["parameters"]);
  read_statements(library["statements"]);
  result.declarations = copy(declarations_);
  return result;
}

// ---- Places and mistakes ----------------------------------------------------------------------------------------

std::string ElmReader::path_text() const {
  std::string text = "$";
  // Of a path of a thousand steps the ends tell where it is.
  constexpr std::size_t kEnds = 12;
  for (std::size_t i = 0; i < path_.size(); ++i) {
    if (path_.size() > 2 * kEnds && i == kEnds) {
      text += "...";
      i = path_.size() - kEnds;
    }
    text += path_[i].key.empty() ? "[" + std::to_string(path_[i].index) + "]" : "." + std::string(path_[i].key);
  }
  return text;
}

void ElmReader::report(JsonValue place, std::string message) {
  diagnostics_.report(DiagnosticKind::MalformedElm, span_of(place), std::move(message)).hint("at " + path_text());
}

void ElmReader::report_unsupported(JsonValue place, std::string message) {
  diagnostics_.report(DiagnosticKind::UnsupportedConstruct, span_of(place), std::move(message))
      .hint("at " + path_text());
}

Span ElmReader::span_of(JsonValue node) const {
  if (const JsonValue locator = node["locator"]; locator.is_string()) {
    return source_.span(locator.offset(), locator.raw().size());
  }
  if (locator_.length > 0) return locator_;
  if (!node) return source_.span(0, std::min<std::size_t>(1, source_.text().size()));
  return source_.span(node.offset(), std::max<std::size_t>(1, std::min<std::size_t>(node.raw().size(), 1)));
}

std::string_view ElmReader::required_text(JsonValue node, std::string_view key) {
  const JsonValue value = node[key];
  if (value.is_string()) return value.text();
  report(node, "the text '" + std::string(key) + "' is missing");
  return {};
}

cql::Text ElmReader::text_at(JsonValue value) {
  if (!value.is_string()) return {};
  return {keep(value.text()), source_.span(value.offset(), value.raw().size())};
}

std::string_view ElmReader::local_name(std::string_view name) {
  if (!names_.contains(name)) return keep(name);
  return keep(std::string(name) + " (local)");
}

// ---- Declarations -----------------------------------------------------------------------------------------------

void ElmReader::collect_names(JsonValue library) {
  for (const std::string_view section :
       {"includes", "parameters", "codeSystems", "valueSets", "codes", "concepts", "statements"}) {
    for (const auto [unused, definition] : library[section]["def"]) {
      const JsonValue name = definition[section == "includes" ? "localIdentifier" : "name"];
      if (name.is_string()) names_.insert(name.text());
    }
  }
}

cql::Documentation ElmReader::documentation(JsonValue definition) {
  std::vector<cql::Tag> tags;
  for (const auto [unused, annotation] : definition["annotation"]) {
    for (const auto [also_unused, tag] : annotation["t"]) {
      if (tag["name"].is_string()) {
        tags.push_back({keep(tag["name"].text()), keep(tag["value"].text()), span_of(tag)});
      }
    }
  }
  return {{}, copy(tags)};
}

void ElmReader::start_declaration(cql::Declaration& declaration, JsonValue definition, std::string_view name_key) {
  declaration.name = name_at(definition, required_text(definition, name_key));
  if (definition["accessLevel"].text() == "Private") declaration.access = cql::Access::Private;
  declaration.documentation = documentation(definition);
  declarations_.push_back(&declaration);
}

void ElmReader::read_usings(JsonValue usings) {
  const Step step(*this, "usings");
  for (const auto [unused, definition] : usings["def"]) {
    const std::string_view name = definition["localIdentifier"].text();
    const std::string_view uri = definition["uri"].text();
    models_.emplace_back(uri, uri == kElmSystem ? "System" : uri == kElmFhir ? "FHIR" : name);
    // Types of other models are FHIR types already: the translator has followed their model's targets.
    if (uri != kElmFhir) continue;
    auto* declaration = make<cql::UsingDeclaration>(definition);
    declaration->name = name_at(definition, "FHIR");
    declaration->model = {arena_.copy(std::span<const cql::Name>(&declaration->name, 1)), declaration->name.span};
    declaration->version = text_at(definition["version"]);
    declarations_.push_back(declaration);
  }
  if (std::ranges::none_of(models_, [](const auto& model) { return model.first == kElmSystem; })) {
    models_.emplace_back(kElmSystem, "System");
  }
  if (std::ranges::none_of(models_, [](const auto& model) { return model.first == kElmFhir; })) {
    models_.emplace_back(kElmFhir, "FHIR");
  }
}

void ElmReader::read_includes(JsonValue includes) {
  const Step step(*this, "includes");
  for (const auto [unused, definition] : includes["def"]) {
    auto* declaration = make<cql::IncludeDeclaration>(definition);
    start_declaration(*declaration, definition, "localIdentifier");
    const cql::Name path = name_at(definition, last_part(required_text(definition, "path")));
    declaration->library = {arena_.copy(std::span<const cql::Name>(&path, 1)), path.span};
    declaration->version = text_at(definition["version"]);
  }
}

void ElmReader::read_code_systems(JsonValue list) {
  const Step step(*this, "codeSystems");
  for (const auto [unused, definition] : list["def"]) {
    auto* declaration = make<cql::CodeSystemDeclaration>(definition);
    start_declaration(*declaration, definition, "name");
    declaration->id = text_at(definition["id"]);
    declaration->version = text_at(definition["version"]);
  }
}

void ElmReader::read_value_sets(JsonValue list) {
  const Step step(*this, "valueSets");
  for (const auto [unused, definition] : list["def"]) {
    auto* declaration = make<cql::ValueSetDeclaration>(definition);
    start_declaration(*declaration, definition, "name");
    declaration->id = text_at(definition["id"]);
    declaration->version = text_at(definition["version"]);
  }
}

cql::QualifiedName ElmReader::reference_name(JsonValue reference) {
  std::vector<cql::Name> parts;
  if (reference["libraryName"].is_string()) parts.push_back(name_at(reference, reference["libraryName"].text()));
  parts.push_back(name_at(reference, required_text(reference, "name")));
  return {copy(parts), span_of(reference)};
}

void ElmReader::read_codes(JsonValue list) {
  const Step step(*this, "codes");
  for (const auto [unused, definition] : list["def"]) {
    auto* declaration = make<cql::CodeDeclaration>(definition);
    start_declaration(*declaration, definition, "name");
    declaration->code = text_at(definition["id"]);
    declaration->system = reference_name(definition["codeSystem"]);
    declaration->display = text_at(definition["display"]);
  }
}

void ElmReader::read_concepts(JsonValue list) {
  const Step step(*this, "concepts");
  for (const auto [unused, definition] : list["def"]) {
    auto* declaration = make<cql::ConceptDeclaration>(definition);
    start_declaration(*declaration, definition, "name");
    std::vector<cql::QualifiedName> codes;
    for (const auto [also_unused, code] : definition["code"]) codes.push_back(reference_name(code));
    declaration->codes = copy(codes);
    declaration->display = text_at(definition["display"]);
  }
}

void ElmReader::read_parameters(JsonValue list) {
  const Step step(*this, "parameters");
  for (const auto [unused, definition] : list["def"]) {
    auto* declaration = make<cql::ParameterDeclaration>(definition);
    start_declaration(*declaration, definition, "name");
    declaration->type = type_member(definition, "parameterType", "parameterTypeSpecifier");
    declaration->default_value = optional_member(definition, "default");
  }
}

void ElmReader::read_statements(JsonValue list) {
  const Step step(*this, "statements");
  const Step definitions(*this, "def");
  std::string_view context = "Patient";
  std::size_t index = 0;
  for (const auto [unused, definition] : list["def"]) {
    const Step place(*this, index++);
    const std::string_view stated = definition["context"].text();
    if (!stated.empty() && stated != context) {
      auto* declaration = make<cql::ContextDeclaration>(definition);
      const cql::Name name = name_at(definition, stated);
      declaration->context = {arena_.copy(std::span<const cql::Name>(&name, 1)), name.span};
      declarations_.push_back(declaration);
      context = stated;
    }
    if (definition["type"].text() == "FunctionDef") {
      read_function(definition);
      continue;
    }
    // The resource of the context is a define in ELM and none in CQL.
    if (definition["name"].text() == stated && definition["expression"]["type"].text() == "SingletonFrom") continue;
    auto* declaration = make<cql::DefineDeclaration>(definition);
    start_declaration(*declaration, definition, "name");
    locator_ = definition["locator"].is_string() ? declaration->span : Span{};
    declaration->expression = member(definition, "expression");
  }
}

void ElmReader::read_function(JsonValue definition) {
  auto* declaration = make<cql::FunctionDeclaration>(definition);
  start_declaration(*declaration, definition, "name");
  locator_ = definition["locator"].is_string() ? declaration->span : Span{};
  declaration->fluent = definition["fluent"].is_true();
  std::vector<cql::OperandDeclaration> operands;
  for (const auto [unused, operand] : definition["operand"]) {
    operands.push_back({name_at(operand, local_name(required_text(operand, "name"))),
                        required_type(operand, "operandType", "operandTypeSpecifier")});
  }
  declaration->operands = copy(operands);
  if (!definition["external"].is_true()) declaration->body = member(definition, "expression");
}

// ---- Types ------------------------------------------------------------------------------------------------------

const cql::TypeSpecifier* ElmReader::named_type(std::string_view qualified, JsonValue place) {
  std::vector<cql::Name> parts;
  std::string_view name = qualified;
  if (qualified.starts_with('{')) {
    const std::size_t end = qualified.find('}');
    const std::string_view uri = qualified.substr(1, end == std::string_view::npos ? end : end - 1);
    name = end == std::string_view::npos ? std::string_view() : qualified.substr(end + 1);
    const auto model = std::ranges::find(models_, uri, [](const auto& one) { return one.first; });
    if (model == models_.end()) {
      report(place, "the model '" + std::string(uri) + "' of the type is not among the usings");
      return make<cql::InvalidType>(place);
    }
    parts.push_back(name_at(place, model->second));
  }
  if (name.empty()) {
    report(place, "'" + std::string(qualified) + "' is no name of a type; expected {uri}Name");
    return make<cql::InvalidType>(place);
  }
  parts.push_back(name_at(place, name));
  auto* type = make<cql::NamedType>(place);
  type->name = {copy(parts), type->span};
  return type;
}

const cql::TypeSpecifier* ElmReader::type_specifier(JsonValue specifier) {
  const std::string_view kind = specifier["type"].text();
  if (++depth_ > cql::kMaximumDepth) {
    --depth_;
    report(specifier, "types are nested deeper than the limit of " + std::to_string(cql::kMaximumDepth) + " levels");
    return make<cql::InvalidType>(specifier);
  }
  const cql::TypeSpecifier* result = nullptr;
  if (kind == "NamedTypeSpecifier") {
    result = named_type(required_text(specifier, "name"), specifier);
  } else if (kind == "ListTypeSpecifier") {
    auto* list = make<cql::ListType>(specifier);
    list->element = type_specifier(specifier["elementType"]);
    result = list;
  } else if (kind == "IntervalTypeSpecifier") {
    auto* interval = make<cql::IntervalType>(specifier);
    interval->point = type_specifier(specifier["pointType"]);
    result = interval;
  } else if (kind == "ChoiceTypeSpecifier") {
    auto* choice = make<cql::ChoiceType>(specifier);
    std::vector<const cql::TypeSpecifier*> options;
    for (const auto [unused, option] : specifier["choice"]) options.push_back(type_specifier(option));
    choice->options = copy(options);
    result = choice;
  } else if (kind == "TupleTypeSpecifier") {
    auto* tuple = make<cql::TupleType>(specifier);
    std::vector<cql::TupleTypeElement> elements;
    for (const auto [unused, element] : specifier["element"]) {
      const JsonValue type = element["elementType"] ? element["elementType"] : element["type"];
      elements.push_back({name_at(element, required_text(element, "name")), type_specifier(type)});
    }
    tuple->elements = copy(elements);
    result = tuple;
  } else {
    report(specifier, kind.empty() ? "a type specifier was expected here"
                                   : "'" + std::string(kind) + "' is no type specifier that is known here");
    result = make<cql::InvalidType>(specifier);
  }
  --depth_;
  return result;
}

const cql::TypeSpecifier* ElmReader::type_member(JsonValue node, std::string_view named, std::string_view specified) {
  if (node[specified].is_object()) {
    const Step step(*this, specified);
    return type_specifier(node[specified]);
  }
  if (node[named].is_string()) {
    const Step step(*this, named);
    return named_type(node[named].text(), node);
  }
  return nullptr;
}

const cql::TypeSpecifier* ElmReader::required_type(JsonValue node, std::string_view named, std::string_view specified) {
  if (const cql::TypeSpecifier* type = type_member(node, named, specified)) return type;
  report(node, "'" + std::string(named) + "' or '" + std::string(specified) + "' is missing");
  return make<cql::InvalidType>(node);
}

}  // namespace calx
