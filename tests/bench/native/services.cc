#include "services.h"

namespace anon::bench {
namespace {

// Six services in a row have three keys: the first one, the second two, the third three of them.
constexpr uint64_t kRow = 6;
constexpr uint64_t kKeysInRow = 3;
constexpr uint64_t kKeyInRow[kRow] = {0, 1, 1, 2, 2, 2};

uint64_t KeyOf(uint64_t n) { return n / kRow * kKeysInRow + kKeyInRow[n % kRow]; }

}  // namespace

uint64_t Mix(uint64_t n) {  // SplitMix64
  n += 0x9E3779B97F4A7C15;
  n = (n ^ (n >> 30)) * 0xBF58476D1CE4E5B9;
  n = (n ^ (n >> 27)) * 0x94D049BB133111EB;
  return n ^ (n >> 31);
}

std::string ContactKey(uint64_t key) { return "visitor-" + std::to_string(key) + "@example.org"; }

uint64_t KeyCount(uint64_t services) { return services == 0 ? 0 : KeyOf(services - 1) + 1; }

std::string StartBody(uint64_t n) {
  const std::string number = std::to_string(n);
  return R"({"contact_key":")" + ContactKey(KeyOf(n)) +
         R"(","service_type":"WebOrder","est_duration":900,"Cart":[{"sku":"sencha-100g","count":)" +
         std::to_string(1 + n % 9) + R"(},{"sku":"gyokuro-50g","count":1}],"Address":{"name":"Pat )" +
         number + R"(","street":"Hauptstra\u00dfe )" + std::to_string(1 + n % 200) +
         R"(","city":"Köln","zip":"50667"},"Note":"Please ring twice; the bell of number )" + number +
         R"( is hard to hear. Leave it with a neighbour if nobody opens."})";
}

std::string Message(uint64_t draw, std::string_view method, std::string_view target, std::string_view body) {
  std::string message;
  message.reserve(64 + target.size() + body.size());
  for (const uint64_t half : {Mix(draw), Mix(~draw)}) {
    for (int shift = 0; shift < 64; shift += 8) message += static_cast<char>(half >> shift & 0xFF);
  }
  message.append(method).append(" ").append(target).append("\nRole: local\n\n").append(body);
  return message;
}

}  // namespace anon::bench
