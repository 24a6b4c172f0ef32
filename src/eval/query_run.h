#pragma once

#include <vector>

#include "eval/evaluator.h"
#include "operators/distinct_elements.h"

namespace calx {

/// One evaluation of one query: rows of its sources, lets, relationships, where, then return or aggregate, distinct
/// and sort (CQL 1.5.3, Author's Guide "Queries"). A null source makes the whole query null.
class Evaluator::QueryRun {
 public:
  QueryRun(Evaluator& evaluator, const QueryPlan& query) : evaluator_(evaluator), query_(query) {}

  Value run();

  /// exists over the query: an or over its rows, so that one row that is there outweighs one that failed.
  Value exists();
  static bool can_stop_early(const QueryPlan& query) { return query.aggregate == kNoNode && !query.singleton; }

 private:
  enum class Filter : std::uint8_t { Keep, Drop, Failed };

  /// False when a source is null or failed: then result_ says which.
  bool load_sources();
  /// Calls row() for every combination that passes the filters; stops when row() returns false.
  template <class Row>
  bool for_each_row(std::size_t source, const Row& row);
  Filter filter();
  Value relationship_holds(const QueryRelationship& relationship);
  /// `aggregate distinct`: whether this combination of the sources has not come before.
  bool is_new_row(DistinctElements& seen) const;
  Value finish(std::vector<Value>& rows);
  Value sort(std::span<Value> rows);

  Evaluator& evaluator_;
  const QueryPlan& query_;
  std::vector<Value> sources_;
  Value result_;
  Value failure_;
};

}  // namespace calx
