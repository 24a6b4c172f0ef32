#include "base/arena.h"

namespace calx {

void Arena::next_block(std::size_t at_least) {
  while (index_ < blocks_.size() && blocks_[index_].size < at_least) ++index_;
  if (index_ == blocks_.size()) {
    const std::size_t size = std::max(block_bytes_, at_least);
    blocks_.push_back({std::unique_ptr<std::byte[]>(new std::byte[size]), size});
    reserved_ += size;
    if (block_bytes_ < 4 * 1024 * 1024) block_bytes_ *= 2;
  }
  current_ = blocks_[index_].bytes.get();
  capacity_ = blocks_[index_].size;
  used_ = 0;
  ++index_;
}

void Arena::reset() {
#if !defined(NDEBUG)
  for (Block& block : blocks_) std::memset(block.bytes.get(), 0xDD, block.size);
#endif
  index_ = 0;
  current_ = nullptr;
  used_ = 0;
  capacity_ = 0;
}

}  // namespace calx
