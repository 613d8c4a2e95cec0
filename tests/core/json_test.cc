// The project's own JSON reading against another one's: nlohmann/json is asked about thousands of texts, made
// by a seeded generator and then damaged, and has to agree on each.
#include "model/json.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdio>
#include <random>
#include <string>
#include <vector>

#include "json_judge.h"
#include "json_texts.h"
#include "model/order.h"

namespace anon {
namespace {

TEST(JsonJudged, GeneratedTextsAndTheirDamagedCopies) {
  Texts texts(20260101);
  size_t good = 0;
  for (int i = 0; i < 6000; ++i) {
    const std::string text = i % 4 == 0 ? texts.Value(4) : texts.Object(4);
    ASSERT_NO_FATAL_FAILURE(Agree(text));
    good += CheckJson(text, "text") ? 0 : 1;
    for (int k = 0; k < 3; ++k) ASSERT_NO_FATAL_FAILURE(Agree(texts.Damaged(text)));
  }
  EXPECT_GT(good, 3000U);
}

TEST(JsonJudged, NumbersOfEveryFormAndSize) {
  Texts texts(1);
  for (int i = 0; i < 20000; ++i) {
    const std::string number = texts.Number();
    ASSERT_NO_FATAL_FAILURE(Agree(number));
    ASSERT_NO_FATAL_FAILURE(Agree(texts.Damaged(number)));
  }
  for (const char* text : {"-",        "+1",        "01",  "-01",   "00",     "1.",    ".5",      "-.5",
                           "1.e1",     "1e",        "1e+", "1e-",   "1ee1",   "1.2.3", "0x10",    "1_0",
                           "Infinity", "-Infinity", "NaN", "1E400", "-1e999", "-0",    "-0.0e-0", "0E+9"}) {
    ASSERT_NO_FATAL_FAILURE(Agree(text));
  }
}

TEST(JsonJudged, NumbersAtTheEdgeOfWhatADoubleHolds) {
  // Half-way between the largest double and the next that there would be: rounded to even it is infinite.
  const std::string half =
      "179769313486231580793728971405303415079934132710037826936173778980444968292764750946649017977587207096"
      "33028641"
      "669288791094655554785194040263065748867150582068190890200070838367627385484581771153176447573027006985"
      "55713669"
      "59622842914819860834936475292719074168444365510704342711559699508093042880177904174497792";
  const std::string below = half.substr(0, half.size() - 1) + "1";
  for (const std::string& sign : {std::string(), std::string("-")}) {
    EXPECT_TRUE(CheckJson(sign + half, "n"));
    EXPECT_FALSE(CheckJson(sign + below, "n"));
    for (const std::string& digits : {half, below}) {
      for (const char* behind : {"", ".0", ".5", "e0", "E+0", "0", "0e-1", "e-1", "e1"}) {
        ASSERT_NO_FATAL_FAILURE(Agree(sign + digits + behind));
      }
      const std::string zeros(400, '0');
      ASSERT_NO_FATAL_FAILURE(Agree(sign + digits.substr(0, 1) + '.' + digits.substr(1) + "e308"));
      ASSERT_NO_FATAL_FAILURE(Agree(sign + "0." + digits + "e309"));
      ASSERT_NO_FATAL_FAILURE(Agree(sign + "0." + zeros + digits + "e709"));
      ASSERT_NO_FATAL_FAILURE(Agree(sign + digits + zeros + "e-400"));
      ASSERT_NO_FATAL_FAILURE(Agree(sign + digits + zeros + "1e-401"));
      for (size_t size = 1; size < digits.size(); size += 7) {
        ASSERT_NO_FATAL_FAILURE(Agree(sign + digits.substr(0, size) + "e" + std::to_string(309 - size)));
      }
    }
  }
  for (const char* text : {"1e2147483647", "1e-2147483649", "0e99999999999999999999",
                           "1e99999999999999999999", "1e-99999999999999999999", "0.0000e400"}) {
    ASSERT_NO_FATAL_FAILURE(Agree(text));
  }
}

TEST(JsonJudged, EveryCodePointAndEveryPairOfSurrogates) {
  for (uint32_t unit = 0; unit <= 0xFFFF; unit += unit < 0x800 || (unit > 0xD700 && unit < 0xE010) ? 1 : 13) {
    char escape[8];
    std::snprintf(escape, sizeof escape, unit % 2 == 0 ? "\\u%04x" : "\\u%04X", unit);
    ASSERT_NO_FATAL_FAILURE(Agree('"' + std::string(escape) + '"'));
    ASSERT_NO_FATAL_FAILURE(Agree("{\"a\":\"" + std::string(escape) + "\\uDC00" + escape + "\\u\"}"));
    ASSERT_NO_FATAL_FAILURE(Agree("{\"" + std::string(escape) + "\\uDfFf\":1}"));
    ASSERT_NO_FATAL_FAILURE(Agree("{\"a\":\"\\ud800" + std::string(escape) + "\"}"));
  }
}

TEST(JsonJudged, EverySequenceOfBytesThatUtf8MayHold) {
  for (int lead = 0; lead < 256; ++lead) {
    for (const int second : {0x22, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0}) {
      const std::string two = {static_cast<char>(lead), static_cast<char>(second)};
      for (const char* behind : {"", "\x80", "\xBF\x80", "\x7F", "\xBF\xC0", "\x80\x80\x80"}) {
        // In a string of any length, so that it stands at every place of a word, and at the end of the text.
        ASSERT_NO_FATAL_FAILURE(Agree("\"" + two + behind + "\""));
        ASSERT_NO_FATAL_FAILURE(Agree("\"abcde" + two + behind + "fghijklm\""));
        ASSERT_NO_FATAL_FAILURE(Agree("\"abcdefghijk" + two + behind));
      }
    }
  }
}

TEST(JsonJudged, EveryByteAtEveryPlaceOfAString) {
  for (int byte = 0; byte < 256; ++byte) {
    for (size_t at = 0; at < 20; ++at) {
      std::string text(20, 'x');
      text[at] = static_cast<char>(byte);
      ASSERT_NO_FATAL_FAILURE(Agree("{\"" + text + "\":\"" + text + "\"}"));
    }
  }
}

TEST(JsonJudged, EveryTextThatEndsTooEarly) {
  const std::string text =
      R"( {"a" : [1.5e-3, {"b\u00e9\ud83d\ude00": "\\\"\n"}, true, false, null], "c": {}, "d": [], "": -0} )";
  for (size_t size = 0; size <= text.size(); ++size) {
    ASSERT_NO_FATAL_FAILURE(Agree(text.substr(0, size)));
    ASSERT_NO_FATAL_FAILURE(Agree(text.substr(0, size) + text.substr(std::min(size + 1, text.size()))));
  }
}

TEST(JsonJudged, NestingUpToTheLimitAndBeyond) {
  for (const int depth : {1, 2, 31, 32, 33, 37, 38}) {
    std::string objects, mixed;
    for (int i = 0; i < depth; ++i) {
      objects += "{\"a\":";
      mixed += i % 2 == 0 ? "{\"a\":" : "[";
    }
    objects += '1';
    mixed += "[]";
    for (int i = depth - 1; i >= 0; --i) {
      objects += '}';
      mixed += i % 2 == 0 ? '}' : ']';
    }
    for (const int most : {kMaxDepth, kMaxDepth + 5}) {
      ASSERT_NO_FATAL_FAILURE(Agree(objects, most));
      ASSERT_NO_FATAL_FAILURE(Agree(mixed, most));
    }
  }
  EXPECT_EQ(CheckJson("]" + std::string(40, '['), "body")->message, "body: nested deeper than 32 levels");
  EXPECT_EQ(CheckJson("{]", "body")->message, "body: not well-formed JSON in UTF-8");
  Members members;
  EXPECT_EQ(ParseObject(" [1] ", "body", &members)->message, "body: a JSON object is expected");
}

TEST(JsonJudged, RepeatedNamesAmongFewAndAmongMany) {
  std::mt19937 random(3);
  for (const size_t count : {2, 5, 15, 16, 17, 18, 40, 3000}) {
    for (const size_t names : {size_t{1}, count / 2 + 1, count * 3}) {
      std::string text = "{";
      for (size_t i = 0; i < count; ++i) {
        const std::string name = std::to_string(random() % names);
        text += (i == 0 ? "\"" : ",\"") +
                (i % 3 == 0 ? "\\u00" + std::to_string(30 + name[0] - '0') + name.substr(1) : name);
        text += "\":" + std::to_string(i);
      }
      ASSERT_NO_FATAL_FAILURE(Agree(text + '}'));
    }
  }
}

TEST(Order, IsThatOfTheComparisonAndEqualOnesStay) {
  std::mt19937 random(4);
  for (const size_t count : {0, 1, 2, 3, 10, 1000}) {
    std::vector<uint32_t> keys(count);
    for (uint32_t& key : keys) key = random() % 50;
    const auto order = Ordered(count, [&](uint32_t a, uint32_t b) {
      return keys[a] < keys[b] ? -1 : keys[a] > keys[b] ? 1 : 0;
    });
    ASSERT_EQ(order.size(), count);
    for (size_t i = 1; i < count; ++i) {
      ASSERT_LE(keys[order[i - 1]], keys[order[i]]);
      if (keys[order[i - 1]] == keys[order[i]]) ASSERT_LT(order[i - 1], order[i]);
    }
  }
}

}  // namespace
}  // namespace anon
