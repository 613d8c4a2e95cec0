#include "model/scanner.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>

namespace anon {
namespace {

// 2^1024 - 2^970, half-way between the largest double and the one that would follow: what is at least this
// rounds to infinity. Its first digit stands for 10^308.
constexpr std::string_view kInfinite =
    "17976931348623158079372897140530341507993413271003782693617377898044496829276475094664901797758720709633"
    "02864166928879109465555478519404026306574886715058206819089020007083836762738548458177115317644757302700"
    "69855571366959622842914819860834936475292719074168444365510704342711559699508093042880177904174497792";
constexpr int64_t kPlace = 308;

// Of a number that is well-formed: decided by its digits, exactly as rounding half to even decides it.
bool IsInfinite(std::string_view number) {
  if (number[0] == '-') number.remove_prefix(1);
  const size_t mark = std::min(number.find('e'), number.find('E'));
  int64_t exponent = 0;
  if (mark != std::string_view::npos) {
    const bool negative = number[mark + 1] == '-';
    for (const char c : number.substr(mark + 1)) {
      if (c >= '0' && c <= '9' && exponent < 1000000000) exponent = exponent * 10 + (c - '0');
    }
    if (negative) exponent = -exponent;
  }
  const std::string_view digits = number.substr(0, mark);
  // The power of ten that the digit looked at stands for, as long as all before it are zeros.
  int64_t place = exponent + static_cast<int64_t>(std::min(digits.find('.'), digits.size())) - 1;
  size_t same = 0;
  for (const char c : digits) {
    if (c == '.') continue;
    if (same == 0 && c == '0') {
      --place;
      continue;
    }
    if (same == 0 && place != kPlace) return place > kPlace;
    if (same == kInfinite.size()) break;
    if (c != kInfinite[same]) return c > kInfinite[same];
    ++same;
  }
  return same == kInfinite.size();
}

// How many of eight bytes of a string stand for themselves, from the first on: no quote, backslash or control
// character, and ASCII.
size_t Plain(uint64_t bytes) {
  constexpr uint64_t kEach = 0x0101010101010101U;
  const uint64_t quote = bytes ^ (kEach * '"');
  const uint64_t slash = bytes ^ (kEach * '\\');
  // Bytes below 0x20, and zero bytes of the other two, borrow into their top bit. What is borrowed further up
  // can only mark bytes behind the first.
  const uint64_t marked =
      (bytes | (bytes - kEach * 0x20) | (quote - kEach) | (slash - kEach)) & (kEach * 0x80);
  return static_cast<size_t>(std::countr_zero(marked)) / 8;
}

}  // namespace

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

int FourHexDigits(std::string_view text) {
  if (text.size() < 4) return -1;
  int number = 0;
  for (const char c : text.substr(0, 4)) {
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

bool Scanner::Name(std::string_view* inside, bool* escaped) {
  if (!Take('"')) return false;
  const char* const begin = at_;
  escaped_ = false;
  if (!String()) return false;
  *inside = {begin, static_cast<size_t>(at_ - 1 - begin)};
  *escaped = escaped_;
  return Take(':');
}

bool Scanner::TakeName() { return Take('"') && String() && Take(':'); }

bool Scanner::Value(int depth, std::string_view* value) {
  SkipSpace();
  const char* const begin = at_;
  uint64_t objects = 0;  // a bit for each level that is open, the innermost last: whether it is an object
  for (int open = 0;;) {
    SkipSpace();
    const char first = Peek();
    if (first == '{' || first == '[') {
      if (open == depth) return false;
      ++at_;
      const bool object = first == '{';
      if (!Take(object ? '}' : ']')) {
        ++open;
        objects = objects << 1 | (object ? 1 : 0);
        if (object && !TakeName()) return false;
        continue;
      }
    } else if (!Token()) {
      return false;
    }
    // Levels end here, until a further value is due.
    for (;; --open, objects >>= 1) {
      if (open == 0) {
        *value = {begin, static_cast<size_t>(at_ - begin)};
        return true;
      }
      const bool object = (objects & 1) != 0;
      if (Take(',')) {
        if (object && !TakeName()) return false;
        break;
      }
      if (!Take(object ? '}' : ']')) return false;
    }
  }
}

bool Scanner::Token() {
  const char first = Peek();
  if (first == '"') {
    ++at_;
    return String();
  }
  for (const std::string_view word :
       {std::string_view("true"), std::string_view("false"), std::string_view("null")}) {
    if (first != word[0]) continue;
    if (std::string_view(at_, static_cast<size_t>(end_ - at_)).substr(0, word.size()) != word) return false;
    at_ += word.size();
    return true;
  }
  return Number();
}

// From behind the opening quote to behind the closing one.
bool Scanner::String() {
  for (;;) {
    while (std::endian::native == std::endian::little && end_ - at_ >= 8) {
      uint64_t bytes = 0;
      std::memcpy(&bytes, at_, 8);
      const size_t plain = Plain(bytes);
      at_ += plain;
      if (plain < 8) break;
    }
    const char c = Peek();
    if (c == '"') {
      ++at_;
      return true;
    }
    if (c == '\\') {
      if (!Escape()) return false;
      continue;
    }
    const size_t length = Utf8Length({at_, static_cast<size_t>(end_ - at_)});
    if (length == 0 || static_cast<unsigned char>(c) < 0x20) return false;
    at_ += length;
  }
}

bool Scanner::Escape() {
  escaped_ = true;
  ++at_;
  const char c = Peek();
  if (c != 'u') {
    ++at_;
    return c != '\0' && std::string_view("\"\\/bfnrt").find(c) != std::string_view::npos;
  }
  const std::string_view rest(at_, static_cast<size_t>(end_ - at_));
  const int unit = FourHexDigits(rest.substr(1));
  if (unit < 0) return false;
  at_ += 5;
  if (unit < 0xD800 || unit > 0xDFFF) return true;
  // The first half of a pair, whose second has to follow.
  if (unit > 0xDBFF || rest.substr(5, 2) != "\\u") return false;
  const int second = FourHexDigits(rest.substr(7));
  at_ += 6;
  return second >= 0xDC00 && second <= 0xDFFF;
}

bool Scanner::Number() {
  const char* const begin = at_;
  if (Peek() == '-') ++at_;
  if (Peek() == '0') {
    ++at_;
  } else if (!Digits()) {
    return false;
  }
  bool large = at_ - begin > kPlace;
  if (Peek() == '.') {
    ++at_;
    if (!Digits()) return false;
  }
  if (Peek() == 'e' || Peek() == 'E') {
    ++at_;
    if (Peek() == '+' || Peek() == '-') ++at_;
    if (!Digits()) return false;
    large = true;
  }
  return !large || !IsInfinite({begin, static_cast<size_t>(at_ - begin)});
}

bool Scanner::Digits() {
  const char* const begin = at_;
  while (at_ < end_ && *at_ >= '0' && *at_ <= '9') ++at_;
  return at_ > begin;
}

}  // namespace anon
