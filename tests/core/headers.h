// The headers of a Response one by one.
#ifndef ANON_TESTS_CORE_HEADERS_H_
#define ANON_TESTS_CORE_HEADERS_H_

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace anon {

using Headers = std::vector<std::pair<std::string, std::string>>;

inline Headers HeadersOf(std::string_view text) {
  Headers headers;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    headers.emplace_back(line.substr(0, line.find(": ")), line.substr(line.find(": ") + 2));
    text.remove_prefix(line.size() + 1);
  }
  return headers;
}

}  // namespace anon

#endif  // ANON_TESTS_CORE_HEADERS_H_
