#include <algorithm>
#include <string>

#include "cql/parser_state.h"

namespace calx::cql {
namespace {

constexpr TokenKind kDeclarationWords[] = {
    TokenKind::KeywordLibrary,  TokenKind::KeywordUsing,  TokenKind::KeywordInclude, TokenKind::KeywordCodeSystem,
    TokenKind::KeywordValueSet, TokenKind::KeywordCode,   TokenKind::KeywordConcept, TokenKind::KeywordParameter,
    TokenKind::KeywordContext,  TokenKind::KeywordDefine, TokenKind::KeywordPublic,  TokenKind::KeywordPrivate,
};

bool begins_declaration(TokenKind kind) {
  return std::ranges::find(kDeclarationWords, kind) != std::end(kDeclarationWords);
}

bool takes_access(TokenKind kind) {
  return kind == TokenKind::KeywordCodeSystem || kind == TokenKind::KeywordValueSet || kind == TokenKind::KeywordCode ||
         kind == TokenKind::KeywordConcept || kind == TokenKind::KeywordParameter;
}

bool is_statement(NodeKind kind) {
  return kind == NodeKind::ContextDeclaration || kind == NodeKind::DefineDeclaration ||
         kind == NodeKind::FunctionDeclaration;
}

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

std::string_view trim(std::string_view line) {
  while (!line.empty() && is_space(line.front())) line.remove_prefix(1);
  while (!line.empty() && is_space(line.back())) line.remove_suffix(1);
  return line;
}

bool has_line_break(std::string_view text) {
  return text.find_first_of("\r\n") != std::string_view::npos;
}

// A blank line lies in this white space.
bool has_blank_line(std::string_view white) {
  std::size_t breaks = 0;
  for (char c : white) breaks += c == '\n' ? 1U : 0U;
  return breaks > 1;
}

// Calls take(line) for each line of a comment, without its signs; the lines are views into the comment.
template <class Take>
void for_each_comment_line(std::string_view comment, Take&& take) {
  if (comment.starts_with("//")) {
    comment.remove_prefix(2);
    return take(trim(comment));
  }
  comment.remove_prefix(2);
  if (comment.ends_with("*/")) comment.remove_suffix(2);
  while (true) {
    std::size_t end = comment.find('\n');
    std::string_view line = trim(comment.substr(0, end));
    // The ornament at the left of a block, or the second star of its opening.
    if (line.starts_with('*')) line = trim(line.substr(1));
    take(line);
    if (end == std::string_view::npos) return;
    comment.remove_prefix(end + 1);
  }
}

struct TagLine {
  std::string_view name;
  std::string_view value;
};

// `@name: value` or `@name` alone; an empty name if the line is neither.
TagLine read_tag(std::string_view line) {
  if (!line.starts_with('@')) return {};
  auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  auto inner = [&](char c) { return letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '.'; };
  std::size_t end = 1;
  while (end < line.size() && (end == 1 ? letter(line[end]) : inner(line[end]))) ++end;
  std::string_view name = line.substr(1, end - 1);
  std::string_view rest = trim(line.substr(end));
  if (name.empty()) return {};
  if (rest.empty()) return {name, {}};
  if (!rest.starts_with(':')) return {};
  return {name, trim(rest.substr(1))};
}

}  // namespace

bool Parser::at_declaration(std::size_t ahead) const {
  return !failed_ && at_declaration_index(at_ + ahead);
}

// Several of these words may be names inside an expression, so their surroundings decide.
bool Parser::at_declaration_index(std::size_t index) const {
  const std::vector<Token>& all = tokens_.tokens;
  if (index + 1 >= all.size() || !begins_declaration(all[index].kind)) return false;
  const Token& here = all[index];
  const Token& next = all[index + 1];
  std::size_t before = index == 0 ? 0 : all[index - 1].end();
  bool begins_line = index == 0 || has_line_break(text_.substr(before, here.begin - before));
  bool word_follows = is_plain_name(next.kind) || word_use(next.kind) != WordUse::NotAWord;
  bool colon_follows = index + 2 < all.size() && all[index + 2].kind == TokenKind::Colon;
  if (here.kind == TokenKind::KeywordDefine) {
    return word_follows && (begins_line || (is_plain_name(next.kind) && colon_follows));
  }
  if (here.kind == TokenKind::KeywordPublic || here.kind == TokenKind::KeywordPrivate) return takes_access(next.kind);
  if (takes_access(here.kind) && here.kind != TokenKind::KeywordParameter) {
    return word_follows && colon_follows && (begins_line || is_plain_name(next.kind));
  }
  return begins_line && is_plain_name(next.kind);
}

void Parser::recover() {
  failed_ = false;
  depth_ = 0;
  no_as_ = false;
  comma_taken_ = true;
  open_queries_ = 0;
  operands_.clear();
  while (!at(TokenKind::EndOfText) && !at_declaration()) advance();
}

void Parser::read_library(Library& library) {
  library.source = source_.id();
  std::vector<const Declaration*> declarations;
  const Declaration* statement = nullptr;
  bool first = true;
  while (!at(TokenKind::EndOfText)) {
    std::size_t start = at_;
    if (at(TokenKind::KeywordLibrary)) {
      if (!first) {
        diagnostics_.report(DiagnosticKind::MisplacedDeclaration, span(token()),
                            "the library line comes first, and only once");
        Library ignored;
        library_line(ignored);
      } else {
        library_line(library);
      }
    } else if (begins_declaration(kind())) {
      Token keyword = token();
      const Declaration* read = declaration();
      if (read != nullptr) {
        declarations.push_back(read);
        if (is_statement(read->kind)) {
          statement = read;
        } else if (statement != nullptr) {
          diagnostics_
              .report(DiagnosticKind::MisplacedDeclaration, span(keyword),
                      "this declaration must stand before the first context or define")
              .label(statement->span, "already here");
        }
      }
    } else if (first || declarations.empty()) {
      fail(DiagnosticKind::ExpectedDeclaration, "expected a declaration, found " + found(),
           "a text consists of library, using, include, codesystem, valueset, code, concept, parameter, context, "
           "define");
    } else {
      fail_expected("an operator or the next declaration");
    }
    first = false;
    if (failed_) {
      failed_ = false;
      if (at_ == start) advance();
      recover();
    }
  }
  library.declarations = copy(declarations);
}

void Parser::library_line(Library& library) {
  library.documentation = documentation(at_);
  advance();
  library.name = qualified_name("the name of the library");
  library.version = optional_string_after(TokenKind::KeywordVersion, "a version");
}

Declaration* Parser::finish_declaration(Declaration* node, std::size_t begin) {
  // One mistake in its expression does not undo a define: its name stays known.
  bool named = !node->name.text.empty() || node->kind == NodeKind::ContextDeclaration;
  bool was_failed = failed_;
  bool good = complete(*node, begin);
  return named && (good || was_failed) ? node : nullptr;
}

Declaration* Parser::declaration() {
  std::size_t index = at_;
  std::size_t begin = token().begin;
  Access access = Access::Public;
  if (at(TokenKind::KeywordPublic) || at(TokenKind::KeywordPrivate)) {
    access = at(TokenKind::KeywordPrivate) ? Access::Private : Access::Public;
    advance();
    if (!takes_access(kind())) {
      std::string hint;
      if (at(TokenKind::KeywordDefine)) hint = "the modifier comes after define: define private ...";
      fail_expected("codesystem, valueset, code, concept or parameter", hint);
      return nullptr;
    }
  }
  struct Row {
    TokenKind word;
    Declaration* (Parser::*read)();
  };
  static constexpr Row kRows[] = {
      {TokenKind::KeywordUsing, &Parser::using_declaration},
      {TokenKind::KeywordInclude, &Parser::include_declaration},
      {TokenKind::KeywordCodeSystem, &Parser::code_system_declaration},
      {TokenKind::KeywordValueSet, &Parser::value_set_declaration},
      {TokenKind::KeywordCode, &Parser::code_declaration},
      {TokenKind::KeywordConcept, &Parser::concept_declaration},
      {TokenKind::KeywordParameter, &Parser::parameter_declaration},
      {TokenKind::KeywordContext, &Parser::context_declaration},
      {TokenKind::KeywordDefine, &Parser::define_declaration},
  };
  auto row = std::ranges::find(kRows, kind(), &Row::word);
  CALX_CHECK(row != std::end(kRows), "a declaration is read where one begins");
  Declaration* result = (this->*row->read)();
  if (result == nullptr) return nullptr;
  result->documentation = documentation(index);
  if (access == Access::Private) result->access = access;
  result->span = span_from(begin);
  return result;
}

Declaration* Parser::using_declaration() {
  std::size_t begin = token().begin;
  advance();
  auto* node = make<UsingDeclaration>();
  node->model = qualified_name("the name of a model");
  node->version = optional_string_after(TokenKind::KeywordVersion, "a version");
  node->name = accept(TokenKind::KeywordCalled) ? declared_name("the local name") : node->model.last();
  return finish_declaration(node, begin);
}

Declaration* Parser::include_declaration() {
  std::size_t begin = token().begin;
  advance();
  auto* node = make<IncludeDeclaration>();
  node->library = qualified_name("the name of a library");
  node->version = optional_string_after(TokenKind::KeywordVersion, "a version");
  node->name = accept(TokenKind::KeywordCalled) ? declared_name("the local name") : node->library.last();
  return finish_declaration(node, begin);
}

Declaration* Parser::code_system_declaration() {
  std::size_t begin = token().begin;
  advance();
  auto* node = make<CodeSystemDeclaration>();
  node->name = declared_name("the name of a code system");
  expect(TokenKind::Colon, " after the name of the code system");
  node->id = string_text("the identifier of the code system");
  node->version = optional_string_after(TokenKind::KeywordVersion, "a version");
  return finish_declaration(node, begin);
}

Declaration* Parser::value_set_declaration() {
  std::size_t begin = token().begin;
  advance();
  auto* node = make<ValueSetDeclaration>();
  node->name = declared_name("the name of a value set");
  expect(TokenKind::Colon, " after the name of the value set");
  node->id = string_text("the identifier of the value set");
  node->version = optional_string_after(TokenKind::KeywordVersion, "a version");
  if (accept(TokenKind::KeywordCodeSystems)) node->code_systems = name_list("the name of a code system");
  return finish_declaration(node, begin);
}

Declaration* Parser::code_declaration() {
  std::size_t begin = token().begin;
  advance();
  auto* node = make<CodeDeclaration>();
  node->name = declared_name("the name of a code");
  expect(TokenKind::Colon, " after the name of the code");
  node->code = string_text("the code");
  expect(TokenKind::KeywordFrom, " and the code system");
  node->system = qualified_name("the name of a code system");
  node->display = optional_string_after(TokenKind::KeywordDisplay, "the display text");
  return finish_declaration(node, begin);
}

Declaration* Parser::concept_declaration() {
  std::size_t begin = token().begin;
  advance();
  auto* node = make<ConceptDeclaration>();
  node->name = declared_name("the name of a concept");
  expect(TokenKind::Colon, " after the name of the concept");
  node->codes = name_list("the name of a code");
  node->display = optional_string_after(TokenKind::KeywordDisplay, "the display text");
  return finish_declaration(node, begin);
}

std::span<const QualifiedName> Parser::name_list(std::string_view what) {
  Token open = token();
  std::vector<QualifiedName> names;
  if (expect(TokenKind::LeftBrace, "")) {
    do {
      names.push_back(qualified_name(what));
    } while (accept(TokenKind::Comma));
    expect_close(TokenKind::RightBrace, open);
  }
  return copy(names);
}

Declaration* Parser::parameter_declaration() {
  std::size_t begin = token().begin;
  advance();
  auto* node = make<ParameterDeclaration>();
  node->name = declared_name("the name of a parameter");
  bool type_follows = is_plain_name(kind()) || at(TokenKind::KeywordList) || at(TokenKind::KeywordInterval) ||
                      at(TokenKind::KeywordTuple) || at(TokenKind::KeywordTypeCode) ||
                      at(TokenKind::KeywordTypeConcept);
  if (type_follows) node->type = type_specifier();
  if (accept(TokenKind::KeywordDefault)) node->default_value = parse_inner(false);
  if (node->type == nullptr && node->default_value == nullptr) {
    fail(DiagnosticKind::ExpectedType, "expected the parameter's type or default, found " + found());
  }
  return finish_declaration(node, begin);
}

Declaration* Parser::context_declaration() {
  std::size_t begin = token().begin;
  advance();
  auto* node = make<ContextDeclaration>();
  node->context = qualified_name("the name of a context");
  return finish_declaration(node, begin);
}

Declaration* Parser::define_declaration() {
  std::size_t begin = token().begin;
  advance();
  Access access = Access::Public;
  if (at(TokenKind::KeywordPublic) || at(TokenKind::KeywordPrivate)) {
    if (at(TokenKind::KeywordPrivate)) access = Access::Private;
    advance();
  }
  Declaration* result = nullptr;
  if (at(TokenKind::KeywordFluent) && kind(1) == TokenKind::KeywordFunction) {
    advance();
    result = function_declaration(true);
  } else if (at(TokenKind::KeywordFunction) && kind(1) != TokenKind::Colon) {
    result = function_declaration(false);
  } else {
    auto* node = make<DefineDeclaration>();
    node->name = declared_name("the name of a define");
    std::string hint;
    if (at(TokenKind::LeftParenthesis)) hint = "a define with operands is a function: define function ...";
    if (at(TokenKind::Equal)) hint = "a define has a colon: define \"name\": ...";
    if (!accept(TokenKind::Colon)) fail_expected("':' after the name of the define", hint);
    node->expression = parse_inner(false);
    node->access = access;
    return finish_declaration(node, begin);
  }
  if (result != nullptr) result->access = access;
  return result;
}

Declaration* Parser::function_declaration(bool fluent) {
  std::size_t begin = token().begin;
  advance();
  auto* node = make<FunctionDeclaration>();
  node->fluent = fluent;
  node->name = function_name();
  Token open = token();
  if (expect(TokenKind::LeftParenthesis, " and the operands of the function")) {
    std::vector<OperandDeclaration> operands;
    while (!at(TokenKind::RightParenthesis) && !failed_) {
      OperandDeclaration operand;
      operand.name = reference_name("the name of an operand");
      operand.type = type_specifier();
      operands.push_back(operand);
      if (!accept(TokenKind::Comma)) break;
    }
    node->operands = copy(operands);
    expect_close(TokenKind::RightParenthesis, open);
  }
  if (accept_word("returns")) node->returns = type_specifier();
  expect(TokenKind::Colon, " and the body of the function");
  bool external = at_word("external") && (kind(1) == TokenKind::EndOfText || at_declaration(1));
  if (external) {
    advance();
  } else {
    node->body = parse_inner(false);
  }
  return finish_declaration(node, begin);
}

// Tags count wherever they stand between two declarations; the text is that of the comments that touch this one.
Documentation Parser::documentation(std::size_t index) {
  const std::vector<Token>& all = tokens_.tokens;
  auto first = std::lower_bound(tokens_.comments.begin(), tokens_.comments.end(), index,
                                [](const Comment& comment, std::size_t at) { return comment.before < at; });
  std::size_t previous_end = index == 0 ? 0 : all[index - 1].end();
  std::string body;
  std::vector<Tag> tags;
  std::string value;
  bool in_tag = false;
  auto close_tag = [&] {
    if (in_tag) tags.back().value = arena_->copy(value);
    in_tag = false;
  };
  bool any = false;
  for (auto comment = first; comment != tokens_.comments.end() && comment->before == index; ++comment) {
    std::string_view white = text_.substr(previous_end, comment->begin - previous_end);
    // Behind the previous declaration on its line: speaks about that one.
    bool trails = index > 0 && !any && !has_line_break(white);
    previous_end = comment->begin + comment->length;
    if (trails) continue;
    if (has_blank_line(white)) {
      close_tag();
      body.clear();
    }
    any = true;
    for_each_comment_line(text_.substr(comment->begin, comment->length), [&](std::string_view line) {
      TagLine tag = read_tag(line);
      auto begin = static_cast<std::size_t>(line.data() - text_.data());
      if (!tag.name.empty()) {
        close_tag();
        tags.push_back({tag.name, {}, source_.span(begin, line.size())});
        value = tag.value;
        in_tag = true;
      } else if (line.empty()) {
        close_tag();
        if (!body.empty()) body += '\n';
      } else if (in_tag) {
        if (!value.empty()) value += ' ';
        value += line;
        tags.back().span.length = static_cast<std::uint32_t>(begin + line.size() - tags.back().span.begin);
      } else {
        if (!body.empty()) body += '\n';
        body += line;
      }
    });
  }
  close_tag();
  if (!any) return {};
  if (has_blank_line(text_.substr(previous_end, all[index].begin - previous_end))) body.clear();
  while (!body.empty() && body.back() == '\n') body.pop_back();
  return {arena_->copy(body), copy(tags)};
}

}  // namespace calx::cql
