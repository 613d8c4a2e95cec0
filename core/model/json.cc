#include "model/json.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

namespace anon {
namespace {

bool IsSpace(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

std::string_view Trim(std::string_view text) {
  while (!text.empty() && IsSpace(text.front())) text.remove_prefix(1);
  while (!text.empty() && IsSpace(text.back())) text.remove_suffix(1);
  return text;
}

// Deepest bracket nesting, strings skipped. Runs before the grammar check, so that depth is bounded whatever
// the text is; on malformed text the answer does not matter.
int Depth(std::string_view text) {
  int depth = 0;
  int deepest = 0;
  bool in_string = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') {
        ++i;
      } else if (c == '"') {
        in_string = false;
      }
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      deepest = std::max(deepest, ++depth);
    } else if (c == '}' || c == ']') {
      --depth;
    }
  }
  return deepest;
}

// Walks the tokens of text that CheckJson has accepted: no error is possible, so none is looked for. Every
// loop is bounded by the text all the same.
class Slicer {
 public:
  explicit Slicer(std::string_view text) : text_(text) {}

  void SkipSpace() {
    while (at_ < text_.size() && IsSpace(text_[at_])) ++at_;
  }
  [[nodiscard]] char Peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  void Advance() { ++at_; }

  std::string_view Value() {
    SkipSpace();
    const size_t begin = at_;
    int depth = 0;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '"') {
        SkipString();
        if (depth == 0) break;
        continue;
      }
      if (c == '{' || c == '[') {
        ++depth;
      } else if (c == '}' || c == ']') {
        if (depth == 0) break;
        if (--depth == 0) {
          ++at_;
          break;
        }
      } else if (depth == 0 && (c == ',' || c == ':' || IsSpace(c))) {
        break;
      }
      ++at_;
    }
    return text_.substr(begin, at_ - begin);
  }

 private:
  void SkipString() {
    for (++at_; at_ < text_.size(); ++at_) {
      if (text_[at_] == '\\') {
        ++at_;
      } else if (text_[at_] == '"') {
        ++at_;
        return;
      }
    }
  }

  std::string_view text_;
  size_t at_ = 0;
};

// Takes one scalar out of nlohmann's parser without building a document.
class ScalarReader {
 public:
  std::string text;
  bool null() { return true; }
  bool boolean(bool) { return true; }
  bool number_integer(int64_t) { return true; }
  bool number_unsigned(uint64_t) { return true; }
  bool number_float(double, const std::string&) { return true; }
  bool string(std::string& value) {
    text = std::move(value);
    return true;
  }
  bool binary(nlohmann::json::binary_t&) { return false; }
  bool start_object(size_t) { return true; }
  bool key(std::string&) { return true; }
  bool end_object() { return true; }
  bool start_array(size_t) { return true; }
  bool end_array() { return true; }
  template <class Exception>
  bool parse_error(size_t, const std::string&, const Exception&) {
    return false;
  }
};

}  // namespace

Failure CheckJson(std::string_view text, std::string_view what, int depth) {
  if (Depth(text) > depth) {
    return Invalid(std::string(what) + ": nested deeper than " + std::to_string(depth) + " levels");
  }
  // nlohmann's parser stops at a zero byte as at the end and passes over a byte order mark; both would let
  // bytes that were never checked into what is kept.
  const bool strange = text.find('\0') != std::string_view::npos || text.substr(0, 1) == "\xEF";
  ScalarReader reader;
  if (strange || !nlohmann::json::sax_parse(text.begin(), text.end(), &reader)) {
    return Invalid(std::string(what) + ": not well-formed JSON in UTF-8");
  }
  return std::nullopt;
}

Failure ParseObject(std::string_view text, std::string_view what, std::vector<Member>* out, int depth) {
  if (auto failure = CheckJson(text, what, depth)) return failure;
  text = Trim(text);
  if (!IsObject(text)) return Invalid(std::string(what) + ": a JSON object is expected");
  *out = Members(text);
  return std::nullopt;
}

std::vector<Member> Members(std::string_view object) {
  std::vector<Member> members;
  Slicer slicer(object);
  slicer.Advance();  // '{'
  for (;;) {
    slicer.SkipSpace();
    if (slicer.Peek() != '"') break;
    std::string name = *AsString(slicer.Value());
    slicer.SkipSpace();
    slicer.Advance();  // ':'
    members.push_back({std::move(name), slicer.Value()});
    slicer.SkipSpace();
    slicer.Advance();  // ',' or '}'
  }
  // Last of a name wins. Sorting positions keeps this n log n for a body made of many names.
  std::vector<size_t> order(members.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    const int by_name = members[a].name.compare(members[b].name);
    return by_name != 0 ? by_name < 0 : a < b;
  });
  std::vector<bool> shadowed(members.size());
  bool any = false;
  for (size_t i = 1; i < order.size(); ++i) {
    if (members[order[i - 1]].name == members[order[i]].name) any = shadowed[order[i - 1]] = true;
  }
  if (any) {
    std::vector<Member> kept;
    for (size_t i = 0; i < members.size(); ++i) {
      if (!shadowed[i]) kept.push_back(std::move(members[i]));
    }
    members = std::move(kept);
  }
  return members;
}

std::vector<std::string_view> Elements(std::string_view array) {
  std::vector<std::string_view> elements;
  Slicer slicer(array);
  slicer.Advance();  // '['
  for (;;) {
    slicer.SkipSpace();
    if (slicer.Peek() == ']' || slicer.Peek() == '\0') break;
    elements.push_back(slicer.Value());
    slicer.SkipSpace();
    if (slicer.Peek() != ',') break;
    slicer.Advance();
  }
  return elements;
}

std::optional<std::string> AsString(std::string_view value) {
  if (value.size() < 2 || value[0] != '"') return std::nullopt;
  const std::string_view inside = value.substr(1, value.size() - 2);
  if (inside.find('\\') == std::string_view::npos) return std::string(inside);
  ScalarReader reader;
  if (!nlohmann::json::sax_parse(value.begin(), value.end(), &reader)) return std::nullopt;
  return std::move(reader.text);
}

std::optional<int64_t> AsInteger(std::string_view value) {
  int64_t number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (error != std::errc() || end != value.data() + value.size()) return std::nullopt;
  return number;
}

std::optional<bool> AsBool(std::string_view value) {
  if (value == "true") return true;
  if (value == "false") return false;
  return std::nullopt;
}

void AppendQuoted(std::string* out, std::string_view utf8) {
  constexpr char kHex[] = "0123456789abcdef";
  *out += '"';
  for (const char c : utf8) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      *out += '\\';
      *out += c;
    } else if (c == '\n') {
      *out += "\\n";
    } else if (c == '\r') {
      *out += "\\r";
    } else if (c == '\t') {
      *out += "\\t";
    } else if (byte < 0x20) {
      *out += "\\u00";
      *out += kHex[byte >> 4];
      *out += kHex[byte & 15];
    } else {
      *out += c;
    }
  }
  *out += '"';
}

std::string Quoted(std::string_view utf8) {
  std::string out;
  AppendQuoted(&out, utf8);
  return out;
}

bool ValidUtf8(std::string_view text) {
  for (size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    size_t more = 0;
    uint32_t point = lead;
    uint32_t least = 0;
    if (lead < 0x80) {
      ++i;
      continue;
    }
    if ((lead & 0xE0) == 0xC0) {
      more = 1, point = lead & 0x1F, least = 0x80;
    } else if ((lead & 0xF0) == 0xE0) {
      more = 2, point = lead & 0x0F, least = 0x800;
    } else if ((lead & 0xF8) == 0xF0) {
      more = 3, point = lead & 0x07, least = 0x10000;
    } else {
      return false;
    }
    if (text.size() - i <= more) return false;
    for (size_t k = 1; k <= more; ++k) {
      const auto next = static_cast<unsigned char>(text[i + k]);
      if ((next & 0xC0) != 0x80) return false;
      point = point << 6 | (next & 0x3F);
    }
    if (point < least || point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF)) return false;
    i += more + 1;
  }
  return true;
}

std::string Shortened(std::string_view utf8) {
  size_t cut = 64;
  if (utf8.size() <= cut) return std::string(utf8);
  while ((static_cast<unsigned char>(utf8[cut]) & 0xC0) == 0x80) --cut;
  return std::string(utf8.substr(0, cut)) + "…";
}

size_t CodePoints(std::string_view utf8) {
  return static_cast<size_t>(std::count_if(
      utf8.begin(), utf8.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

}  // namespace anon
