#include "terminology/terminology.h"

#include <algorithm>
#include <cstring>
#include <functional>
#include <string>
#include <unordered_map>

#include "base/arena.h"
#include "base/check.h"
#include "formats/json.h"

namespace calx {

namespace {

/// In diagnostics about texts that no SourceSet holds.
constexpr Span kNoPlace{SourceId{0xFFFFFFFFU}, 0, 0};

struct Member {
  CodeId id;
  const CodeData* data = nullptr;
};

/// One include or exclude of a compose: the codes that are in `system` or `concepts`, and in all of `value_sets`.
struct Rule {
  std::string_view system;
  std::vector<Member> concepts;
  std::vector<std::string_view> value_sets;
  bool has_filters = false;
  Span span = kNoPlace;
};

enum class Progress : std::uint8_t { Waiting, Running, Done };

struct ValueSet {
  std::string_view url;
  std::string_view version;
  std::string file;  // empty when the span says it
  Span span = kNoPlace;
  std::vector<Rule> includes;
  std::vector<Rule> excludes;
  Progress progress = Progress::Waiting;
  std::vector<Member> members;          // in the order of the expansion, without repeats
  std::vector<std::uint64_t> bits;      // by CodeId, for dense sets
  std::vector<std::uint32_t> ids;       // sorted, for sparse ones
  std::vector<std::string_view> texts;  // codes, sorted

  bool has(CodeId code) const {
    if (!bits.empty()) {
      const std::size_t word = code.value / 64;
      return word < bits.size() && ((bits[word] >> (code.value % 64)) & 1) != 0;
    }
    return std::binary_search(ids.begin(), ids.end(), code.value);
  }
};

struct CodeSystem {
  std::vector<Member> codes;
  bool is_complete = false;
};

std::uint64_t hash_of(std::string_view system, std::string_view code) {
  // FNV-1a over both texts with a zero byte between them, eight bytes at a time.
  std::uint64_t hash = 0xCBF29CE484222325ULL;
  const auto mix = [&hash](std::string_view text) {
    std::size_t i = 0;
    for (; i + 8 <= text.size(); i += 8) {
      std::uint64_t word = 0;
      std::memcpy(&word, text.data() + i, 8);
      hash = (hash ^ word) * 0x9E3779B97F4A7C15ULL;
      hash ^= hash >> 29;
    }
    for (; i < text.size(); ++i) hash = (hash ^ static_cast<unsigned char>(text[i])) * 0x100000001B3ULL;
    hash *= 0x100000001B3ULL;
  };
  mix(system);
  mix(code);
  return hash ^ (hash >> 32);
}

}  // namespace

struct Terminology::State {
  struct Code {
    std::string_view system;
    std::string_view code;
  };
  struct Slot {
    std::uint32_t hash = 0;  // upper half, so that most misses touch no text
    std::uint32_t id = 0;    // 0 = free
  };
  /// What is being read, for the places in diagnostics.
  struct Reading {
    Diagnostics& diagnostics;
    SourceId source;
    std::string file;
    std::size_t begin = 0;  // of the line being read, in a source of one resource a line

    Span span(const JsonValue& value) const {
      if (!file.empty()) return kNoPlace;
      return {source, static_cast<std::uint32_t>(begin + value.offset()),
              static_cast<std::uint32_t>(value.raw().size())};
    }
    /// Only the start of a large object is worth underlining.
    Span head(const JsonValue& value) const {
      Span place = span(value);
      place.length = std::min(place.length, 1U);
      return place;
    }
    void report(DiagnosticKind kind, Span place, const std::string& message) const {
      diagnostics.report(kind, place, file.empty() ? message : file + ": " + message);
    }
  };

  Arena arena;
  std::vector<Code> codes{Code{}};  // by CodeId; 0 = none
  std::vector<Slot> slots = std::vector<Slot>(64);
  std::vector<ValueSet> sets{ValueSet{}};                                    // by ValueSetId; 0 = none
  std::unordered_map<std::string_view, std::vector<std::uint32_t>> set_ids;  // by url
  std::unordered_map<std::string_view, CodeSystem> systems;

  CodeId find(std::string_view system, std::string_view code, std::uint64_t hash) const {
    const std::size_t mask = slots.size() - 1;
    for (std::size_t i = hash & mask;; i = (i + 1) & mask) {
      const Slot& slot = slots[i];
      if (slot.id == 0) return {};
      if (slot.hash == static_cast<std::uint32_t>(hash >> 32) && codes[slot.id].code == code &&
          codes[slot.id].system == system) {
        return {slot.id};
      }
    }
  }

  void place(std::uint64_t hash, std::uint32_t id) {
    const std::size_t mask = slots.size() - 1;
    std::size_t i = hash & mask;
    while (slots[i].id != 0) i = (i + 1) & mask;
    slots[i] = {static_cast<std::uint32_t>(hash >> 32), id};
  }

  CodeId intern(std::string_view system, std::string_view code) {
    const std::uint64_t hash = hash_of(system, code);
    if (const CodeId known = find(system, code, hash); known.value != 0) return known;
    if (codes.size() * 2 >= slots.size()) {
      slots.assign(slots.size() * 2, {});
      for (std::uint32_t id = 1; id < codes.size(); ++id) place(hash_of(codes[id].system, codes[id].code), id);
    }
    const auto id = static_cast<std::uint32_t>(codes.size());
    codes.push_back({arena.copy(system), arena.copy(code)});
    place(hash, id);
    return {id};
  }

  Member member(std::string_view system, const JsonValue& json, std::string_view version) {
    const CodeId id = intern(system, json["code"].text());
    CodeData* data = arena.make<CodeData>();
    data->system = codes[id.value].system;
    data->code = codes[id.value].code;
    data->has_display = json["display"].is_string();
    data->display = arena.copy(json["display"].text());
    data->has_version = !version.empty();
    data->version = arena.copy(version);
    return {id, data};
  }

  bool read(std::string_view text, bool is_lines, Reading reading) {
    if (!is_lines) return read_one(text, reading);
    bool any = false;
    std::size_t number = 0;
    const std::string file = reading.file;
    for (std::size_t begin = 0; begin < text.size();) {
      const std::size_t end = std::min(text.find('\n', begin), text.size());
      const std::string_view line = text.substr(begin, end - begin);
      reading.begin = begin;
      ++number;
      if (!file.empty()) reading.file = file + ", line " + std::to_string(number);
      if (line.find_first_not_of(" \t\r") != std::string_view::npos) any |= read_one(line, reading);
      begin = end + 1;
    }
    return any;
  }

  bool read_one(std::string_view text, const Reading& reading) {
    const Result<JsonDocument> document = JsonDocument::parse(text);
    if (!document) {
      const Span place =
          reading.file.empty() ? Span{reading.source, static_cast<std::uint32_t>(reading.begin), 0} : kNoPlace;
      reading.report(DiagnosticKind::MalformedContent, place, "this is not JSON: " + document.error().message);
      return false;
    }
    return add(document->root(), reading);
  }

  bool add(const JsonValue& resource, const Reading& reading) {
    const std::string_view type = resource["resourceType"].text();
    if (type == "ValueSet") {
      add_value_set(resource, reading);
      return true;
    }
    if (type == "CodeSystem") {
      add_code_system(resource, reading);
      return true;
    }
    if (type != "Bundle") return false;
    bool any = false;
    for (const auto [key, entry] : resource["entry"]) any |= add(entry["resource"], reading);
    return any;
  }

  void add_code_system(const JsonValue& resource, const Reading& reading) {
    const std::string_view url = resource["url"].text();
    if (url.empty()) return;  // nothing can refer to it
    if (systems.contains(url)) {
      reading.report(DiagnosticKind::DuplicateValueSet, reading.head(resource),
                     "the code system " + std::string(url) + " has been given before");
      return;
    }
    CodeSystem system;
    system.is_complete = resource["content"].text() == "complete";
    add_concepts(system, url, resource["concept"]);
    systems.emplace(arena.copy(url), std::move(system));
  }

  void add_concepts(CodeSystem& system, std::string_view url, const JsonValue& concepts) {
    for (const auto [key, item] : concepts) {
      if (!item["code"].text().empty()) system.codes.push_back(member(url, item, {}));
      add_concepts(system, url, item["concept"]);
    }
  }

  void add_value_set(const JsonValue& resource, const Reading& reading) {
    ValueSet set;
    set.url = arena.copy(resource["url"].text());
    set.version = arena.copy(resource["version"].text());
    set.file = reading.file;
    set.span = reading.head(resource);
    if (set.url.empty()) {
      reading.report(DiagnosticKind::MalformedValueSet, set.span,
                     "a value set without url: no define can name it" + named(resource));
      return;
    }
    std::vector<std::uint32_t>& versions = set_ids[set.url];
    for (const std::uint32_t id : versions) {
      if (sets[id].version != set.version) continue;
      reading.report(DiagnosticKind::DuplicateValueSet, set.span,
                     "the value set " + std::string(set.url) + " has been given before" +
                         (set.version.empty() ? "" : " in version " + std::string(set.version)));
      return;
    }
    const JsonValue expansion = resource["expansion"];
    const JsonValue compose = resource["compose"];
    if (expansion.is_object()) {
      add_contains(set, expansion["contains"], reading);
      const std::string_view total = expansion["total"].text();
      if (!total.empty() && total != std::to_string(set.members.size()) && is_short(total, set.members.size())) {
        reading.report(DiagnosticKind::IncompleteExpansion, reading.span(expansion["total"]),
                       "the expansion of " + std::string(set.url) + " lists " + std::to_string(set.members.size()) +
                           " of " + std::string(total) + " members");
      }
      set.progress = Progress::Done;
    } else if (compose["include"].is_array()) {
      for (const auto [key, item] : compose["include"]) set.includes.push_back(rule(item, set.url, reading));
      for (const auto [key, item] : compose["exclude"]) set.excludes.push_back(rule(item, set.url, reading));
    } else {
      reading.report(DiagnosticKind::ValueSetNotExpandable, set.span,
                     "the value set " + std::string(set.url) + " has neither an expansion nor a compose with includes");
      set.progress = Progress::Done;
    }
    versions.push_back(static_cast<std::uint32_t>(sets.size()));
    sets.push_back(std::move(set));
  }

  static std::string named(const JsonValue& resource) {
    const std::string_view id = resource["id"].text();
    return id.empty() ? "" : " (id " + std::string(id) + ")";
  }

  /// Whether a written total is more than what was listed.
  static bool is_short(std::string_view total, std::size_t listed) {
    const std::string count = std::to_string(listed);
    return total.size() > count.size() || (total.size() == count.size() && total > count);
  }

  void add_contains(ValueSet& set, const JsonValue& contains, const Reading& reading) {
    for (const auto [key, item] : contains) {
      const std::string_view code = item["code"].text();
      // Without a code, or abstract: a heading that groups others and is no member itself.
      if (!code.empty() && !item["abstract"].is_true()) {
        if (item["system"].text().empty()) {
          reading.report(DiagnosticKind::MalformedValueSet, reading.span(item),
                         "the member '" + std::string(code) + "' of " + std::string(set.url) + " has no system");
        } else {
          set.members.push_back(member(item["system"].text(), item, item["version"].text()));
        }
      }
      add_contains(set, item["contains"], reading);
    }
  }

  Rule rule(const JsonValue& json, std::string_view url, const Reading& reading) {
    Rule result;
    result.span = reading.head(json);
    result.system = arena.copy(json["system"].text());
    result.has_filters = json["filter"].size() > 0;
    for (const auto [key, item] : json["concept"]) {
      if (item["code"].text().empty() || result.system.empty()) {
        reading.report(
            DiagnosticKind::MalformedValueSet, reading.span(item),
            "a listed concept of " + std::string(url) + " has no " + (result.system.empty() ? "system" : "code"));
      } else {
        result.concepts.push_back(member(result.system, item, json["version"].text()));
      }
    }
    for (const auto [key, item] : json["valueSet"]) result.value_sets.push_back(arena.copy(item.text()));
    return result;
  }

  std::uint32_t find_set(std::string_view canonical) const {
    const std::size_t bar = canonical.find('|');
    const auto found = set_ids.find(canonical.substr(0, bar));
    if (found == set_ids.end()) return 0;
    std::uint32_t best = 0;
    for (const std::uint32_t id : found->second) {
      if (bar != std::string_view::npos && sets[id].version == canonical.substr(bar + 1)) return id;
      if (bar == std::string_view::npos && (best == 0 || is_later(sets[id].version, sets[best].version))) best = id;
    }
    return best;
  }

  /// Versions compare number by number where they have numbers ("1.10" after "1.9").
  static bool is_later(std::string_view a, std::string_view b) {
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    std::size_t i = 0;
    std::size_t j = 0;
    while (i < a.size() && j < b.size()) {
      if (is_digit(a[i]) && is_digit(b[j])) {
        std::size_t end_a = i;
        std::size_t end_b = j;
        while (end_a < a.size() && is_digit(a[end_a])) ++end_a;
        while (end_b < b.size() && is_digit(b[end_b])) ++end_b;
        while (i < end_a && a[i] == '0') ++i;
        while (j < end_b && b[j] == '0') ++j;
        if (end_a - i != end_b - j) return end_a - i > end_b - j;
        if (const int order = a.substr(i, end_a - i).compare(b.substr(j, end_b - j)); order != 0) return order > 0;
        i = end_a;
        j = end_b;
      } else if (a[i] != b[j]) {
        return a[i] > b[j];
      } else {
        ++i;
        ++j;
      }
    }
    return a.size() - i > b.size() - j;
  }

  void report(Diagnostics& diagnostics, DiagnosticKind kind, const ValueSet& set, Span place,
              const std::string& message) const {
    diagnostics.report(kind, place, set.file.empty() ? message : set.file + ": " + message);
  }

  void expand(std::uint32_t id, Diagnostics& diagnostics) {
    ValueSet& set = sets[id];  // sets is not grown any more
    if (set.progress == Progress::Done) return;
    if (set.progress == Progress::Running) {
      report(diagnostics, DiagnosticKind::CircularValueSet, set, set.span,
             "the value set " + std::string(set.url) + " includes itself, directly or through others");
      return;
    }
    set.progress = Progress::Running;
    for (const Rule& include : set.includes) {
      const std::vector<Member> found = select(set, include, diagnostics);
      set.members.insert(set.members.end(), found.begin(), found.end());
    }
    for (const Rule& exclude : set.excludes) {
      std::vector<std::uint32_t> out;
      for (const Member& member : select(set, exclude, diagnostics)) out.push_back(member.id.value);
      std::sort(out.begin(), out.end());
      std::erase_if(set.members, [&out](const Member& member) {
        return std::binary_search(out.begin(), out.end(), member.id.value);
      });
    }
    set.progress = Progress::Done;
  }

  std::vector<Member> select(const ValueSet& set, const Rule& rule, Diagnostics& diagnostics) {
    const auto cannot = [&](const std::string& why) {
      report(diagnostics, DiagnosticKind::ValueSetNotExpandable, set, rule.span,
             "the value set " + std::string(set.url) + " cannot be expanded: " + why);
    };
    std::vector<Member> found;
    bool is_restricted = false;  // `found` is what the valueSet entries must be cut with
    if (!rule.concepts.empty()) {
      found = rule.concepts;
      is_restricted = true;
    } else if (rule.has_filters) {
      cannot("it takes codes of " + std::string(rule.system) + " by a filter; give it an expansion");
      return {};
    } else if (!rule.system.empty()) {
      const auto system = systems.find(rule.system);
      if (system != systems.end() && system->second.is_complete) {
        found = system->second.codes;
        is_restricted = true;
      } else if (rule.value_sets.empty()) {
        cannot("it takes all codes of " + std::string(rule.system) +
               ", of which no complete CodeSystem is there; give it an expansion");
        return {};
      }
    }
    for (const std::string_view canonical : rule.value_sets) {
      const std::uint32_t other = find_set(canonical);
      if (other == 0) {
        report(
            diagnostics, DiagnosticKind::UnknownValueSet, set, rule.span,
            "the value set " + std::string(set.url) + " includes " + std::string(canonical) + ", which is not there");
        return {};
      }
      expand(other, diagnostics);
      std::vector<Member> members = sets[other].members;
      if (!rule.system.empty()) {
        std::erase_if(members, [&rule](const Member& member) { return member.data->system != rule.system; });
      }
      if (!is_restricted) {
        found = std::move(members);
        is_restricted = true;
        continue;
      }
      std::vector<std::uint32_t> keep;
      for (const Member& member : members) keep.push_back(member.id.value);
      std::sort(keep.begin(), keep.end());
      std::erase_if(found, [&keep](const Member& member) {
        return !std::binary_search(keep.begin(), keep.end(), member.id.value);
      });
    }
    return found;
  }

  void index(ValueSet& set) const {
    std::vector<bool> seen(codes.size());
    std::erase_if(set.members, [&seen](const Member& member) {
      const bool again = seen[member.id.value];
      seen[member.id.value] = true;
      return again;
    });
    set.ids.clear();
    set.bits.clear();
    set.texts.clear();
    // A bit set costs a bit per known code, a sorted list 32 per member.
    if (set.members.size() * 32 >= codes.size()) {
      set.bits.assign(codes.size() / 64 + 1, 0);
      for (const Member& member : set.members) {
        set.bits[member.id.value / 64] |= std::uint64_t{1} << (member.id.value % 64);
      }
    } else {
      for (const Member& member : set.members) set.ids.push_back(member.id.value);
      std::sort(set.ids.begin(), set.ids.end());
    }
    for (const Member& member : set.members) set.texts.push_back(member.data->code);
    std::sort(set.texts.begin(), set.texts.end());
  }
};

Terminology::Terminology() : state_(std::make_unique<State>()) {}
Terminology::~Terminology() = default;
Terminology::Terminology(Terminology&&) noexcept = default;
Terminology& Terminology::operator=(Terminology&&) noexcept = default;

namespace {

/// One JSON value a line, by the name of the file; else the whole text is one.
bool is_lines(std::string_view name) {
  return name.ends_with(".ndjson") || name.ends_with(".jsonl");
}

}  // namespace

bool Terminology::add_resource(const SourceText& source, Diagnostics& diagnostics) {
  return state_->read(source.text(), is_lines(source.name()), {diagnostics, source.id(), {}, 0});
}

bool Terminology::add_resource(std::string_view json, const std::string& file, Diagnostics& diagnostics) {
  return state_->read(json, is_lines(file), {diagnostics, kNoPlace.source, file.empty() ? "(unnamed)" : file, 0});
}

void Terminology::finish(Diagnostics& diagnostics) {
  for (std::uint32_t id = 1; id < state_->sets.size(); ++id) state_->expand(id, diagnostics);
  for (std::uint32_t id = 1; id < state_->sets.size(); ++id) state_->index(state_->sets[id]);
}

std::optional<ValueSetId> Terminology::find_value_set(std::string_view url) const {
  const std::uint32_t id = state_->find_set(url);
  if (id == 0) return std::nullopt;
  return ValueSetId{id};
}

std::string_view Terminology::value_set_url(ValueSetId set) const {
  CALX_CHECK(set.value < state_->sets.size(), "a value set id belongs to this terminology");
  return state_->sets[set.value].url;
}

CodeId Terminology::intern_code(std::string_view system, std::string_view code) {
  return state_->intern(system, code);
}

CodeId Terminology::find_code(std::string_view system, std::string_view code) const {
  return state_->find(system, code, hash_of(system, code));
}

bool Terminology::contains(ValueSetId set, CodeId code) const {
  CALX_DCHECK(set.value < state_->sets.size(), "a value set id belongs to this terminology");
  return code.value != 0 && state_->sets[set.value].has(code);
}

bool Terminology::contains_code_text(ValueSetId set, std::string_view code) const {
  CALX_DCHECK(set.value < state_->sets.size(), "a value set id belongs to this terminology");
  const std::vector<std::string_view>& texts = state_->sets[set.value].texts;
  return std::binary_search(texts.begin(), texts.end(), code);
}

std::vector<Value> Terminology::members(ValueSetId set) const {
  CALX_CHECK(set.value < state_->sets.size(), "a value set id belongs to this terminology");
  std::vector<Value> values;
  for (const Member& member : state_->sets[set.value].members) values.push_back(Value::code(member.data, member.id));
  return values;
}

}  // namespace calx
