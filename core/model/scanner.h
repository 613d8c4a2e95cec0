// Steps over JSON text and checks it on the way (RFC 8259): grammar, UTF-8, escapes, nesting. One pass, no
// recursion, nothing allocated. A number whose value as a double is infinite is refused too: no reader of
// JSON could take it.
#ifndef ANON_MODEL_SCANNER_H_
#define ANON_MODEL_SCANNER_H_

#include <string_view>

namespace anon {

class Scanner {
 public:
  explicit Scanner(std::string_view text) : at_(text.data()), end_(text.data() + text.size()) {}

  /// Whether only space is left.
  [[nodiscard]] bool Done() {
    SkipSpace();
    return at_ == end_;
  }
  /// Passes over space, then over `c` if it stands there.
  [[nodiscard]] bool Take(char c) {
    SkipSpace();
    if (Peek() != c) return false;
    ++at_;
    return true;
  }
  /// Passes over a name and the colon behind it. `*inside` is what stands between the quotes, `*escaped`
  /// whether there is an escape in it.
  [[nodiscard]] bool Name(std::string_view* inside, bool* escaped);
  /// Passes over one whole value that opens at most `depth` levels, at most 64.
  [[nodiscard]] bool Value(int depth, std::string_view* value);

 private:
  void SkipSpace();
  // At the end a zero byte, which no token has.
  [[nodiscard]] char Peek() const { return at_ < end_ ? *at_ : '\0'; }

  const char* at_;
  const char* end_;
};

/// Bytes at the front of `text` that stand for themselves in a JSON string, as far as is seen at a glance;
/// all of them ASCII.
[[nodiscard]] size_t PlainLength(std::string_view text);

/// Bytes of the UTF-8 sequence at the front of `text`; 0 if there is none that is whole and allowed.
[[nodiscard]] size_t Utf8Length(std::string_view text);

/// The number that so many hexadecimal digits at the front stand for; -1 if they are not there.
[[nodiscard]] int HexDigits(std::string_view text, size_t count);

}  // namespace anon

#endif  // ANON_MODEL_SCANNER_H_
