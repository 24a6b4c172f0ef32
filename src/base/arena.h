#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <new>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace calx {

/// A bump allocator: hands out memory that lives until reset() or destruction, and runs no destructor.
/// Owned by one thread. reset() keeps the blocks, so a warmed-up arena allocates nothing from the heap.
/// Debug and sanitizer builds overwrite the memory at reset, so that a pointer which outlives it fails loudly.
class Arena {
 public:
  explicit Arena(std::size_t block_bytes = 64 * 1024) : block_bytes_(block_bytes) {}
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;
  Arena(Arena&&) = default;
  Arena& operator=(Arena&&) = default;

  void* allocate(std::size_t bytes, std::size_t alignment) {
    std::size_t begin = (used_ + alignment - 1) & ~(alignment - 1);
    if (current_ == nullptr || begin + bytes > capacity_) {
      next_block(bytes);
      begin = 0;
    }
    used_ = begin + bytes;
    return current_ + begin;
  }

  template <class T, class... Args>
  T* make(Args&&... args) {
    static_assert(std::is_trivially_destructible_v<T>, "an arena runs no destructor");
    return new (allocate(sizeof(T), alignof(T))) T{std::forward<Args>(args)...};
  }

  /// Value-initialised elements.
  template <class T>
  std::span<T> make_array(std::size_t count) {
    static_assert(std::is_trivially_destructible_v<T>, "an arena runs no destructor");
    if (count == 0) return {};
    T* first = static_cast<T*>(allocate(sizeof(T) * count, alignof(T)));
    std::uninitialized_value_construct_n(first, count);
    return {first, count};
  }

  template <class T>
  std::span<T> copy(std::span<const T> source) {
    static_assert(std::is_trivially_copyable_v<T>, "copied as bytes");
    if (source.empty()) return {};
    T* first = static_cast<T*>(allocate(sizeof(T) * source.size(), alignof(T)));
    std::uninitialized_copy(source.begin(), source.end(), first);
    return {first, source.size()};
  }

  std::string_view copy(std::string_view text) {
    if (text.empty()) return {};
    char* first = static_cast<char*>(allocate(text.size(), 1));
    std::memcpy(first, text.data(), text.size());
    return {first, text.size()};
  }

  /// Everything handed out so far is gone; the blocks stay.
  void reset();

  /// Bytes in all blocks: what a memory budget is held against.
  std::size_t reserved_bytes() const { return reserved_; }

 private:
  struct Block {
    std::unique_ptr<std::byte[]> bytes;
    std::size_t size = 0;
  };

  void next_block(std::size_t at_least);

  std::vector<Block> blocks_;
  std::size_t block_bytes_;
  std::size_t index_ = 0;  // of the block after the current one
  std::byte* current_ = nullptr;
  std::size_t used_ = 0;
  std::size_t capacity_ = 0;
  std::size_t reserved_ = 0;
};

}  // namespace calx
