#pragma once

#include <map>
#include <string>
#include <string_view>

#include "calx/engine.h"
#include "diagnostics/source_text.h"
#include "plan/plan.h"
#include "present/messages.h"
#include "present/view.h"

namespace calx {

/// A view with the language its texts were looked up in.
struct LoadedView {
  std::string language;
  View view;
};

/// What a Program shares: everything frozen once compiled.
struct Program::State {
  GuidelineInfo info;
  LinkedProgram linked;
  std::uint32_t library = 0;  // the public one, in linked.plan.libraries
  std::map<std::string, SourceId, std::less<>> files;
  std::map<std::string, LoadedView, std::less<>> views;   // by path
  std::map<std::string, Messages, std::less<>> messages;  // by language

  /// Names of the defines whose values are the results.
  std::vector<std::string_view> public_defines() const;
};

}  // namespace calx
