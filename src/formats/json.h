#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "calx/result.h"

namespace calx {

enum class JsonKind : std::uint8_t { Missing, Null, Boolean, Number, String, Array, Object };

/// One value of a JsonDocument: a cheap handle that lives as long as the document. Asking a value for what it is not
/// answers Missing, empty text or false, so that reading content needs no chain of checks.
class JsonValue {
 public:
  JsonValue() = default;

  JsonKind kind() const { return node_ == nullptr ? JsonKind::Missing : node_->kind; }
  bool is_object() const { return kind() == JsonKind::Object; }
  bool is_array() const { return kind() == JsonKind::Array; }
  bool is_string() const { return kind() == JsonKind::String; }
  explicit operator bool() const { return node_ != nullptr; }

  /// A string's characters, or a number as written; empty for all others.
  std::string_view text() const;
  bool is_true() const { return kind() == JsonKind::Boolean && node_->text == "true"; }
  /// Byte offset of the value in the parsed text.
  std::size_t offset() const { return node_ == nullptr ? 0 : node_->offset; }
  /// The value's text as written.
  std::string_view raw() const { return node_ == nullptr ? std::string_view() : node_->raw; }
  /// Items of an array or members of an object.
  std::size_t size() const { return node_ == nullptr ? 0 : node_->count; }
  /// The first member with this key.
  JsonValue operator[](std::string_view key) const;

  struct Member;
  class Iterator;
  /// Items of an array, members of an object (with keys), in document order.
  Iterator begin() const;
  Iterator end() const;

 private:
  friend class JsonDocument;

  struct Node {
    JsonKind kind = JsonKind::Null;
    std::uint32_t count = 0;   // children
    std::uint32_t extent = 1;  // nodes of the whole value: the next sibling is node + extent
    std::size_t offset = 0;
    std::string_view key;   // when the value is a member
    std::string_view text;  // of scalars
    std::string_view raw;
  };

  explicit JsonValue(const Node* node) : node_(node) {}

  const Node* node_ = nullptr;
};

struct JsonValue::Member {
  std::string_view key;  // empty for items of an array
  JsonValue value;
};

class JsonValue::Iterator {
 public:
  using iterator_category = std::forward_iterator_tag;
  using value_type = Member;
  using difference_type = std::ptrdiff_t;

  Member operator*() const { return {node_->key, JsonValue(node_)}; }
  Iterator& operator++() {
    node_ += node_->extent;
    return *this;
  }
  friend bool operator==(Iterator, Iterator) = default;

 private:
  friend class JsonValue;
  explicit Iterator(const Node* node) : node_(node) {}
  const Node* node_;
};

/// Parsed JSON of content: small files, read once. Borrows the text, which must outlive it. Immutable, so any number
/// of threads may read it.
class JsonDocument {
 public:
  static constexpr std::size_t kDefaultDepth = 256;

  /// A byte order mark is skipped. Errors (kind Format; Limit for the depth) say line and column.
  static Result<JsonDocument> parse(std::string_view text, std::size_t maximum_depth = kDefaultDepth);

  JsonValue root() const { return JsonValue(nodes_.data()); }

 private:
  JsonDocument() = default;

  std::vector<JsonValue::Node> nodes_;  // in document order, a container before its children
  Arena unescaped_{4096};
};

}  // namespace calx
