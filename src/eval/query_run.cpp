#include "eval/query_run.h"

#include <algorithm>

namespace calx {

Value Evaluator::visit_query(const Node& node) {
  return QueryRun(*this, store_.queries[node.payload]).run();
}

bool Evaluator::QueryRun::load_sources() {
  for (const QuerySource& source : query_.sources) {
    const Value value = evaluator_.visit(source.expression);
    if (value.is_failed()) {
      result_ = value;
      return false;
    }
    if (value.is_null() && (source.is_list || query_.sources.size() == 1)) return false;
    sources_.push_back(value);
  }
  return true;
}

Value Evaluator::QueryRun::relationship_holds(const QueryRelationship& relationship) {
  const Value source = evaluator_.visit(relationship.source.expression);
  if (source.is_failed()) return source;
  Value failure;
  bool found = false;
  if (!source.is_null()) {
    const std::span<const Value> rows =
        relationship.source.is_list ? source.as_list() : std::span<const Value>(&source, 1);
    for (const Value& row : rows) {
      evaluator_.locals_[relationship.source.slot] = row;
      const Value condition = evaluator_.visit(relationship.condition);
      if (condition.is_failed()) failure = condition;
      if (condition.is_true()) {
        found = true;
        break;
      }
    }
  }
  if (!found && failure.is_failed()) return failure;
  return Value::boolean(found != relationship.without);
}

Evaluator::QueryRun::Filter Evaluator::QueryRun::filter() {
  for (const QueryLet& let : query_.lets) {
    // A let that failed fails what uses it, and only that.
    evaluator_.locals_[let.slot] = evaluator_.visit(let.expression);
  }
  for (const QueryRelationship& relationship : query_.relationships) {
    const Value holds = relationship_holds(relationship);
    if (holds.is_failed()) {
      failure_ = holds;
      return Filter::Failed;
    }
    if (!holds.is_true()) return Filter::Drop;
  }
  if (query_.where != kNoNode) {
    const Value where = evaluator_.visit(query_.where);
    if (where.is_failed()) {
      failure_ = where;
      return Filter::Failed;
    }
    if (!where.is_true()) return Filter::Drop;
  }
  return Filter::Keep;
}

template <class Row>
bool Evaluator::QueryRun::for_each_row(std::size_t source, const Row& row) {
  if (source == query_.sources.size()) {
    switch (filter()) {
      case Filter::Keep:
        return row();
      case Filter::Drop:
      case Filter::Failed:
        return true;
    }
  }
  const QuerySource& plan = query_.sources[source];
  if (!plan.is_list) {
    evaluator_.locals_[plan.slot] = sources_[source];
    return for_each_row(source + 1, row);
  }
  for (const Value& element : sources_[source].as_list()) {
    evaluator_.locals_[plan.slot] = element;
    if (!for_each_row(source + 1, row)) return false;
  }
  return true;
}

Value Evaluator::QueryRun::exists() {
  if (!load_sources()) return result_.is_failed() ? result_ : Value::boolean(false);
  bool found = false;
  for_each_row(0, [&] {
    const Value value =
        query_.result != kNoNode ? evaluator_.visit(query_.result) : evaluator_.locals_[query_.sources[0].slot];
    if (value.is_failed()) {
      failure_ = value;
      return true;
    }
    found = !value.is_null();
    return !found;
  });
  if (!found && failure_.is_failed()) return failure_;
  return Value::boolean(found);
}

Value Evaluator::QueryRun::run() {
  if (!load_sources()) return result_;
  std::vector<Value> rows;
  if (query_.aggregate != kNoNode) {
    Value accumulator = evaluator_.visit(query_.aggregate_start);
    if (accumulator.is_failed()) return accumulator;
    DistinctElements seen(evaluator_.context_);
    for_each_row(0, [&] {
      if (query_.distinct && !is_new_row(seen)) return true;
      evaluator_.locals_[query_.aggregate_slot] = accumulator;
      accumulator = evaluator_.visit(query_.aggregate);
      return !accumulator.is_failed();
    });
    return failure_.is_failed() ? failure_ : accumulator;
  }
  for_each_row(0, [&] {
    const Value value =
        query_.result != kNoNode ? evaluator_.visit(query_.result) : evaluator_.locals_[query_.sources[0].slot];
    if (value.is_failed()) {
      failure_ = value;
      return false;
    }
    rows.push_back(value);
    return rows.size() <= evaluator_.limits_.list_length;
  });
  if (failure_.is_failed()) return failure_;
  if (query_.singleton) return rows.empty() ? Value::null() : rows[0];
  if (rows.size() > evaluator_.limits_.list_length) {
    return evaluator_.context_.fail("the query gave more rows than the limit allows");
  }
  return finish(rows);
}

bool Evaluator::QueryRun::is_new_row(DistinctElements& seen) const {
  std::vector<Value> row;
  for (const QuerySource& source : query_.sources) row.push_back(evaluator_.locals_[source.slot]);
  const std::size_t before = seen.values().size();
  seen.add(row.size() == 1 ? row[0] : evaluator_.context_.list(row));
  return seen.values().size() > before;
}

Value Evaluator::QueryRun::finish(std::vector<Value>& rows) {
  if (query_.distinct && rows.size() > 1) {
    const DistinctElements distinct(evaluator_.context_, rows);
    rows.assign(distinct.values().begin(), distinct.values().end());
  }
  if (!query_.sort.empty()) {
    const Value sorted = sort(rows);
    if (sorted.is_failed()) return sorted;
  }
  return evaluator_.context_.list(rows);
}

Value Evaluator::QueryRun::sort(std::span<Value> rows) {
  struct Row {
    Value value;
    std::vector<Value> keys;
  };
  std::vector<Row> keyed;
  keyed.reserve(rows.size());
  for (const Value& row : rows) {
    Row entry{row, {}};
    evaluator_.locals_[query_.sort_slot] = row;
    for (const QuerySort& item : query_.sort) {
      const Value key = item.expression == kNoNode ? row : evaluator_.visit(item.expression);
      if (key.is_failed()) return key;
      entry.keys.push_back(key);
    }
    keyed.push_back(std::move(entry));
  }
  const ComparisonContext comparison = evaluator_.context_.comparison();
  // Nulls are the lowest values; what cannot be ordered keeps its place.
  std::ranges::stable_sort(keyed, [&](const Row& a, const Row& b) {
    for (std::size_t index = 0; index < query_.sort.size(); ++index) {
      const Value& left = a.keys[index];
      const Value& right = b.keys[index];
      int order = 0;
      if (left.is_null() || right.is_null()) {
        order = (right.is_null() ? 1 : 0) - (left.is_null() ? 1 : 0);
      } else {
        order = compare(left, right, comparison).value_or(0);
      }
      if (order != 0) return query_.sort[index].descending ? order > 0 : order < 0;
    }
    return false;
  });
  for (std::size_t index = 0; index < rows.size(); ++index) rows[index] = keyed[index].value;
  return Value::null();
}

}  // namespace calx
