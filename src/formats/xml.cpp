#include "formats/xml.h"

#include <algorithm>
#include <string>

#include <pugixml.hpp>

namespace calx {

namespace {

pugi::xml_node node_of(const void* node) {
  return pugi::xml_node(static_cast<pugi::xml_node_struct*>(const_cast<void*>(node)));
}

const void* handle_of(pugi::xml_node node) {
  return node.internal_object();
}

std::string_view without_prefix(std::string_view name) {
  const std::size_t colon = name.find(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

pugi::xml_node element_from(pugi::xml_node node) {
  while (!node.empty() && node.type() != pugi::node_element) node = node.next_sibling();
  return node;
}

pugi::xml_attribute find_attribute(const void* node, std::string_view name) {
  if (node == nullptr) return {};
  for (const pugi::xml_attribute attribute : node_of(node).attributes()) {
    if (without_prefix(attribute.name()) == name) return attribute;
  }
  return {};
}

std::string place(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, std::min(offset, text.size()));
  const auto line = std::count(before.begin(), before.end(), '\n') + 1;
  const std::size_t start = before.rfind('\n');
  const std::size_t column = start == std::string_view::npos ? before.size() + 1 : before.size() - start;
  return "line " + std::to_string(line) + ", column " + std::to_string(column);
}

/// Whoever reads the document may do so by recursion.
std::size_t depth_of(pugi::xml_node root) {
  std::size_t depth = 0;
  std::size_t deepest = 0;
  pugi::xml_node node = root;
  while (!node.empty()) {
    if (!node.first_child().empty()) {
      node = node.first_child();
      deepest = std::max(deepest, ++depth);
      continue;
    }
    while (!node.empty() && node != root && node.next_sibling().empty()) {
      node = node.parent();
      --depth;
    }
    if (node.empty() || node == root) break;
    node = node.next_sibling();
  }
  return deepest;
}

}  // namespace

struct XmlDocument::State {
  pugi::xml_document document;
};

std::string_view XmlElement::name() const {
  return node_ == nullptr ? std::string_view() : without_prefix(node_of(node_).name());
}

std::string_view XmlElement::attribute(std::string_view name) const {
  return find_attribute(node_, name).value();
}

bool XmlElement::has_attribute(std::string_view name) const {
  return !find_attribute(node_, name).empty();
}

std::string_view XmlElement::text() const {
  return node_ == nullptr ? std::string_view() : std::string_view(node_of(node_).text().get());
}

XmlElement XmlElement::child(std::string_view name) const {
  for (const XmlElement child : *this) {
    if (child.name() == name) return child;
  }
  return {};
}

std::size_t XmlElement::offset() const {
  const std::ptrdiff_t offset = node_ == nullptr ? 0 : node_of(node_).offset_debug();
  return offset < 0 ? 0 : static_cast<std::size_t>(offset);
}

XmlElement::Iterator XmlElement::begin() const {
  return Iterator(node_ == nullptr ? nullptr : handle_of(element_from(node_of(node_).first_child())));
}

XmlElement::Iterator XmlElement::end() const {
  return Iterator(nullptr);
}

XmlElement::Iterator& XmlElement::Iterator::operator++() {
  node_ = handle_of(element_from(node_of(node_).next_sibling()));
  return *this;
}

XmlDocument::XmlDocument(std::unique_ptr<State> state) : state_(std::move(state)) {}
XmlDocument::XmlDocument(XmlDocument&&) noexcept = default;
XmlDocument& XmlDocument::operator=(XmlDocument&&) noexcept = default;
XmlDocument::~XmlDocument() = default;

Result<XmlDocument> XmlDocument::parse(std::string_view text) {
  if (text.size() > kMaximumBytes) return Error{ErrorKind::Limit, "the XML has more than 64 MiB"};
  auto state = std::make_unique<State>();
  const pugi::xml_parse_result result = state->document.load_buffer(text.data(), text.size());
  if (!result) {
    const auto offset = static_cast<std::size_t>(std::max<std::ptrdiff_t>(result.offset, 0));
    return Error{ErrorKind::Format, place(text, offset) + ": " + result.description()};
  }
  if (state->document.document_element().empty()) return Error{ErrorKind::Format, "line 1, column 1: no element"};
  if (depth_of(state->document) > kMaximumDepth) {
    return Error{ErrorKind::Limit, "elements are nested more than " + std::to_string(kMaximumDepth) + " deep"};
  }
  return XmlDocument(std::move(state));
}

XmlElement XmlDocument::root() const {
  return XmlElement(handle_of(state_->document.document_element()));
}

}  // namespace calx
