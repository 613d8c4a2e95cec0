#include "model/scanner.h"

#include <bit>
#include <cstdint>
#include <cstring>

#include "model/number.h"

namespace anon {
namespace {

// Of eight bytes of a string the top bits of those that do not stand for themselves: quote, backslash,
// control characters, and what is not ASCII. Only the first one marked is sure to be one.
uint64_t Marked(uint64_t bytes) {
  constexpr uint64_t kEach = 0x0101010101010101U;
  const uint64_t quote = bytes ^ (kEach * '"');
  const uint64_t slash = bytes ^ (kEach * '\\');
  // Bytes below 0x20, and zero bytes of the other two, borrow into their top bit, and may borrow further up.
  return (bytes | (bytes - kEach * 0x20) | (quote - kEach) | (slash - kEach)) & (kEach * 0x80);
}

// From a backslash to behind the escape; null if it is none.
const char* SkipEscape(const char* at, const char* end) {
  const std::string_view rest(at, static_cast<size_t>(end - at));
  if (rest.size() < 2) return nullptr;
  if (rest[1] != 'u')
    return std::string_view("\"\\/bfnrt").find(rest[1]) != std::string_view::npos ? at + 2 : nullptr;
  const int unit = HexDigits(rest.substr(2), 4);
  if (unit < 0) return nullptr;
  if (unit < 0xD800 || unit > 0xDFFF) return at + 6;
  // The first half of a pair, whose second has to follow.
  if (unit > 0xDBFF || rest.substr(6, 2) != "\\u") return nullptr;
  const int second = HexDigits(rest.substr(8), 4);
  return second >= 0xDC00 && second <= 0xDFFF ? at + 12 : nullptr;
}

// To the first byte that does not stand for itself, or where too few are left to be looked at at once.
const char* SkipPlain(const char* at, const char* end) {
  for (; std::endian::native == std::endian::little && end - at >= 8; at += 8) {
    uint64_t bytes = 0;
    std::memcpy(&bytes, at, 8);
    if (const uint64_t marked = Marked(bytes); marked != 0) return at + std::countr_zero(marked) / 8;
  }
  return at;
}

// From behind the opening quote to behind the closing one; null if there is none, or something that no string
// may hold.
const char* SkipString(const char* at, const char* end, bool* escaped) {
  for (;;) {
    at = SkipPlain(at, end);
    if (at == end) return nullptr;
    const auto c = static_cast<unsigned char>(*at);
    if (c == '"') return at + 1;
    if (c < 0x20) return nullptr;
    if (c == '\\') {
      *escaped = true;
      at = SkipEscape(at, end);
      if (at == nullptr) return nullptr;
    } else if (c < 0x80) {
      ++at;
    } else {
      const size_t length = Utf8Length({at, static_cast<size_t>(end - at)});
      if (length == 0) return nullptr;
      at += length;
    }
  }
}

const char* SkipDigits(const char* at, const char* end) {
  while (at < end && *at >= '0' && *at <= '9') ++at;
  return at;
}

const char* SkipNumber(const char* const begin, const char* end) {
  const auto peek = [end](const char* at) { return at < end ? *at : '\0'; };
  const char* at = begin + (peek(begin) == '-' ? 1 : 0);
  const char* digits = at;
  at = SkipDigits(at, end);
  if (at == digits || (*digits == '0' && at > digits + 1)) return nullptr;
  bool large = at - begin > kLargestExponent;
  if (peek(at) == '.') {
    digits = at + 1;
    at = SkipDigits(digits, end);
    if (at == digits) return nullptr;
  }
  if (peek(at) == 'e' || peek(at) == 'E') {
    digits = at + 1;
    if (peek(digits) == '+' || peek(digits) == '-') ++digits;
    at = SkipDigits(digits, end);
    if (at == digits) return nullptr;
    large = true;
  }
  return large && IsInfinite({begin, static_cast<size_t>(at - begin)}) ? nullptr : at;
}

const char* SkipBlank(const char* at, const char* end) {
  while (at < end && static_cast<unsigned char>(*at) <= ' ' &&
         (*at == ' ' || *at == '\n' || *at == '\r' || *at == '\t')) {
    ++at;
  }
  return at;
}

// Passes over space, then over `c`; null if it does not stand there.
const char* SkipOver(char c, const char* at, const char* end) {
  at = SkipBlank(at, end);
  return at < end && *at == c ? at + 1 : nullptr;
}

// Passes over a name, the colon behind it, and space.
const char* SkipName(const char* at, const char* end) {
  bool escaped = false;
  at = SkipOver('"', at, end);
  if (at != nullptr) at = SkipString(at, end, &escaped);
  if (at != nullptr) at = SkipOver(':', at, end);
  return at == nullptr ? nullptr : SkipBlank(at, end);
}

// Passes over a string, number or word.
const char* SkipScalar(const char* at, const char* end) {
  const char first = at < end ? *at : '\0';
  if (first == '"') {
    bool escaped = false;
    return SkipString(at + 1, end, &escaped);
  }
  const std::string_view word = first == 't' ? "true" : first == 'f' ? "false" : first == 'n' ? "null" : "";
  if (word.empty()) return SkipNumber(at, end);
  if (std::string_view(at, static_cast<size_t>(end - at)).substr(0, word.size()) != word) return nullptr;
  return at + word.size();
}

}  // namespace

size_t PlainLength(std::string_view text) {
  return static_cast<size_t>(SkipPlain(text.data(), text.data() + text.size()) - text.data());
}

size_t Utf8Length(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(i < text.size() ? text[i] : '\0'); };
  const auto follows = [&](size_t i) { return (byte(i) & 0xC0) == 0x80; };
  const unsigned lead = byte(0);
  if (text.empty()) return 0;
  if (lead < 0x80) return 1;
  if (lead < 0xC2 || lead > 0xF4 || !follows(1)) return 0;
  if (lead < 0xE0) return 2;
  if (!follows(2)) return 0;
  const unsigned top = lead << 8 | byte(1);
  if (lead < 0xF0) {
    const bool overlong = top < 0xE0A0;
    const bool surrogate = top >= 0xEDA0 && top <= 0xEDBF;
    return overlong || surrogate ? 0 : 3;
  }
  return follows(3) && top >= 0xF090 && top <= 0xF48F ? 4 : 0;
}

int HexDigits(std::string_view text, size_t count) {
  if (text.size() < count) return -1;
  int number = 0;
  for (const char c : text.substr(0, count)) {
    const int letter = (c | 0x20) - 'a';
    if (c >= '0' && c <= '9') {
      number = number << 4 | (c - '0');
    } else if (letter >= 0 && letter < 6) {
      number = number << 4 | (letter + 10);
    } else {
      return -1;
    }
  }
  return number;
}

void Scanner::SkipSpace() { at_ = SkipBlank(at_, end_); }

bool Scanner::Name(std::string_view* inside, bool* escaped) {
  if (!Take('"')) return false;
  const char* const end = SkipString(at_, end_, escaped);
  if (end == nullptr) return false;
  *inside = {at_, static_cast<size_t>(end - 1 - at_)};
  at_ = end;
  return Take(':');
}

bool Scanner::Value(int depth, std::string_view* value) {
  SkipSpace();
  const char* at = at_;
  uint64_t objects = 0;  // a bit for each level that is open, the innermost last: whether it is an object
  for (int open = 0;;) {
    const char first = at < end_ ? *at : '\0';
    if (first == '{' || first == '[') {
      if (open == depth) return false;
      const char* const empty = SkipOver(first == '{' ? '}' : ']', at + 1, end_);
      if (empty == nullptr) {
        ++open;
        objects = objects << 1 | (first == '{' ? 1 : 0);
        at = first == '{' ? SkipName(at + 1, end_) : SkipBlank(at + 1, end_);
        if (at == nullptr) return false;
        continue;
      }
      at = empty;
    } else {
      at = SkipScalar(at, end_);
      if (at == nullptr) return false;
    }
    // Levels end here, until a further value is due.
    for (; open > 0; --open, objects >>= 1) {
      at = SkipBlank(at, end_);
      if (at == end_) return false;
      const char c = *at++;
      const bool object = (objects & 1) != 0;
      if (c == ',') {
        at = object ? SkipName(at, end_) : SkipBlank(at, end_);
        break;
      }
      if (c != (object ? '}' : ']')) return false;
    }
    if (at == nullptr) return false;
    if (open > 0) continue;
    *value = {at_, static_cast<size_t>(at - at_)};
    at_ = at;
    return true;
  }
}

}  // namespace anon
