// Texts for the judges of JSON: well-formed ones, and what a few accidents make of them.
#ifndef ANON_TESTS_CORE_JSON_TEXTS_H_
#define ANON_TESTS_CORE_JSON_TEXTS_H_

#include <cstdint>
#include <initializer_list>
#include <random>
#include <string>
#include <utility>

namespace anon {

class Texts {
 public:
  explicit Texts(uint32_t seed) : random_(seed) {}

  size_t Below(size_t n) { return std::uniform_int_distribution<size_t>(0, n - 1)(random_); }

  std::string Object(int depth) {
    std::string out = "{";
    for (size_t i = Below(Below(12) == 0 ? 90 : 6); i > 0; --i) {
      if (out.size() > 1) out += ',';
      out += Space() + String(Below(3) == 0) + Space() + ':' + Space() + Value(depth - 1) + Space();
    }
    return out + (Below(40) == 0 ? Space() : "") + '}';
  }

  std::string Value(int depth) {
    switch (Below(depth > 0 ? 8 : 5)) {
      case 0:
        return String(true);
      case 1:
        return Number();
      case 2:
        return Pick({"true", "false", "null", "0", "-0", "\"\""});
      case 3:
        return Number();
      case 4:
        return String(Below(2) == 0);
      case 5:
        return Object(depth);
      default:
        break;
    }
    std::string out = "[";
    for (size_t i = Below(5); i > 0; --i)
      out += (out.size() > 1 ? "," : "") + Space() + Value(depth - 1) + Space();
    return out + ']';
  }

  // Of well-formed text something that is mostly not, by a few small accidents.
  std::string Damaged(std::string text) {
    for (size_t i = Below(3); i < 3 && !text.empty(); ++i) {
      const size_t at = Below(text.size());
      switch (Below(7)) {
        case 0:
          text.erase(at, 1 + Below(3));
          break;
        case 1:
          text[at] = static_cast<char>(Below(256));
          break;
        case 2:
          text.insert(at, 1, text[Below(text.size())]);
          break;
        case 3:
          text.insert(at,
                      Pick({"\"", "\\", "\\u", "{", "}", "[", "]", ",", ":", "0", "-", ".", "e", " ", "1"}));
          break;
        case 4:
          text.resize(at);
          break;
        case 5:
          text.insert(at, Pieces());
          break;
        default:
          std::swap(text[at], text[Below(text.size())]);
      }
    }
    return text;
  }

  std::string Number() {
    std::string out = Below(3) == 0 ? "-" : "";
    switch (Below(6)) {
      case 0:
        return out + std::to_string(Below(1000));
      case 1:
        return out +
               Pick({"9223372036854775807", "9223372036854775808", "18446744073709551616", "1e308", "1E400",
                     "1.7976931348623157e308", "1.7976931348623158e308", "1.7976931348623159e308", "0e999",
                     "1e-999", "0.00001e313", "1e00000000000000000000308", "17976931348623158"});
      default:
        break;
    }
    out += Below(3) == 0 ? "0" : std::to_string(1 + Below(9)) + Digits(Below(20));
    if (Below(30) == 0) out += Digits(290 + Below(30));
    if (Below(2) == 0) out += '.' + Digits(1 + Below(8));
    if (Below(2) == 0)
      out += Pick({"e", "E", "e+", "E-"}) + Pick({"0", "1", "7", "300", "307", "308", "309", "0310"});
    return out;
  }

 private:
  std::string Pick(std::initializer_list<const char*> from) { return *(from.begin() + Below(from.size())); }

  std::string Digits(size_t count) {
    std::string out;
    while (out.size() < count) out += static_cast<char>('0' + Below(10));
    return out;
  }

  std::string Space() { return Below(6) == 0 ? Pick({" ", "\n", "\t", "\r\n", "   "}) : std::string(); }

  // Sound and unsound pieces of a string.
  std::string Pieces() {
    return Pick({"\\ud83d\\ude00",
                 "\\ud83d",
                 "\\ude00",
                 "\\uD83D\\u0041",
                 "\\u0000",
                 "\\u00e9",
                 "\\u20AC",
                 "\\uFFFF",
                 "\\b\\f\\n\\r\\t\\/\\\\\\\"",
                 "\\x",
                 "\\u12G4",
                 "\xC3\xA9",
                 "\xE2\x82\xAC",
                 "\xF0\x9F\x98\x80",
                 "\xC3",
                 "\x80",
                 "\xC0\x80",
                 "\xC1\xBF",
                 "\xE0\x80\x80",
                 "\xE0\x9F\xBF",
                 "\xE0\xA0\x80",
                 "\xED\x9F\xBF",
                 "\xED\xA0\x80",
                 "\xEE\x80\x80",
                 "\xF0\x8F\xBF\xBF",
                 "\xF0\x90\x80\x80",
                 "\xF4\x8F\xBF\xBF",
                 "\xF4\x90\x80\x80",
                 "\xF5\x80\x80\x80",
                 "\xF8\x88\x80\x80\x80",
                 "\xFF",
                 "\xE2\x82",
                 "\x7F",
                 "\x1F",
                 "\n",
                 "\xEF\xBB\xBF"});
  }

  std::string String(bool strange) {
    std::string out = "\"";
    for (size_t i = Below(Below(4) == 0 ? 40 : 4); i > 0; --i) {
      out += static_cast<char>('a' + Below(3));
      if (!strange || Below(6) != 0) continue;
      out += Below(4) == 0 ? Pieces()
                           : Pick({"\\u0061", "\\u0062", "\\n", "\\\"", "\xC3\xA9", "\xF0\x9F\x98\x80",
                                   "\\ud83d\\ude00", "\\u00E9", "\\\\", " ", "{", "]", ","});
    }
    return out + '"';
  }

  std::mt19937 random_;
};

}  // namespace anon

#endif  // ANON_TESTS_CORE_JSON_TEXTS_H_
