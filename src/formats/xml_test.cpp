#include "formats/xml.h"

#include <gtest/gtest.h>

#include <string>

namespace calx {
namespace {

TEST(Xml, ReadsElementsAttributesAndTextWhateverTheirPrefix) {
  const std::string text =
      "\xEF\xBB\xBF<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- before -->\n"
      "<m:tests xmlns:m=\"urn:m\" xmlns:x=\"urn:x\" name=\"a &lt; b\"><m:test x:type=\"One\"/>words"
      "<test name='two'><expression>1 &lt; 2 &amp; &#x41;</expression><raw><![CDATA[a < b]]></raw></test></m:tests>";
  const Result<XmlDocument> document = XmlDocument::parse(text);
  ASSERT_TRUE(document) << document.error().message;
  const XmlElement root = document->root();
  EXPECT_EQ(root.name(), "tests");
  EXPECT_EQ(root.attribute("name"), "a < b");
  std::string names;
  for (const XmlElement child : root)
    names += std::string(child.name()) + "(" + std::string(child.attribute("type")) + ")";
  EXPECT_EQ(names, "test(One)test()");
  const XmlElement second = *++root.begin();
  EXPECT_TRUE(second.has_attribute("name"));
  EXPECT_FALSE(second.has_attribute("type"));
  EXPECT_EQ(second.child("expression").text(), "1 < 2 & A");
  EXPECT_EQ(second.child("raw").text(), "a < b");
  EXPECT_EQ(second.child("none").child("deeper").text(), "");
  EXPECT_FALSE(second.child("none"));
}

TEST(Xml, SaysWhereItIsBroken) {
  const Result<XmlDocument> document = XmlDocument::parse("<a>\n  <b></c>\n</a>");
  ASSERT_FALSE(document);
  EXPECT_EQ(document.error().kind, ErrorKind::Format);
  EXPECT_TRUE(document.error().message.starts_with("line 2, ")) << document.error().message;
  EXPECT_FALSE(XmlDocument::parse(""));
  EXPECT_FALSE(XmlDocument::parse("just words"));
  EXPECT_FALSE(XmlDocument::parse(std::string_view("\0\0\0", 3)));
}

TEST(Xml, RefusesDepthThatReadersCouldNotFollow) {
  const auto nested = [](std::size_t depth) {
    std::string text;
    for (std::size_t i = 0; i < depth; ++i) text += "<a>";
    for (std::size_t i = 0; i < depth; ++i) text += "</a>";
    return text;
  };
  EXPECT_TRUE(XmlDocument::parse(nested(XmlDocument::kMaximumDepth)));
  const Result<XmlDocument> deep = XmlDocument::parse(nested(XmlDocument::kMaximumDepth + 1));
  ASSERT_FALSE(deep);
  EXPECT_EQ(deep.error().kind, ErrorKind::Limit);
  EXPECT_FALSE(XmlDocument::parse(nested(100'000)));
}

TEST(Xml, EntitiesOfADocumentTypeAreNotExpanded) {
  const Result<XmlDocument> document = XmlDocument::parse("<!DOCTYPE a [<!ENTITY b \"bbbb\">]><a>&b;</a>");
  ASSERT_TRUE(document);
  EXPECT_EQ(document->root().text(), "&b;");
}

}  // namespace
}  // namespace calx
