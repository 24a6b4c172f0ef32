#include "formats/json.h"

#include <gtest/gtest.h>

#include <string>

#include "formats/json_scanner.h"
#include "formats/json_writer.h"

namespace calx {
namespace {

std::string error_of(std::string_view text, std::size_t depth = 16) {
  const Result<JsonDocument> document = JsonDocument::parse(text, depth);
  return document ? "" : document.error().message;
}

TEST(Json, ReadsValuesInDocumentOrder) {
  const Result<JsonDocument> document = JsonDocument::parse(
      R"(  {"b": [1, 2.50, -3e+2, {"x": null}], "a": "t\u00e9\n\"\ud83d\ude00", "t": true, "f": false})");
  ASSERT_TRUE(document) << document.error().message;
  const JsonValue root = document->root();
  ASSERT_TRUE(root.is_object());
  EXPECT_EQ(root.size(), 4U);
  std::string keys;
  for (const auto [key, value] : root) keys += std::string(key) + " ";
  EXPECT_EQ(keys, "b a t f ");
  std::string numbers;
  for (const auto [key, value] : root["b"]) numbers += std::string(value.text()) + "|";
  EXPECT_EQ(numbers, "1|2.50|-3e+2||");  // numbers as written
  EXPECT_EQ(root["a"].text(), "té\n\"\xF0\x9F\x98\x80");
  EXPECT_TRUE(root["t"].is_true());
  EXPECT_FALSE(root["f"].is_true());
  EXPECT_EQ(root["none"].kind(), JsonKind::Missing);
  EXPECT_EQ(root["none"]["deeper"].text(), "");
  EXPECT_EQ(root["b"].raw(), R"([1, 2.50, -3e+2, {"x": null}])");
  EXPECT_EQ(root.offset(), 2U);
}

TEST(Json, SkipsAByteOrderMark) {
  EXPECT_EQ(error_of("\xEF\xBB\xBF{}"), "");
  EXPECT_EQ(error_of("\xEF\xBB\xBF{x"), "line 1, column 2: a key in quotes or } was expected, found 'x'");
}

TEST(Json, SaysWhereAndWhatIsWrong) {
  EXPECT_EQ(error_of(""), "the text is empty");
  EXPECT_EQ(error_of(" \n "), "the text is empty");
  EXPECT_EQ(error_of("{\n  \"é\": 1 \"b\": 2}"), "line 2, column 10: a comma or } was expected, found '\"'");
  EXPECT_EQ(error_of("[1, 2"),
            "line 1, column 6: the text ends here although a comma or ] was expected; it is cut off");
  EXPECT_EQ(error_of("\"abc"), "line 1, column 5: the text ends inside a string; it is cut off");
  EXPECT_EQ(error_of("[tru"),
            "line 1, column 5: the text ends here although the word true was expected; it is cut off");
  EXPECT_EQ(error_of("[1] x"), "line 1, column 5: more text follows although the JSON value is complete");
  EXPECT_EQ(error_of("[01]"), "line 1, column 3: a number without a leading zero was expected, found '1'");
  EXPECT_EQ(error_of("[1.]"), "line 1, column 4: a digit after the decimal point was expected, found ']'");
  EXPECT_EQ(error_of("[.5]"), "line 1, column 2: a value was expected, found '.'");
  EXPECT_EQ(error_of("[1,]"), "line 1, column 4: a value was expected, found ']'");
  EXPECT_EQ(error_of("{\"a\":1,}"), "line 1, column 8: a key in quotes was expected, found '}'");
  EXPECT_EQ(error_of("[\"\\x\"]"), "line 1, column 4: an escape that JSON has was expected, found 'x'");
  EXPECT_EQ(error_of("[\"\\ud800\"]"), "line 1, column 3: the first half of a surrogate pair stands alone");
  EXPECT_EQ(error_of("[\"a\xFF\"]"), "line 1, column 4: the byte 0xff is not valid UTF-8");
  EXPECT_EQ(error_of("[\"\xC0\x80\"]"), "line 1, column 3: the byte 0xc0 is not valid UTF-8");
  EXPECT_EQ(error_of("[\"\xED\xA0\x80\"]"), "line 1, column 3: the byte 0xed is not valid UTF-8");
  EXPECT_EQ(error_of("[\"a\tb\"]"),
            "line 1, column 4: a control character (0x09) must be written as an escape inside a string");
  EXPECT_EQ(error_of("nul"), "line 1, column 4: the text ends here although the word null was expected; it is cut off");
}

TEST(Json, DepthHasALimit) {
  const std::string at_limit = std::string(16, '[') + std::string(16, ']');
  EXPECT_EQ(error_of(at_limit), "");
  const Result<JsonDocument> deeper = JsonDocument::parse("[" + at_limit + "]", 16);
  ASSERT_FALSE(deeper);
  EXPECT_EQ(deeper.error().kind, ErrorKind::Limit);
  EXPECT_EQ(deeper.error().message, "line 1, column 17: the nesting is deeper than the limit of 16 levels");
}

TEST(JsonWriter, CompactAndIndented) {
  const auto write = [](JsonWriter writer) {
    writer.begin_object().key("a").number("1.50").key("b").begin_array().string("x").null().boolean(true).end_array();
    writer.key("c").begin_object().end_object().key("d").begin_array().end_array().key("e").raw("[1]").end_object();
    return writer.take();
  };
  EXPECT_EQ(write(JsonWriter()), R"({"a":1.50,"b":["x",null,true],"c":{},"d":[],"e":[1]})");
  EXPECT_EQ(write(JsonWriter(JsonWriter::Layout::Indented)),
            "{\n  \"a\": 1.50,\n  \"b\": [\n    \"x\",\n    null,\n    true\n  ],\n  \"c\": {},\n  \"d\": [],\n"
            "  \"e\": [1]\n}\n");
}

TEST(JsonWriter, EscapesExactly) {
  std::string text;
  append_json_string(text, std::string_view("\"\\/\b\f\n\r\t\x01\x1F\x7Fé\0", 14));
  EXPECT_EQ(text, "\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u001f\x7Fé\\u0000\"");
  const Result<JsonDocument> back = JsonDocument::parse(text);
  ASSERT_TRUE(back);
  EXPECT_EQ(back->root().text(), std::string_view("\"\\/\b\f\n\r\t\x01\x1F\x7Fé\0", 14));
}

TEST(Json, AByteThatMattersIsSeenWhereverItStands) {
  for (std::size_t at = 0; at < 20; ++at) {
    const auto text_with = [at](std::string_view piece) {
      std::string text(20, 'x');
      text.replace(at, 1, piece);
      return "\"" + text + "\"";
    };
    const auto read = [](const std::string& text) {
      const Result<JsonDocument> document = JsonDocument::parse(text);
      return document ? std::string(document->root().text()) : "error";
    };
    const std::string plain = text_with("y");
    EXPECT_EQ(read(plain), plain.substr(1, 20));
    EXPECT_EQ(read(text_with("\\n")).at(at), '\n') << at;
    EXPECT_EQ(read(text_with("\xC3\xA9")).size(), 21U) << at;
    EXPECT_EQ(read(text_with("\x7F")).size(), 20U) << at;
    for (const char* wrong : {"\"", "\x01", "\x1F", "\x80", "\xFF", "\\x"})
      EXPECT_EQ(read(text_with(wrong)), "error") << at;
  }
}

}  // namespace
}  // namespace calx
