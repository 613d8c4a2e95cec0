// nlohmann/json as the judge of the project's own JSON reading.
#ifndef ANON_TESTS_CORE_JSON_JUDGE_H_
#define ANON_TESTS_CORE_JSON_JUDGE_H_

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <nlohmann/json.hpp>
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

}  // namespace anon

#endif  // ANON_TESTS_CORE_JSON_JUDGE_H_
