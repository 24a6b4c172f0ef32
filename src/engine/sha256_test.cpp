#include "engine/sha256.h"

#include <gtest/gtest.h>

namespace calx {
namespace {

std::string hash_of(std::string_view text) {
  return Sha256().add(text).finish();
}

// FIPS 180-4 examples (NIST CAVP).
TEST(Sha256, KnownVectors) {
  EXPECT_EQ(hash_of(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(hash_of("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hash_of("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(hash_of(std::string(1'000'000, 'a')), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, PiecesDoNotMatter) {
  const std::string text(777, 'x');
  for (std::size_t piece = 1; piece < 140; ++piece) {
    Sha256 hash;
    for (std::size_t at = 0; at < text.size(); at += piece) hash.add(std::string_view(text).substr(at, piece));
    EXPECT_EQ(hash.finish(), hash_of(text)) << piece;
  }
}

TEST(Sha256, WithAndWithoutInstructions) {
  std::string text;
  for (std::size_t size = 0; size < 300; ++size) {
    EXPECT_EQ(Sha256(Sha256::Instructions::Portable).add(text).finish(), hash_of(text)) << size;
    text += static_cast<char>(size * 7);
  }
}

}  // namespace
}  // namespace calx
