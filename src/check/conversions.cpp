#include "check/conversions.h"

#include <algorithm>
#include <array>

#include "operators/operator.h"

namespace calx {

namespace {

struct SystemConversion {
  TypeId from;
  TypeId to;
  OperatorId row;
  int cost;
};

constexpr std::array kSystemConversions{
    SystemConversion{system_type::kInteger, system_type::kLong, OperatorId::ToLongInteger, Conversions::kSimple},
    SystemConversion{system_type::kInteger, system_type::kDecimal, OperatorId::ToDecimalInteger, Conversions::kSimple},
    SystemConversion{system_type::kLong, system_type::kDecimal, OperatorId::ToDecimalLong, Conversions::kSimple},
    SystemConversion{system_type::kInteger, system_type::kQuantity, OperatorId::ToQuantityInteger,
                     Conversions::kComplex},
    SystemConversion{system_type::kLong, system_type::kQuantity, OperatorId::ToQuantityLong, Conversions::kComplex},
    SystemConversion{system_type::kDecimal, system_type::kQuantity, OperatorId::ToQuantityDecimal,
                     Conversions::kComplex},
    SystemConversion{system_type::kDate, system_type::kDateTime, OperatorId::ToDateTimeDate, Conversions::kSimple},
    SystemConversion{system_type::kCode, system_type::kConcept, OperatorId::ToConceptCode, Conversions::kComplex},
};

const SystemConversion* find_system_conversion(TypeId from, TypeId to) {
  for (const SystemConversion& conversion : kSystemConversions) {
    if (conversion.from == from && conversion.to == to) return &conversion;
  }
  return nullptr;
}

}  // namespace

int Conversions::simple_cost(TypeId from, TypeId to) const {
  if (const SystemConversion* conversion = find_system_conversion(from, to)) return conversion->cost;
  if (types_.kind(from) == TypeKind::Class) {
    const std::optional<TypeId> system = types_.system_conversion(from);
    if (system) {
      const int base = types_.class_info(from).primitive != FhirPrimitive::None ? kSimple : kComplex;
      if (*system == to) return base;
      const int further = find_system_conversion(*system, to) ? find_system_conversion(*system, to)->cost : kNone;
      if (further != kNone) return base + further;
    }
  }
  return kNone;
}

int Conversions::category(TypeId type) const {
  switch (types_.kind(type)) {
    case TypeKind::System:
      return type == system_type::kAny ? 6 : 0;
    case TypeKind::Tuple:
      return 1;
    case TypeKind::Class:
      return 2;
    case TypeKind::Interval:
      return 3;
    case TypeKind::List:
      return 4;
    case TypeKind::Choice:
      return 5;
  }
  return 6;
}

int Conversions::cost(TypeId from, TypeId to) const {
  const int plain = plain_cost(from, to);
  return plain != kNone ? plain : promotion_cost(from, to);
}

int Conversions::promotion_cost(TypeId from, TypeId to) const {
  const Promotions& allowed = builder_.context().promotions;
  const TypeKind from_kind = types_.kind(from);
  const TypeKind to_kind = types_.kind(to);
  const auto with_parts = [&](bool is_allowed, int own, TypeId part_from, TypeId part_to) {
    if (!is_allowed) return kNone;
    const int parts = plain_cost(part_from, part_to);
    return parts == kNone ? kNone : own + parts;
  };
  if (to_kind == TypeKind::Interval && from_kind != TypeKind::Interval && from_kind != TypeKind::List) {
    return with_parts(allowed.interval_promotion, kIntervalPromotion, from, types_.element_type(to));
  }
  if (from_kind == TypeKind::List && to_kind != TypeKind::List) {
    return with_parts(allowed.list_demotion, kListDemotion, types_.element_type(from), to);
  }
  if (from_kind == TypeKind::Interval && to_kind != TypeKind::Interval && to_kind != TypeKind::List) {
    return with_parts(allowed.interval_demotion, kIntervalDemotion, types_.element_type(from), to);
  }
  if (to_kind == TypeKind::List && from_kind != TypeKind::List) {
    return with_parts(allowed.list_promotion, kListPromotion, from, types_.element_type(to));
  }
  return kNone;
}

Typed Conversions::promote(Typed expression, TypeId to) {
  const TypeKind from_kind = types_.kind(expression.type);
  const TypeKind to_kind = types_.kind(to);
  if (to_kind == TypeKind::Interval) {
    const Typed point = convert(expression, types_.element_type(to));
    constexpr std::uint8_t kClosed = Value::kLowClosed | Value::kHighClosed;
    return builder_.node(NodeKind::Interval, to, {point, point}, 0, kClosed);
  }
  if (from_kind == TypeKind::List || from_kind == TypeKind::Interval) {
    const OperatorId row = from_kind == TypeKind::List ? OperatorId::SingletonFrom : OperatorId::PointFrom;
    return convert(builder_.operation(row, types_.element_type(expression.type), std::span(&expression, 1), {}), to);
  }
  return builder_.node(NodeKind::List, to, {convert(expression, types_.element_type(to))});
}

int Conversions::plain_cost(TypeId from, TypeId to) const {
  if (from == to) return kExact;
  if (to == system_type::kAny) return kSubtype;
  if (from == system_type::kAny) return kFromNull;
  if (types_.is_subtype(from, to)) return kSubtype;
  const TypeKind from_kind = types_.kind(from);
  const TypeKind to_kind = types_.kind(to);
  if (from_kind == TypeKind::Choice) {
    if (to_kind == TypeKind::Choice) {
      bool all = true;
      bool some = false;
      for (TypeId option : types_.choices(from)) {
        const bool contained = std::ranges::any_of(
            types_.choices(to), [&](TypeId other) { return option == other || types_.is_subtype(option, other); });
        all = all && contained;
        some = some || contained;
      }
      return all ? kSubtype : some ? kChoice : kNone;
    }
    int best = kNone;
    for (TypeId option : types_.choices(from)) {
      const int one = cost(option, to);
      if (one != kNone && (best == kNone || one < best)) best = one;
    }
    return best == kNone ? kNone : kChoice + best;
  }
  if (to_kind == TypeKind::Choice) {
    int best = kNone;
    for (TypeId option : types_.choices(to)) {
      const int one = cost(from, option);
      if (one != kNone && (best == kNone || one < best)) best = one;
    }
    return best == kNone ? kNone : best <= kSubtype ? kSubtype : kChoice + best;
  }
  if (const int simple = simple_cost(from, to); simple != kNone) return simple;
  if (from == system_type::kValueSet && to_kind == TypeKind::List && types_.element_type(to) == system_type::kCode) {
    return kComplex;
  }
  if (from_kind == to_kind && (from_kind == TypeKind::List || from_kind == TypeKind::Interval)) {
    return cost(types_.element_type(from), types_.element_type(to));
  }
  if (to_kind == TypeKind::Interval && from_kind == TypeKind::Class) {
    // Period and Range become intervals; the points of those may convert further.
    const std::optional<TypeId> system = types_.system_conversion(from);
    if (system && types_.kind(*system) == TypeKind::Interval && *system != to) {
      const int points = cost(types_.element_type(*system), types_.element_type(to));
      if (points != kNone) return kComplex + points;
    }
  }
  if (from_kind == TypeKind::Tuple && to_kind == TypeKind::Tuple) {
    const auto from_elements = types_.tuple_elements(from);
    const auto to_elements = types_.tuple_elements(to);
    if (from_elements.size() != to_elements.size()) return kNone;
    int worst = kExact;
    for (std::size_t index = 0; index < to_elements.size(); ++index) {
      if (from_elements[index].name != to_elements[index].name) return kNone;
      const int one = cost(from_elements[index].type, to_elements[index].type);
      if (one == kNone) return kNone;
      worst = std::max(worst, one);
    }
    return worst;
  }
  return kNone;
}

Typed Conversions::convert(Typed expression, TypeId to) {
  if (!expression.is_valid()) return expression;
  const TypeId from = expression.type;
  if (from == to) return expression;
  const Node& node = builder_.at(expression);
  if (node.kind == NodeKind::Constant && builder_.library().store.constants[node.payload].is_null()) {
    return builder_.null_of(to);
  }
  if (types_.kind(to) == TypeKind::List && is_untyped_empty_list(expression)) {
    return builder_.node(NodeKind::List, to, {});
  }
  if (to == system_type::kAny || types_.is_subtype(from, to)) return {expression.node, to};
  if (from == system_type::kAny) return builder_.node(NodeKind::As, to, {expression});
  const TypeKind from_kind = types_.kind(from);
  const TypeKind to_kind = types_.kind(to);
  if (plain_cost(from, to) == kNone && promotion_cost(from, to) != kNone) return promote(expression, to);
  if (from_kind == TypeKind::Choice) {
    if (to_kind == TypeKind::Choice) {
      return cost(from, to) == kSubtype ? Typed{expression.node, to} : builder_.node(NodeKind::As, to, {expression});
    }
    TypeId best = from;
    int best_cost = kNone;
    bool from_model = false;
    for (TypeId option : types_.choices(from)) {
      const int one = cost(option, to);
      if (one == kNone) continue;
      from_model = from_model || (one > kSubtype && types_.kind(option) == TypeKind::Class);
      if (best_cost == kNone || one < best_cost) {
        best = option;
        best_cost = one;
      }
    }
    if (best_cost == kNone) return Typed::invalid();
    // Whichever alternative the value is, if it converts: FHIR values know their own type.
    if (from_model) return builder_.node(NodeKind::ToSystem, to, {expression});
    return convert(builder_.node(NodeKind::As, best, {expression}), to);
  }
  if (to_kind == TypeKind::Choice) {
    TypeId best = from;
    int best_cost = kNone;
    for (TypeId option : types_.choices(to)) {
      const int one = cost(from, option);
      if (one != kNone && (best_cost == kNone || one < best_cost)) {
        best = option;
        best_cost = one;
      }
    }
    const Typed converted = convert(expression, best);
    return converted.is_valid() ? Typed{converted.node, to} : converted;
  }
  if (const SystemConversion* conversion = find_system_conversion(from, to)) {
    return builder_.operation(conversion->row, to, std::span(&expression, 1), {});
  }
  if (from_kind == TypeKind::Class) {
    const std::optional<TypeId> system = types_.system_conversion(from);
    if (!system) return Typed::invalid();
    return convert(builder_.node(NodeKind::ToSystem, *system, {expression}), to);
  }
  if (from == system_type::kValueSet) {
    return builder_.operation(OperatorId::ExpandValueSet, to, std::span(&expression, 1), {});
  }
  if (from_kind == to_kind && (from_kind == TypeKind::List || from_kind == TypeKind::Interval)) {
    const std::uint32_t slot = builder_.new_slot();
    const Typed body = convert(builder_.local(slot, types_.element_type(from)), types_.element_type(to));
    return builder_.node(from_kind == TypeKind::List ? NodeKind::ForEach : NodeKind::ForEachEnd, to, {expression, body},
                         slot);
  }
  if (from_kind == TypeKind::Tuple && to_kind == TypeKind::Tuple) {
    // Null stays null; otherwise every element is converted.
    std::vector<Typed> elements;
    const auto from_elements = types_.tuple_elements(from);
    const auto to_elements = types_.tuple_elements(to);
    for (std::size_t index = 0; index < to_elements.size(); ++index) {
      builder_.library().store.names.push_back(from_elements[index].name);
      const Typed element = builder_.node(NodeKind::Property, from_elements[index].type, {expression},
                                          static_cast<std::uint32_t>(builder_.library().store.names.size() - 1));
      elements.push_back(convert(element, to_elements[index].type));
    }
    const Typed is_null = builder_.operation(OperatorId::IsNull, system_type::kBoolean, std::span(&expression, 1), {});
    return builder_.node(NodeKind::If, to,
                         {is_null, builder_.null_of(to), builder_.node(NodeKind::Tuple, to, elements)});
  }
  return Typed::invalid();
}

bool Conversions::is_untyped_empty_list(Typed expression) const {
  if (!expression.is_valid() || types_.kind(expression.type) != TypeKind::List) return false;
  if (types_.element_type(expression.type) != system_type::kAny) return false;
  const TypedLibrary& library = builder_.library();
  const Node* node = &builder_.at(expression);
  if (node->kind == NodeKind::DefineReference) {
    const LibraryReference& reference = library.references[node->payload];
    if (reference.include != LibraryReference::kSelf) return false;
    const NodeId body = library.defines[reference.index].body;
    if (body == kNoNode) return false;
    node = &library.store.node(body);
  }
  return node->kind == NodeKind::List && node->child_count == 0;
}

TypeId Conversions::common_type_of(std::span<const Typed> expressions) const {
  std::vector<TypeId> all;
  std::vector<TypeId> telling;
  for (const Typed& expression : expressions) {
    all.push_back(expression.type);
    if (!is_untyped_empty_list(expression)) telling.push_back(expression.type);
  }
  const TypeId common = common_type(telling);
  return types_.kind(common) == TypeKind::List ? common : common_type(all);
}

TypeId Conversions::common_type(std::span<const TypeId> types) const {
  if (types.empty()) return system_type::kAny;
  TypeId common = types[0];
  bool is_choice = false;
  for (TypeId type : types.subspan(1)) {
    if (type == common || type == system_type::kAny) continue;
    if (common == system_type::kAny) {
      common = type;
      continue;
    }
    const bool narrows_up = types_.kind(type) == TypeKind::Choice && types_.kind(common) != TypeKind::Choice;
    const bool narrows_down = types_.kind(common) == TypeKind::Choice && types_.kind(type) != TypeKind::Choice;
    if (!narrows_down && cost(type, common) != kNone) continue;
    if (!narrows_up && cost(common, type) != kNone) {
      common = type;
      continue;
    }
    is_choice = true;
    break;
  }
  if (!is_choice) return common;
  std::vector<TypeId> options;
  for (TypeId type : types) {
    if (type != system_type::kAny) options.push_back(type);
  }
  return types_.choice_of(options);
}

void Conversions::add_candidates(TypeId type, std::vector<TypeId>& candidates) const {
  const auto add = [&](TypeId candidate) {
    if (std::ranges::find(candidates, candidate) == candidates.end()) candidates.push_back(candidate);
  };
  if (type == system_type::kAny) return;
  add(type);
  if (types_.kind(type) == TypeKind::Choice) {
    for (TypeId option : types_.choices(type)) add_candidates(option, candidates);
    return;
  }
  TypeId system = type;
  if (types_.kind(type) == TypeKind::Class) {
    if (const std::optional<TypeId> converted = types_.system_conversion(type)) {
      system = *converted;
      add(system);
    }
    // A base both arguments share.
    for (TypeId base = types_.class_info(type).base; base != system_type::kAny; base = types_.class_info(base).base) {
      add(base);
    }
  }
  for (const SystemConversion& conversion : kSystemConversions) {
    if (conversion.from == system) add(conversion.to);
  }
  if (types_.kind(system) == TypeKind::List || types_.kind(system) == TypeKind::Interval) {
    std::vector<TypeId> elements;
    add_candidates(types_.element_type(system), elements);
    for (TypeId element : elements) {
      add(types_.kind(system) == TypeKind::List ? types_.list_of(element) : types_.interval_of(element));
    }
  }
}

}  // namespace calx
