#include "engine/include_order.h"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace calx {

namespace {

enum class Progress : std::uint8_t { Waiting, Running, Done };

class Sorter {
 public:
  Sorter(const std::vector<const cql::Library*>& libraries, Diagnostics& diagnostics)
      : libraries_(libraries), diagnostics_(diagnostics), progress_(libraries.size(), Progress::Waiting) {}

  IncludeOrder run() {
    for (std::size_t i = 0; i < libraries_.size(); ++i) {
      const cql::QualifiedName& name = libraries_[i]->name;
      if (name.parts.empty()) continue;
      const auto [known, is_new] = by_name_.emplace(name.last().text, i);
      if (!is_new) {
        diagnostics_
            .report(DiagnosticKind::DuplicateName, name.span,
                    "there is another library '" + std::string(name.last().text) + "' in this guideline")
            .label(libraries_[known->second]->name.span, "the other one");
      }
    }
    for (std::size_t i = 0; i < libraries_.size(); ++i) visit(i);
    return std::move(result_);
  }

 private:
  void visit(std::size_t index) {
    if (progress_[index] == Progress::Done) return;
    progress_[index] = Progress::Running;
    path_.push_back(index);
    for (const cql::Declaration* declaration : libraries_[index]->declarations) {
      if (declaration->kind != cql::NodeKind::IncludeDeclaration) continue;
      const auto& include = static_cast<const cql::IncludeDeclaration&>(*declaration);
      if (include.library.parts.empty()) continue;
      const auto found = by_name_.find(include.library.last().text);
      if (found == by_name_.end()) continue;
      if (progress_[found->second] == Progress::Running) {
        report_circle(include, found->second);
      } else {
        visit(found->second);
      }
    }
    path_.pop_back();
    progress_[index] = Progress::Done;
    result_.order.push_back(index);
  }

  void report_circle(const cql::IncludeDeclaration& include, std::size_t first) {
    std::string circle;
    bool is_inside = false;
    for (const std::size_t index : path_) {
      is_inside = is_inside || index == first;
      if (is_inside) circle += std::string(libraries_[index]->name.last().text) + " includes ";
    }
    circle += libraries_[first]->name.last().text;
    diagnostics_.report(DiagnosticKind::CircularInclude, include.library.span,
                        "libraries include each other in a circle: " + circle);
    result_.circular.push_back(include.library.span);
  }

  const std::vector<const cql::Library*>& libraries_;
  Diagnostics& diagnostics_;
  std::vector<Progress> progress_;
  std::map<std::string_view, std::size_t> by_name_;
  std::vector<std::size_t> path_;
  IncludeOrder result_;
};

}  // namespace

IncludeOrder order_by_includes(const std::vector<const cql::Library*>& libraries, Diagnostics& diagnostics) {
  return Sorter(libraries, diagnostics).run();
}

}  // namespace calx
