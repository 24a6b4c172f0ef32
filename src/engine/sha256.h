#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace calx {

/// SHA-256 (FIPS 180-4) of bytes given piece by piece.
class Sha256 {
 public:
  enum class Instructions : std::uint8_t { Fastest, Portable };

  explicit Sha256(Instructions instructions = Instructions::Fastest);

  Sha256& add(std::string_view bytes);
  /// In lower-case hexadecimal. Nothing may be added afterwards.
  std::string finish();

 private:
  static constexpr std::size_t kBlockBytes = 64;

  std::array<std::uint32_t, 8> state_;
  std::array<unsigned char, kBlockBytes> pending_{};
  std::size_t pending_bytes_ = 0;
  std::uint64_t total_bytes_ = 0;
  bool is_portable_;
};

}  // namespace calx
