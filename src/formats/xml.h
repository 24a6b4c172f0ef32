#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "calx/result.h"

namespace calx {

/// One element of an XmlDocument: a cheap handle that lives as long as the document. Asking an absent element is no
/// mistake: it has no name, no text and no children. Namespaces are told apart by nobody here: names and attributes
/// are compared without their prefix.
class XmlElement {
 public:
  XmlElement() = default;

  explicit operator bool() const { return node_ != nullptr; }
  /// Without its prefix.
  std::string_view name() const;
  /// Empty when absent. Entities are resolved.
  std::string_view attribute(std::string_view name) const;
  bool has_attribute(std::string_view name) const;
  /// The element's first piece of character data (CDATA too), as written but for entities.
  std::string_view text() const;
  /// The first child element of this name.
  XmlElement child(std::string_view name) const;
  /// Byte offset of the element's name in the parsed text.
  std::size_t offset() const;

  class Iterator;
  /// Child elements in document order.
  Iterator begin() const;
  Iterator end() const;

 private:
  friend class XmlDocument;
  explicit XmlElement(const void* node) : node_(node) {}

  const void* node_ = nullptr;
};

class XmlElement::Iterator {
 public:
  XmlElement operator*() const { return XmlElement(node_); }
  Iterator& operator++();
  friend bool operator==(Iterator, Iterator) = default;

 private:
  friend class XmlElement;
  explicit Iterator(const void* node) : node_(node) {}
  const void* node_;
};

/// Parsed XML of content: model infos, test suites. Owns a copy of the text. Immutable, so any number of threads may
/// read it. Document types, comments and processing instructions are skipped; no external entity is ever read.
class XmlDocument {
 public:
  static constexpr std::size_t kMaximumDepth = 256;
  static constexpr std::size_t kMaximumBytes = std::size_t{64} << 20;

  XmlDocument(XmlDocument&&) noexcept;
  XmlDocument& operator=(XmlDocument&&) noexcept;
  ~XmlDocument();

  /// UTF-8, with or without a byte order mark; UTF-16 and Latin-1 by mark or declaration. Errors (kind Format; Limit
  /// for size and depth) say line and column.
  static Result<XmlDocument> parse(std::string_view text);

  XmlElement root() const;

 private:
  struct State;
  explicit XmlDocument(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace calx
