// Service ids (contract section 8): a UUIDv7 (RFC 9562) whose 12 rand_a bits are the shard hint, a hash of
// tenant and contact key or else customer id. Both a key and an id lead to the same one of 4,096 shards.
#ifndef ANON_MODEL_ID_H_
#define ANON_MODEL_ID_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace anon {

/// 0 to 4095: the upper 12 bits of CRC-32C over `tenant`, a zero byte and `owner` (contact key, or else
/// customer id).
[[nodiscard]] uint16_t ShardHint(std::string_view tenant, std::string_view owner);

/// The hint inside an id that this project made; empty for foreign ids.
[[nodiscard]] std::optional<uint16_t> ShardOfId(std::string_view service_id);

/// Bytes for ids, drawn from the 16 random bytes that came with a request. The host draws those anew for
/// every request, and they serve for nothing else: so the first id takes half of them as they are. Whatever
/// it shows, the other half stays unknown, and with it the hash of all 16 and a counter that further ids are
/// made of. A replay of the request makes the same ids.
class IdSource {
 public:
  IdSource() = default;
  explicit IdSource(const std::array<uint8_t, 16>& seed) : seed_(seed) {}

  /// `now` in ms; text form, 36 characters.
  [[nodiscard]] std::string Next(int64_t now, uint16_t hint);

 private:
  std::array<uint8_t, 16> seed_{};
  uint64_t drawn_ = 0;
};

}  // namespace anon

#endif  // ANON_MODEL_ID_H_
