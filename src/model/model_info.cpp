#include "model/model_info.h"

#include <algorithm>
#include <unordered_map>

#include "formats/xml.h"

namespace calx {

namespace {

constexpr std::string_view kFhirUrl = "http://hl7.org/fhir";

/// Reads one model info. Classes name each other in any order, so names come first, bases and elements later.
class ModelInfoReader {
 public:
  ModelInfoReader(const SourceText& source, Types& types, Diagnostics& diagnostics)
      : source_(source), types_(types), diagnostics_(diagnostics) {}

  bool read() {
    const Result<XmlDocument> document = XmlDocument::parse(source_.text());
    if (!document) return fail({source_.id(), 0, 0}, "this is not XML: " + document.error().message);
    const XmlElement root = document->root();
    if (root.name() != "modelInfo") {
      return fail(span(root), "expected a modelInfo, found '" + std::string(root.name()) + "'");
    }
    const std::string_view name = root.attribute("name");
    if (name.empty()) return fail(span(root), "the model has no name");
    if (name == "FHIR" || name == "System") return true;
    for (const std::shared_ptr<const Model>& known : types_.models()) {
      if (known->name == name && known->version == root.attribute("version")) return true;
    }
    model_->name = std::string(name);
    model_->version = std::string(root.attribute("version"));
    model_->url = std::string(root.attribute("url"));

    for (const XmlElement item : root) {
      if (item.name() == "typeInfo") declare(item);
    }
    if (declared_.empty()) return fail(span(root), "the model has no types");
    for (Declared& one : declared_) resolve(one);
    const bool stands_on_fhir = !model_->classes.empty();
    types_.add_model(model_);
    if (!stands_on_fhir) {
      return fail(span(root), "no class of the model " + model_->name + " is a class of FHIR R4 or a profile of one");
    }
    for (Declared& one : declared_) {
      if (one.model_class != nullptr) read_elements(one);
    }
    for (Declared& one : declared_) {
      if (one.model_class != nullptr) show(*one.model_class);
    }
    for (const XmlElement item : root) {
      if (item.name() == "contextInfo") read_context(item);
    }
    if (model_->context("Patient") == nullptr) read_patient(root);
    return !has_errors_;
  }

 private:
  static constexpr int kMostBases = 100;
  static constexpr int kMostNesting = 16;

  enum class State : std::uint8_t { Waiting, Running, Done };

  struct Declared {
    XmlElement item;
    std::string_view name;
    State state = State::Waiting;
    std::optional<TypeId> type;         // what the name means; none: nothing that a FHIR record can hold
    ModelClass* model_class = nullptr;  // when the name is a class
    Declared* base = nullptr;
    bool has_elements = false;  // read_elements was here
  };

  Span span(const XmlElement& item) const {
    return source_.span(std::min(item.offset(), source_.text().size()), item.name().size());
  }

  bool fail(Span place, std::string message) {
    diagnostics_.report(DiagnosticKind::MalformedModel, place, std::move(message));
    has_errors_ = true;
    return false;
  }

  void declare(const XmlElement& item) {
    const std::string_view kind = item.attribute("type");
    if (kind != "ClassInfo" && kind != "ProfileInfo" && kind != "SimpleTypeInfo") return;
    Declared one;
    one.item = item;
    one.name = unqualified(item.attribute("name"));
    if (one.name.empty()) {
      fail(span(item), "a type without name");
      return;
    }
    if (by_name_.contains(one.name)) {
      fail(span(item), "the type " + std::string(one.name) + " is given twice");
      return;
    }
    declared_.push_back(one);
    by_name_.emplace(one.name, &declared_.back());
  }

  /// "QICore.Observation.Component" -> "Observation.Component"; a name without the model stays as it is.
  std::string_view unqualified(std::string_view name) const {
    const std::string& model = model_->name;
    if (name.size() > model.size() && name.starts_with(model) && name[model.size()] == '.') {
      name.remove_prefix(model.size() + 1);
    }
    return name;
  }

  /// What the name of a type means: a class of this model, or another type that it stands for.
  void resolve(Declared& one) {
    if (one.state != State::Waiting) {
      if (one.state == State::Running) fail(span(one.item), "the type " + std::string(one.name) + " is its own base");
      return;
    }
    one.state = State::Running;
    if (depth_ >= kMostBases) {
      fail(span(one.item), "the type " + std::string(one.name) + " has more than 100 bases");
      return;
    }
    ++depth_;
    const std::optional<TypeId> base = base_of(one);
    --depth_;
    std::optional<TypeId> foundation;
    if (const std::string_view target = one.item.attribute("target"); !target.empty()) {
      foundation = types_.find("FHIR", target);
    }
    // A restriction of a System type: its values are that type's (codes with a binding, mostly).
    const bool is_other = base && *base != system_type::kAny && types_.kind(*base) != TypeKind::Class;
    if (!foundation && !is_other) foundation = types_.find("FHIR", one.name);
    if (!foundation && one.base != nullptr && one.base->model_class != nullptr) {
      foundation = one.base->model_class->foundation;
    }
    if (!foundation && base && types_.kind(*base) == TypeKind::Class) foundation = types_.foundation(*base);
    if (foundation && !is_other) {
      add_class(one, *foundation, base);
    } else if (is_other) {
      one.type = base;
    }
    if (one.type) model_->types.emplace(one.name, *one.type);
    one.state = State::Done;
  }

  std::optional<TypeId> base_of(Declared& one) {
    if (const std::string_view written = one.item.attribute("baseType"); !written.empty()) {
      if (const auto found = by_name_.find(unqualified(written)); found != by_name_.end()) {
        one.base = found->second;
      }
      return named(written);
    }
    const XmlElement specifier = one.item.child("baseTypeSpecifier");
    if (!specifier) return std::nullopt;
    if (specifier.attribute("type") == "NamedTypeSpecifier" && is_ours(specifier.attribute("namespace"))) {
      if (const auto found = by_name_.find(unqualified(specifier.attribute("name"))); found != by_name_.end()) {
        one.base = found->second;
      }
    }
    return specified(specifier);
  }

  bool is_ours(std::string_view space) const { return space.empty() || space == model_->name; }

  void add_class(Declared& one, TypeId foundation, std::optional<TypeId> base) {
    ModelClass& added = model_->classes.emplace_back();
    added.model = model_->name;
    added.name = std::string(one.name);
    added.label = std::string(one.item.attribute("label"));
    added.code_path = std::string(one.item.attribute("primaryCodePath"));
    added.foundation = foundation;
    const std::string_view identifier = one.item.attribute("identifier");
    if (identifier.starts_with("http") && identifier != core_definition(foundation)) added.profile = identifier;
    added.info.base = base.value_or(system_type::kAny);
    added.info.is_retrievable = one.item.attribute("retrievable") == "true";
    one.model_class = &added;
    one.type = types_.add_model_class(added);
    if (!added.label.empty() && added.label != added.name) model_->labels.emplace(added.label, *one.type);
  }

  std::string core_definition(TypeId foundation) const {
    return std::string(kFhirUrl) + "/StructureDefinition/" + std::string(types_.class_info(foundation).name);
  }

  /// "QICore.Address", "System.Concept", "Interval<System.DateTime>".
  std::optional<TypeId> named(std::string_view written, int nesting = 0) {
    if (nesting > kMostNesting) return std::nullopt;
    for (const std::string_view kind : {std::string_view("List<"), std::string_view("Interval<")}) {
      if (!written.starts_with(kind) || !written.ends_with('>')) continue;
      const std::optional<TypeId> part =
          named(written.substr(kind.size(), written.size() - kind.size() - 1), nesting + 1);
      if (!part) return std::nullopt;
      return kind == "List<" ? types_.list_of(*part) : types_.interval_of(*part);
    }
    const std::size_t dot = written.find('.');
    if (dot == std::string_view::npos) return named({}, written);
    const std::string_view space = written.substr(0, dot);
    if (space == model_->name || space == "System" || space == "FHIR" || is_loaded(space)) {
      return named(space, written.substr(dot + 1));
    }
    return named({}, written);
  }

  bool is_loaded(std::string_view name) const {
    return std::any_of(types_.models().begin(), types_.models().end(),
                       [name](const std::shared_ptr<const Model>& one) { return one->name == name; });
  }

  std::optional<TypeId> named(std::string_view space, std::string_view name) {
    if (is_ours(space)) {
      if (const auto found = by_name_.find(name); found != by_name_.end()) {
        resolve(*found->second);
        return found->second->type;
      }
    }
    for (auto other = types_.models().rbegin(); other != types_.models().rend(); ++other) {
      if ((*other)->name != space) continue;
      if (const std::optional<TypeId> found = (*other)->find(name)) return found;
    }
    return types_.find(space == "FHIR" ? space : "System", name);
  }

  std::optional<TypeId> specified(const XmlElement& specifier) {
    const std::string_view kind = specifier.attribute("type");
    if (kind == "ListTypeSpecifier" || kind == "IntervalTypeSpecifier") {
      const bool is_list = kind == "ListTypeSpecifier";
      const std::string_view written = specifier.attribute(is_list ? "elementType" : "pointType");
      const std::optional<TypeId> part =
          written.empty() ? specified(specifier.child(is_list ? "elementTypeSpecifier" : "pointTypeSpecifier"))
                          : named(written);
      if (!part) return std::nullopt;
      return is_list ? types_.list_of(*part) : types_.interval_of(*part);
    }
    if (kind == "ChoiceTypeSpecifier") {
      std::vector<TypeId> options;
      for (const XmlElement option : specifier) {
        if (option.name() != "choice" && option.name() != "type") continue;
        if (const std::optional<TypeId> one = specified(option)) options.push_back(*one);
      }
      if (options.empty()) return std::nullopt;
      return types_.choice_of(options);
    }
    if (const std::string_view space = specifier.attribute("namespace"); !space.empty()) {
      return named(space, specifier.attribute("name"));
    }
    return named(specifier.attribute("name"));
  }

  std::optional<TypeId> type_of(const XmlElement& element) {
    for (const std::string_view attribute : {std::string_view("elementType"), std::string_view("type")}) {
      if (const std::string_view written = element.attribute(attribute); !written.empty()) return named(written);
    }
    for (const std::string_view child : {std::string_view("elementTypeSpecifier"), std::string_view("typeSpecifier")}) {
      if (const XmlElement specifier = element.child(child)) return specified(specifier);
    }
    return std::nullopt;
  }

  void read_elements(Declared& one) {
    if (one.has_elements) return;
    one.has_elements = true;
    ModelClass& owner = *one.model_class;
    if (one.base != nullptr && one.base->model_class != nullptr) {
      read_elements(*one.base);
      owner.elements = one.base->model_class->elements;
      if (owner.code_path.empty()) owner.code_path = one.base->model_class->code_path;
    }
    for (const XmlElement element : one.item) {
      if (element.name() != "element" || element.attribute("prohibited") == "true") continue;
      ModelElement read;
      read.name = std::string(element.attribute("name"));
      if (read.name.empty()) {
        fail(span(element), "an element without name");
        continue;
      }
      // An element whose type no FHIR record can hold is left out: whoever asks for it is told that there is none.
      const std::optional<TypeId> type = type_of(element);
      if (!type) continue;
      read.type = *type;
      if (const std::string_view target = element.attribute("target"); !target.empty()) {
        std::string trouble;
        if (std::optional<std::vector<MappingCase>> cases = parse_mapping(target, trouble)) {
          read.cases = std::move(*cases);
        } else {
          fail(span(element),
               "the target '" + std::string(target) + "' of " + owner.name + "." + read.name + ": " + trouble);
          continue;
        }
      }
      const auto same = std::find_if(owner.elements.begin(), owner.elements.end(),
                                     [&](const ModelElement& other) { return other.name == read.name; });
      if (same == owner.elements.end()) {
        owner.elements.push_back(std::move(read));
      } else {
        *same = std::move(read);
      }
    }
  }

  void show(ModelClass& shown) {
    shown.infos.reserve(shown.elements.size());
    for (const ModelElement& element : shown.elements) shown.infos.push_back({element.name, element.type});
    shown.info.name = shown.name;
    shown.info.elements = shown.infos;
    shown.info.is_resource = types_.class_info(shown.foundation).is_resource;
    shown.info.primary_code_path =
        shown.code_path.empty() ? types_.class_info(shown.foundation).primary_code_path : shown.code_path;
  }

  void read_context(const XmlElement& item) {
    const XmlElement named_type = item.child("contextType");
    const std::optional<TypeId> type = named_type ? specified(named_type) : std::nullopt;
    if (!type || types_.kind(*type) != TypeKind::Class || item.attribute("name").empty()) return;
    model_->contexts.push_back({std::string(item.attribute("name")), *type, std::string(item.attribute("keyElement")),
                                std::string(item.attribute("birthDateElement"))});
  }

  /// Older model infos name the patient's class in the root alone.
  void read_patient(const XmlElement& root) {
    const std::string_view written = root.attribute("patientClassName");
    const std::optional<TypeId> type = written.empty() ? std::nullopt : named(written);
    if (!type || types_.kind(*type) != TypeKind::Class) return;
    model_->contexts.push_back({"Patient", *type, "id", std::string(root.attribute("patientBirthDatePropertyName"))});
  }

  const SourceText& source_;
  Types& types_;
  Diagnostics& diagnostics_;
  std::shared_ptr<Model> model_ = std::make_shared<Model>();
  std::deque<Declared> declared_;
  std::unordered_map<std::string_view, Declared*> by_name_;
  int depth_ = 0;
  bool has_errors_ = false;
};

}  // namespace

bool load_model_info(const SourceText& source, Types& types, Diagnostics& diagnostics) {
  return ModelInfoReader(source, types, diagnostics).read();
}

}  // namespace calx
