#include "model/instant.h"

#include <algorithm>

namespace anon {
namespace {

constexpr int64_t kMsPerDay = 86400000;

// Days since 1970-01-01 of a proleptic Gregorian date. Years are counted from March, so that the leap day is
// the last day of a year and a month's offset is a linear formula.
int64_t DaysFromDate(int64_t year, int64_t month, int64_t day) {
  if (month <= 2) --year;
  const int64_t era = (year >= 0 ? year : year - 399) / 400;
  const int64_t year_of_era = year - era * 400;
  const int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  const int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + day_of_era - 719468;
}

void DateFromDays(int64_t days, int64_t* year, int64_t* month, int64_t* day) {
  days += 719468;
  const int64_t era = (days >= 0 ? days : days - 146096) / 146097;
  const int64_t day_of_era = days - era * 146097;
  const int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const int64_t shifted = (5 * day_of_year + 2) / 153;
  *day = day_of_year - (153 * shifted + 2) / 5 + 1;
  *month = shifted < 10 ? shifted + 3 : shifted - 9;
  *year = year_of_era + era * 400 + (*month <= 2 ? 1 : 0);
}

int64_t DaysInMonth(int64_t year, int64_t month) {
  constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return month == 2 && leap ? 29 : kDays[month - 1];
}

class Cursor {
 public:
  explicit Cursor(std::string_view text) : text_(text) {}

  bool Take(char c) {
    if (text_.empty() || text_[0] != c) return false;
    text_.remove_prefix(1);
    return true;
  }
  bool Digits(int count, int64_t* value) {
    *value = 0;
    for (int i = 0; i < count; ++i) {
      if (!IsDigit()) return false;
      *value = *value * 10 + (text_[0] - '0');
      text_.remove_prefix(1);
    }
    return true;
  }
  [[nodiscard]] bool IsDigit() const { return !text_.empty() && text_[0] >= '0' && text_[0] <= '9'; }
  [[nodiscard]] bool Done() const { return text_.empty(); }

 private:
  std::string_view text_;
};

bool ParseFraction(Cursor* cursor, int64_t* ms) {
  *ms = 0;
  if (!cursor->Take('.')) return true;
  if (!cursor->IsDigit()) return false;
  int64_t scale = 100;
  for (int digits = 0; cursor->IsDigit(); ++digits) {
    if (digits == 9) return false;
    int64_t digit = 0;
    if (!cursor->Digits(1, &digit)) return false;
    *ms += digit * scale;
    scale /= 10;
  }
  return true;
}

bool ParseOffset(Cursor* cursor, int64_t* minutes) {
  *minutes = 0;
  if (cursor->Take('Z')) return true;
  const bool plus = cursor->Take('+');
  if (!plus && !cursor->Take('-')) return false;
  int64_t hours = 0;
  int64_t rest = 0;
  if (!cursor->Digits(2, &hours)) return false;
  cursor->Take(':');
  if (!cursor->Digits(2, &rest) || hours > 23 || rest > 59) return false;
  *minutes = (plus ? 1 : -1) * (hours * 60 + rest);
  return true;
}

// Writes `value` with so many digits, up to `end`.
void PutDigits(int64_t value, int width, char* end) {
  for (; width > 0; --width, value /= 10) *--end = static_cast<char>('0' + value % 10);
}

}  // namespace

std::optional<int64_t> ParseInstant(std::string_view text) {
  Cursor cursor(text);
  int64_t year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, ms = 0, offset = 0;
  const bool shaped = cursor.Digits(4, &year) && cursor.Take('-') && cursor.Digits(2, &month) &&
                      cursor.Take('-') && cursor.Digits(2, &day) && cursor.Take('T') &&
                      cursor.Digits(2, &hour) && cursor.Take(':') && cursor.Digits(2, &minute) &&
                      cursor.Take(':') && cursor.Digits(2, &second) && ParseFraction(&cursor, &ms) &&
                      ParseOffset(&cursor, &offset) && cursor.Done();
  if (!shaped || year < 1 || month < 1 || month > 12 || day < 1 || day > DaysInMonth(year, month) ||
      hour > 23 || minute > 59 || second > 59) {
    return std::nullopt;
  }
  const int64_t at =
      DaysFromDate(year, month, day) * kMsPerDay + ((hour * 60 + minute - offset) * 60 + second) * 1000 + ms;
  if (at < kEarliestInstant || at > kLatestInstant) return std::nullopt;
  return at;
}

std::string FormatInstant(int64_t ms) {
  ms = std::clamp(ms, kEarliestInstant, kLatestInstant);
  int64_t days = ms / kMsPerDay;
  int64_t rest = ms % kMsPerDay;
  if (rest < 0) {
    rest += kMsPerDay;
    --days;
  }
  int64_t year = 0, month = 0, day = 0;
  DateFromDays(days, &year, &month, &day);
  std::string out = "YYYY-MM-DDTHH:MM:SS.mmmZ";
  char* const begin = out.data();
  PutDigits(year, 4, begin + 4);
  PutDigits(month, 2, begin + 7);
  PutDigits(day, 2, begin + 10);
  PutDigits(rest / 3600000, 2, begin + 13);
  PutDigits(rest / 60000 % 60, 2, begin + 16);
  PutDigits(rest / 1000 % 60, 2, begin + 19);
  PutDigits(rest % 1000, 3, begin + 23);
  return out;
}

}  // namespace anon
