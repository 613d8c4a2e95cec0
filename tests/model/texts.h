// Strings as small numbers, equal for equal strings, so that worlds are compared and hashed as numbers.
#ifndef ANON_TESTS_MODEL_TEXTS_H_
#define ANON_TESTS_MODEL_TEXTS_H_

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>

namespace anon::model {

class Texts {
 public:
  /// The empty string is 0.
  Texts() { Number(""); }

  uint32_t Number(std::string_view text) {
    const auto found = numbers_.find(text);
    if (found != numbers_.end()) return found->second;
    const auto number = static_cast<uint32_t>(texts_.size());
    texts_.emplace_back(text);
    numbers_.emplace(texts_.back(), number);
    return number;
  }
  const std::string& operator[](uint32_t number) const { return texts_[number]; }

 private:
  std::deque<std::string> texts_;
  std::unordered_map<std::string_view, uint32_t> numbers_;
};

}  // namespace anon::model

#endif  // ANON_TESTS_MODEL_TEXTS_H_
