#include "formats/json.h"

#include "base/check.h"
#include "formats/json_scanner.h"

namespace calx {

std::string_view JsonValue::text() const {
  const JsonKind found = kind();
  return found == JsonKind::String || found == JsonKind::Number ? node_->text : std::string_view();
}

JsonValue JsonValue::operator[](std::string_view key) const {
  if (!is_object()) return {};
  for (const auto [name, value] : *this) {
    if (name == key) return value;
  }
  return {};
}

JsonValue::Iterator JsonValue::begin() const {
  return Iterator(node_ == nullptr ? nullptr : node_ + 1);
}

JsonValue::Iterator JsonValue::end() const {
  return Iterator(node_ == nullptr ? nullptr : node_ + node_->extent);
}

Result<JsonDocument> JsonDocument::parse(std::string_view text, std::size_t maximum_depth) {
  using Event = JsonScanner::Event;
  JsonDocument document;
  document.nodes_.reserve(text.size() / 24 + 8);  // of indented content; a guess that saves most of the growing
  std::vector<std::size_t> open;                  // containers, by node number
  std::string_view key;
  JsonScanner scanner(text, byte_order_mark(text), maximum_depth);
  const auto inside_quotes = [&] {
    const std::string_view inside = scanner.raw().substr(1, scanner.raw().size() - 2);
    return scanner.has_escapes() ? unescape_json(inside, document.unescaped_) : inside;
  };
  Event event = scanner.next();
  for (; event != Event::End && event != Event::Trouble; event = scanner.next()) {
    JsonValue::Node node;
    switch (event) {
      case Event::Key:
        key = inside_quotes();
        continue;
      case Event::EndObject:
      case Event::EndArray: {
        JsonValue::Node& container = document.nodes_[open.back()];
        container.extent = static_cast<std::uint32_t>(document.nodes_.size() - open.back());
        container.raw = text.substr(container.offset, scanner.offset() - container.offset);
        open.pop_back();
        continue;
      }
      case Event::BeginObject:
        node.kind = JsonKind::Object;
        break;
      case Event::BeginArray:
        node.kind = JsonKind::Array;
        break;
      case Event::String:
        node.kind = JsonKind::String;
        node.text = inside_quotes();
        break;
      case Event::Number:
        node.kind = JsonKind::Number;
        node.text = scanner.raw();
        break;
      case Event::True:
      case Event::False:
        node.kind = JsonKind::Boolean;
        node.text = scanner.raw();
        break;
      case Event::Null:
        node.kind = JsonKind::Null;
        break;
      case Event::End:
      case Event::Trouble:
        break;  // left the loop
    }
    node.key = key;
    node.offset = scanner.begin();
    node.raw = scanner.raw();
    key = {};
    if (!open.empty()) ++document.nodes_[open.back()].count;
    if (event == Event::BeginObject || event == Event::BeginArray) open.push_back(document.nodes_.size());
    document.nodes_.push_back(node);
  }
  if (event == Event::Trouble || text.find_first_not_of(" \t\r\n", scanner.offset()) != std::string_view::npos) {
    const std::optional<JsonTrouble> trouble = find_json_trouble(text, byte_order_mark(text), maximum_depth);
    CALX_CHECK(trouble.has_value(), "the same scanner finds the same trouble again");
    const ErrorKind kind = trouble->kind == JsonTrouble::Kind::Depth ? ErrorKind::Limit : ErrorKind::Format;
    return Error{kind, describe(*trouble, text)};
  }
  return document;
}

}  // namespace calx
