// Comparing without regard to the case of ASCII letters.
#ifndef ANON_MODEL_ASCII_H_
#define ANON_MODEL_ASCII_H_

#include <string_view>

namespace anon {

/// Whether `text` is `lower` in any case; `lower` has no capitals.
[[nodiscard]] inline bool IsAnyCase(std::string_view text, std::string_view lower) {
  if (text.size() != lower.size()) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if ((c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c) != lower[i]) return false;
  }
  return true;
}

}  // namespace anon

#endif  // ANON_MODEL_ASCII_H_
