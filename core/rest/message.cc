#include "rest/message.h"

#include <algorithm>

#include "model/ascii.h"
#include "model/json.h"
#include "model/scanner.h"

namespace anon {
namespace {

// A letter, a digit, or one of - . _ ~
bool IsUnreserved(char c) {
  const auto letter = static_cast<unsigned char>((c | 0x20) - 'a');
  const auto digit = static_cast<unsigned char>(c - '0');
  return letter < 26 || digit < 10 || c == '-' || c == '.' || c == '_' || c == '~';
}

// Takes the text up to `end` off the front; the whole rest if `end` is not there.
std::string_view TakeUntil(std::string_view* text, char end) {
  const size_t at = text->find(end);
  const std::string_view taken = text->substr(0, at);
  text->remove_prefix(at == std::string_view::npos ? text->size() : at + 1);
  return taken;
}

Failure ReadName(std::string_view header, std::string_view value, std::string_view* out) {
  if (value.size() > 256 || !ValidUtf8(value)) {
    return Invalid(header, ": UTF-8 text of at most 256 bytes is accepted");
  }
  *out = value;
  return std::nullopt;
}

Failure ReadHeader(std::string_view name, std::string_view value, Request* out) {
  Principal& who = out->principal;
  if (IsAnyCase(name, "contactcenterid")) return ReadName(name, value, &out->tenant);
  if (IsAnyCase(name, "groupid")) return ReadName(name, value, &out->group);
  if (IsAnyCase(name, "idempotency-key")) return ReadName(name, value, &out->idempotency_key);
  if (IsAnyCase(name, "content-type")) {
    out->content_type = value;
  } else if (IsAnyCase(name, "role")) {
    while (!value.empty()) {
      const std::string_view word = TakeUntil(&value, ' ');
      if (word == "local") who.local = true;
      if (word == "reader") who.reader = true;
      if (word == "writer") who.writer = true;
      if (word == "visitor") who.visitor = true;
    }
  } else if (IsAnyCase(name, "customer")) {
    who.customer = PercentDecode(value, &out->kept).value_or("");
  } else if (IsAnyCase(name, "claims")) {
    while (!value.empty()) {
      if (const auto id = PercentDecode(TakeUntil(&value, ' '), &out->kept)) who.claims.insert(*id);
    }
  }
  return std::nullopt;
}

// A value of a parameter, in which a plus sign stands for a space.
std::optional<std::string_view> DecodeValue(std::string_view text, Kept* kept) {
  if (text.find('+') != std::string_view::npos) {
    std::string spaced(text);
    for (char& c : spaced) {
      if (c == '+') c = ' ';
    }
    text = kept->Add(std::move(spaced));
  }
  return PercentDecode(text, kept);
}

Failure ReadQuery(std::string_view query, Request* out) {
  while (!query.empty()) {
    std::string_view values = TakeUntil(&query, '&');
    if (values.empty()) continue;
    const auto name = PercentDecode(TakeUntil(&values, '='), &out->kept);
    if (!name) return Invalid("query: percent-encoded UTF-8 is expected");
    if (values.empty()) out->query.Add(*name, std::nullopt);
    while (!values.empty()) {
      const auto value = DecodeValue(TakeUntil(&values, ','), &out->kept);
      if (!value) return Invalid(*name, ": percent-encoded UTF-8 is expected");
      out->query.Add(*name, value);
    }
  }
  return std::nullopt;
}

Failure ReadTarget(std::string_view target, std::string_view base_path, Request* out) {
  std::string_view path = TakeUntil(&target, '?');
  out->raw_query = target;
  const std::string_view behind = path.substr(std::min(base_path.size(), path.size()), 1);
  if (path.substr(0, base_path.size()) == base_path && (behind.empty() || behind == "/")) {
    path.remove_prefix(base_path.size());
  }
  if (!path.empty() && path[0] == '/') path.remove_prefix(1);
  out->path = path;
  for (bool more = true; more;) {
    more = path.find('/') != std::string_view::npos;
    const auto segment = PercentDecode(TakeUntil(&path, '/'), &out->kept);
    if (!segment) return Invalid("path: percent-encoded UTF-8 is expected");
    out->segments.Add(*segment);
  }
  return ReadQuery(out->raw_query, out);
}

}  // namespace

Failure ParseRequest(std::string_view message, std::string_view base_path, Request* out) {
  if (message.size() < out->random.size()) return Invalid("request: too short");
  std::copy_n(message.begin(), out->random.size(), out->random.begin());
  message.remove_prefix(out->random.size());

  std::string_view target = TakeUntil(&message, '\n');
  out->method = TakeUntil(&target, ' ');
  // The headers before the target, so that even a request with a bad path is answered as who asks.
  while (!message.empty() && message[0] != '\n') {
    std::string_view value = TakeUntil(&message, '\n');
    const std::string_view name = TakeUntil(&value, ':');
    if (!value.empty() && value[0] == ' ') value.remove_prefix(1);
    if (auto failure = ReadHeader(name, value, out)) return failure;
  }
  if (!message.empty()) message.remove_prefix(1);
  out->body = message;
  if (out->body.size() > kMaxBody) {
    return TooLarge("body: at most 262144 bytes are accepted");
  }
  return ReadTarget(target, base_path, out);
}

bool Query::Has(std::string_view name) const {
  for (const Parameter& one : list_) {
    if (one.name == name) return true;
  }
  return false;
}

std::vector<std::string_view> Query::Values(std::string_view name) const {
  std::vector<std::string_view> values;
  for (const Parameter& one : list_) {
    if (one.name == name && one.value) values.push_back(*one.value);
  }
  return values;
}

std::optional<std::string_view> Query::Only(std::string_view name) const {
  const auto values = Values(name);
  return values.size() == 1 ? std::optional(values[0]) : std::nullopt;
}

void Response::AddHeader(std::string_view name, std::string_view value) {
  Append(&headers, name, ": ", value, "\n");
}

Response ErrorResponse(const Error& error) { return Response{Info(error.code).status, {}, ErrorBody(error)}; }

std::string Serialize(Response response) {
  response.headers += '\n';
  return std::move(response.body.insert(0, response.headers));
}

std::string PercentEncode(std::string_view text) {
  std::string out;
  AppendPercentEncoded(&out, text);
  return out;
}

void AppendPercentEncoded(std::string* out, std::string_view text) {
  constexpr char kHex[] = "0123456789ABCDEF";
  const char* at = text.data();
  for (const char* const end = at + text.size();; ++at) {
    const char* const plain = at;
    while (at < end && IsUnreserved(*at)) ++at;
    out->append(plain, at);
    if (at == end) return;
    const auto byte = static_cast<unsigned char>(*at);
    *out += {'%', kHex[byte >> 4], kHex[byte & 15]};
  }
}

std::optional<std::string_view> PercentDecode(std::string_view text, Kept* kept) {
  if (text.find('%') != std::string_view::npos) {
    std::string out;
    for (size_t i = 0; i < text.size(); ++i) {
      if (text[i] != '%') {
        out += text[i];
        continue;
      }
      const int byte = HexDigits(text.substr(i + 1), 2);
      if (byte < 0) return std::nullopt;
      out += static_cast<char>(byte);
      i += 2;
    }
    text = kept->Add(std::move(out));
  }
  if (!ValidUtf8(text)) return std::nullopt;
  return text;
}

}  // namespace anon
