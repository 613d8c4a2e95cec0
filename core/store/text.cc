#include "store/text.h"

#include <cstdint>
#include <cstring>

namespace anon {

Text::Text(std::string_view bytes) {
  if (bytes.empty()) return;
  const auto length = static_cast<uint32_t>(bytes.size());
  block_ = new char[sizeof length + length];
  std::memcpy(block_, &length, sizeof length);
  std::memcpy(block_ + sizeof length, bytes.data(), length);
}

Text::operator std::string_view() const {
  if (block_ == nullptr) return {};
  uint32_t length = 0;
  std::memcpy(&length, block_, sizeof length);
  return {block_ + sizeof length, length};
}

}  // namespace anon
