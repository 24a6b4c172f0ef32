#pragma once

#include "cql/ast.h"

namespace calx::cql {

/// Calls visit(const Node&) for every direct child in source order: expressions and types, not names.
template <class Visit>
void for_each_child(const Node& node, Visit&& visit) {
  auto maybe = [&](const Node* child) {
    if (child != nullptr) visit(*child);
  };
  auto all = [&](const auto& children) {
    for (const Node* child : children) visit(*child);
  };
  switch (node.kind) {
    case NodeKind::Invalid:
    case NodeKind::NullLiteral:
    case NodeKind::BooleanLiteral:
    case NodeKind::StringLiteral:
    case NodeKind::IntegerLiteral:
    case NodeKind::LongLiteral:
    case NodeKind::DecimalLiteral:
    case NodeKind::DateLiteral:
    case NodeKind::DateTimeLiteral:
    case NodeKind::TimeLiteral:
    case NodeKind::QuantityLiteral:
    case NodeKind::CodeSelector:
    case NodeKind::Identifier:
    case NodeKind::ExternalConstant:
    case NodeKind::SpecialVariable:
    case NodeKind::InvalidType:
    case NodeKind::NamedType:
    case NodeKind::UsingDeclaration:
    case NodeKind::IncludeDeclaration:
    case NodeKind::CodeSystemDeclaration:
    case NodeKind::ValueSetDeclaration:
    case NodeKind::CodeDeclaration:
    case NodeKind::ConceptDeclaration:
    case NodeKind::ContextDeclaration:
      return;
    case NodeKind::RatioLiteral:
      visit(*node.as<RatioLiteral>().numerator);
      visit(*node.as<RatioLiteral>().denominator);
      return;
    case NodeKind::IntervalSelector:
      visit(*node.as<IntervalSelector>().low);
      visit(*node.as<IntervalSelector>().high);
      maybe(node.as<IntervalSelector>().low_closed_value);
      maybe(node.as<IntervalSelector>().high_closed_value);
      return;
    case NodeKind::TupleSelector:
      for (const ElementSelector& element : node.as<TupleSelector>().elements) visit(*element.value);
      return;
    case NodeKind::InstanceSelector:
      visit(*node.as<InstanceSelector>().type);
      for (const ElementSelector& element : node.as<InstanceSelector>().elements) visit(*element.value);
      return;
    case NodeKind::ListSelector:
      maybe(node.as<ListSelector>().element_type);
      all(node.as<ListSelector>().elements);
      return;
    case NodeKind::ConceptSelector:
      all(node.as<ConceptSelector>().codes);
      return;
    case NodeKind::Member:
      visit(*node.as<Member>().target);
      return;
    case NodeKind::FunctionCall:
      all(node.as<FunctionCall>().arguments);
      return;
    case NodeKind::MethodCall:
      visit(*node.as<MethodCall>().target);
      all(node.as<MethodCall>().arguments);
      return;
    case NodeKind::Indexer:
      visit(*node.as<Indexer>().target);
      visit(*node.as<Indexer>().index);
      return;
    case NodeKind::Retrieve: {
      const auto& retrieve = node.as<Retrieve>();
      maybe(retrieve.context);
      visit(*retrieve.type);
      maybe(retrieve.code_path);
      maybe(retrieve.terminology);
      return;
    }
    case NodeKind::Query: {
      const auto& query = node.as<Query>();
      for (const AliasedSource& source : query.sources) visit(*source.source);
      for (const LetItem& item : query.lets) visit(*item.value);
      for (const Relationship& relationship : query.relationships) {
        visit(*relationship.source.source);
        visit(*relationship.condition);
      }
      maybe(query.where);
      if (query.aggregate != nullptr) {
        maybe(query.aggregate->starting);
        visit(*query.aggregate->value);
      }
      if (query.return_clause != nullptr) visit(*query.return_clause->value);
      for (const SortItem& item : query.sort) maybe(item.by);
      return;
    }
    case NodeKind::Unary:
      visit(*node.as<Unary>().operand);
      return;
    case NodeKind::Binary:
      visit(*node.as<Binary>().left);
      visit(*node.as<Binary>().right);
      return;
    case NodeKind::Nary:
      all(node.as<Nary>().operands);
      return;
    case NodeKind::Membership:
      visit(*node.as<Membership>().left);
      visit(*node.as<Membership>().right);
      return;
    case NodeKind::Timing:
      visit(*node.as<Timing>().left);
      maybe(node.as<Timing>().offset);
      visit(*node.as<Timing>().right);
      return;
    case NodeKind::Between:
      visit(*node.as<Between>().operand);
      visit(*node.as<Between>().low);
      visit(*node.as<Between>().high);
      return;
    case NodeKind::DurationBetween:
      visit(*node.as<DurationBetween>().low);
      visit(*node.as<DurationBetween>().high);
      return;
    case NodeKind::DurationOf:
      visit(*node.as<DurationOf>().operand);
      return;
    case NodeKind::ComponentFrom:
      visit(*node.as<ComponentFrom>().operand);
      return;
    case NodeKind::SetAggregate:
      visit(*node.as<SetAggregate>().operand);
      maybe(node.as<SetAggregate>().per);
      return;
    case NodeKind::TypeExtent:
      visit(*node.as<TypeExtent>().type);
      return;
    case NodeKind::IsType:
      visit(*node.as<IsType>().operand);
      visit(*node.as<IsType>().type);
      return;
    case NodeKind::AsType:
      visit(*node.as<AsType>().operand);
      visit(*node.as<AsType>().type);
      return;
    case NodeKind::ConvertToType:
      visit(*node.as<ConvertToType>().operand);
      visit(*node.as<ConvertToType>().type);
      return;
    case NodeKind::ConvertToUnit:
      visit(*node.as<ConvertToUnit>().operand);
      return;
    case NodeKind::If:
      visit(*node.as<If>().condition);
      visit(*node.as<If>().then_value);
      visit(*node.as<If>().else_value);
      return;
    case NodeKind::Case: {
      const auto& choice = node.as<Case>();
      maybe(choice.comparand);
      for (const CaseItem& item : choice.items) {
        visit(*item.when);
        visit(*item.then_value);
      }
      visit(*choice.else_value);
      return;
    }
    case NodeKind::ListType:
      visit(*node.as<ListType>().element);
      return;
    case NodeKind::IntervalType:
      visit(*node.as<IntervalType>().point);
      return;
    case NodeKind::TupleType:
      for (const TupleTypeElement& element : node.as<TupleType>().elements) visit(*element.type);
      return;
    case NodeKind::ChoiceType:
      all(node.as<ChoiceType>().options);
      return;
    case NodeKind::ParameterDeclaration:
      maybe(node.as<ParameterDeclaration>().type);
      maybe(node.as<ParameterDeclaration>().default_value);
      return;
    case NodeKind::DefineDeclaration:
      visit(*node.as<DefineDeclaration>().expression);
      return;
    case NodeKind::FunctionDeclaration:
      for (const OperandDeclaration& operand : node.as<FunctionDeclaration>().operands) visit(*operand.type);
      maybe(node.as<FunctionDeclaration>().returns);
      maybe(node.as<FunctionDeclaration>().body);
      return;
  }
}

}  // namespace calx::cql
