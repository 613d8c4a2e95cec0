// One service in memory. Its records stay encoded; decode what is needed.
#ifndef ANON_STORE_SERVICE_H_
#define ANON_STORE_SERVICE_H_

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "model/record.h"
#include "store/text.h"

namespace anon {

struct Tenant;

/// What the store looks at in a service's record, found in one walk. Views into the record.
struct Facts {
  /// False for bytes that are no record.
  [[nodiscard]] bool Read(std::string_view record);

  /// ms at which its lifetime changes it next; kNever if at no time.
  [[nodiscard]] int64_t Deadline() const;

  std::string_view customer;
  std::string_view contact_key;
  std::string_view idempotency_key;
  int64_t started = 0;
  int64_t visit = 0;
  int64_t expires = INT64_MAX;
  int64_t updated = INT64_MAX;
  int64_t auto_complete_after = INT64_MAX;  ///< seconds
  bool completed = false;
};

class Service {
 public:
  static constexpr int64_t kNever = INT64_MAX;

  /// Its id stands in the same block, right behind it: services are made by New alone.
  struct Deleter {
    void operator()(Service* service) const;
  };
  using Owner = std::unique_ptr<Service, Deleter>;
  [[nodiscard]] static Owner New(Tenant* tenant, std::string_view id);
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  [[nodiscard]] std::string_view id() const { return {reinterpret_cast<const char*>(this + 1), id_size_}; }
  [[nodiscard]] Record Decoded() const;
  [[nodiscard]] std::string_view contact_key() const { return PeekText(record, Tag::kContactKey); }
  [[nodiscard]] std::string_view customer_id() const { return PeekText(record, Tag::kCustomerId); }
  [[nodiscard]] std::string_view group() const { return PeekText(record, Tag::kGroup); }
  [[nodiscard]] std::string_view idempotency_key() const { return PeekText(record, Tag::kIdempotencyKey); }

  /// Encoded, by state_id and task_id.
  [[nodiscard]] const std::vector<Text>& states() const { return parts_ ? parts_->states : kNone; }
  [[nodiscard]] const std::vector<Text>& tasks() const { return parts_ ? parts_->tasks : kNone; }
  [[nodiscard]] std::vector<Text>* change_states() { return &parts()->states; }
  [[nodiscard]] std::vector<Text>* change_tasks() { return &parts()->tasks; }

  Tenant* const tenant;
  Text record;
  int64_t started = 0;  ///< ms
  int64_t visit = 0;
  int64_t deadline = kNever;  ///< ms
  bool active = true;
  uint32_t touched = 0;  ///< the list of what was touched that it stands in (Store::CollectTouched)

 private:
  struct Parts {
    std::vector<Text> states;
    std::vector<Text> tasks;
  };
  static const std::vector<Text> kNone;

  Service(Tenant* tenant, std::string_view id);
  ~Service() = default;
  Parts* parts();

  std::unique_ptr<Parts> parts_;  ///< most have none
  uint32_t id_size_;
};

}  // namespace anon

#endif  // ANON_STORE_SERVICE_H_
