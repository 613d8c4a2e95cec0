#include "model/number.h"

#include <algorithm>
#include <cstdint>

namespace anon {
namespace {

// 2^1024 - 2^970, half-way between the largest double and the one that would follow: what is at least this
// rounds to infinity. Its first digit stands for 10^308.
constexpr std::string_view kInfinite =
    "17976931348623158079372897140530341507993413271003782693617377898044496829276475094664901797758720709633"
    "02864166928879109465555478519404026306574886715058206819089020007083836762738548458177115317644757302700"
    "69855571366959622842914819860834936475292719074168444365510704342711559699508093042880177904174497792";

}  // namespace

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
    if (same == 0 && place != kLargestExponent) return place > kLargestExponent;
    if (same == kInfinite.size()) break;
    if (c != kInfinite[same]) return c > kInfinite[same];
    ++same;
  }
  return same == kInfinite.size();
}

}  // namespace anon
