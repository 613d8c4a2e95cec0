// Owned bytes in one block: where there are as many as there are services, half of what a std::string takes.
#ifndef ANON_STORE_TEXT_H_
#define ANON_STORE_TEXT_H_

#include <string_view>
#include <utility>

namespace anon {

class Text {
 public:
  Text() = default;
  explicit Text(std::string_view bytes);
  Text(Text&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}
  Text& operator=(Text&& other) noexcept {
    std::swap(block_, other.block_);
    return *this;
  }
  ~Text() { delete[] block_; }

  operator std::string_view() const;  // NOLINT: it is to be read as one

 private:
  char* block_ = nullptr;  ///< length (four bytes), bytes; null if empty
};

}  // namespace anon

#endif  // ANON_STORE_TEXT_H_
