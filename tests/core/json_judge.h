// nlohmann/json as the judge of the project's own JSON reading, and a maker of texts to be judged.
#ifndef ANON_TESTS_CORE_JSON_JUDGE_H_
#define ANON_TESTS_CORE_JSON_JUDGE_H_

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/json.h"

namespace anon {

using Pairs = std::vector<std::pair<std::string, nlohmann::json>>;

// What nlohmann/json makes of a text: whether it is well-formed, how deep it is, and of an object the
// members, of those with one name the last.
class Judge : public nlohmann::json_sax<nlohmann::json> {
 public:
  int deepest = 0;
  Pairs members;

  explicit Judge(const std::string& text) {
    // It takes a zero byte for the end and passes over a byte order mark.
    accepted_ = text.find('\0') == std::string::npos && text.rfind("\xEF", 0) != 0 &&
                nlohmann::json::sax_parse(text, this);
  }
  [[nodiscard]] bool Accepts(int depth) const { return accepted_ && deepest <= depth; }

  bool null() override { return Take(nullptr); }
  bool boolean(bool value) override { return Take(value); }
  bool number_integer(int64_t value) override { return Take(value); }
  bool number_unsigned(uint64_t value) override { return Take(value); }
  bool number_float(double value, const std::string&) override { return Take(value); }
  bool string(std::string& value) override { return Take(value); }
  bool binary(nlohmann::json::binary_t&) override { return false; }
  bool start_object(size_t) override { return Open(); }
  bool start_array(size_t) override { return Open(); }
  bool end_object() override { return Close(); }
  bool end_array() override { return Close(); }
  bool key(std::string& name) override {
    if (open_ != 1) return true;
    std::erase_if(members, [&](const auto& member) { return member.first == name; });
    members.emplace_back(name, nullptr);
    return true;
  }
  bool parse_error(size_t, const std::string&, const nlohmann::json::exception&) override { return false; }

 private:
  bool Take(nlohmann::json value) {
    if (open_ == 1 && !members.empty()) members.back().second = std::move(value);
    return true;
  }
  bool Open() {
    deepest = std::max(deepest, ++open_);
    return true;
  }
  bool Close() {
    --open_;
    return true;
  }

  bool accepted_ = false;
  int open_ = 0;
};

inline std::string Shown(const std::string& text) { return Quoted(text).substr(0, 2000); }

// Both say the same of the text, and cut it into the same.
inline void Agree(const std::string& text, int depth = kMaxDepth) {
  const Judge judge(text);
  const auto failure = CheckJson(text, "body", depth);
  ASSERT_EQ(!failure, judge.Accepts(depth)) << Shown(text);
  Members members;
  const bool object = text.find_first_not_of(" \t\r\n") != std::string::npos &&
                      text[text.find_first_not_of(" \t\r\n")] == '{';
  ASSERT_EQ(!ParseObject(text, "body", &members, depth), judge.Accepts(depth) && object) << Shown(text);
  if (!object || failure) return;
  ASSERT_EQ(members.list().size(), judge.members.size()) << Shown(text);
  for (size_t i = 0; i < judge.members.size(); ++i) {
    const auto& [name, value] = judge.members[i];
    const Member& member = members.list()[i];
    ASSERT_EQ(member.name, name) << Shown(text);
    ASSERT_FALSE(CheckJson(member.value, "value", kMostLevels)) << Shown(text);
    // A value that is no scalar is not kept by the judge; that it was cut right shows when it is cut itself.
    ASSERT_EQ(AsString(member.value).has_value(), value.is_string()) << Shown(text);
    if (value.is_string()) ASSERT_EQ(*AsString(member.value), value.get<std::string>()) << Shown(text);
    if (value.is_boolean()) ASSERT_EQ(AsBool(member.value), value.get<bool>());
    if (AsInteger(member.value)) ASSERT_EQ(*AsInteger(member.value), value.get<int64_t>()) << Shown(text);
    if (IsObject(member.value)) Agree(std::string(member.value), kMostLevels);
    if (!IsArray(member.value)) continue;
    const auto list = nlohmann::json::parse(member.value);
    const auto elements = Elements(member.value);
    ASSERT_EQ(elements.size(), list.size()) << Shown(text);
    for (size_t k = 0; k < elements.size(); ++k) {
      ASSERT_EQ(nlohmann::json::parse(elements[k]), list[k]) << Shown(text);
    }
  }
}

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

#endif  // ANON_TESTS_CORE_JSON_JUDGE_H_
