#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "present/messages.h"
#include "present/view.h"

namespace calx {

/// What is shown of one assessment. Borrows everything from the evaluation; lives for one rendering.
struct ShownAssessment {
  struct Result {
    std::string_view define;
    std::string_view json;
  };
  struct Failure {
    std::string_view define;
    std::string_view message;
    std::string_view where;
  };
  struct Issue {
    std::string_view severity;
    std::string_view where;
    std::string_view message;
  };

  std::string_view subject;
  std::string_view at;
  std::vector<Result> results;
  std::vector<Failure> failures;
  std::vector<Issue> issues;
  std::vector<std::string> closing;  // lines at the end: guideline, version, hash, notice
};

/// Terminal text as the view says. Failures that no section shows, and trouble in the record, follow at the end.
std::string render_assessment(const View& view, const Messages& messages, const ShownAssessment& assessment,
                              std::size_t width, bool colour);

}  // namespace calx
