#include "store/service.h"

#include <algorithm>
#include <cstring>
#include <new>

#include "base/bytes.h"

namespace anon {

bool Facts::Read(std::string_view record) {
  *this = Facts();
  RecordReader reader(record);
  while (reader.Next()) {
    switch (reader.tag()) {
      case Tag::kCustomerId:
        customer = reader.content();
        break;
      case Tag::kContactKey:
        contact_key = reader.content();
        break;
      case Tag::kIdempotencyKey:
        idempotency_key = reader.content();
        break;
      case Tag::kVisit:
        visit = reader.Integer().value_or(0);
        break;
      case Tag::kStarted:
        started = reader.Integer().value_or(0);
        break;
      case Tag::kCompleted:
        completed = reader.Integer().has_value();
        break;
      case Tag::kExpires:
        expires = reader.Integer().value_or(INT64_MAX);
        break;
      case Tag::kAutoCompleteAfter:
        auto_complete_after = reader.Integer().value_or(INT64_MAX);
        break;
      case Tag::kUpdated:
        updated = reader.Integer().value_or(INT64_MAX);
        break;
      default:
        break;
    }
  }
  return reader.Done();
}

// Instants and durations of ours are bounded where they are read; of other bytes none may overflow.
int64_t Facts::Deadline() const {
  constexpr int64_t kFar = Service::kNever / 2;
  if (completed || auto_complete_after < 0 || auto_complete_after >= kFar / 1000 || updated >= kFar)
    return expires;
  return std::min(expires, updated + auto_complete_after * 1000);
}

const std::vector<Text> Service::kNone;

Service::Service(Tenant* tenant, std::string_view id)
    : tenant(tenant), id_size_(static_cast<uint32_t>(id.size())) {
  std::memcpy(reinterpret_cast<char*>(this + 1), id.data(), id.size());
}

Service::Owner Service::New(Tenant* tenant, std::string_view id) {
  return Owner(new (::operator new(sizeof(Service) + id.size())) Service(tenant, id));
}

void Service::Deleter::operator()(Service* service) const {
  service->~Service();
  ::operator delete(service);
}

Record Service::Decoded() const {
  Record decoded;
  if (!decoded.Decode(record)) decoded = Record();
  return decoded;
}

Service::Parts* Service::parts() {
  if (!parts_) parts_ = std::make_unique<Parts>();
  return parts_.get();
}

}  // namespace anon
