// Services in ascending order of a time, then id, then tenant: chunks of pointers, so that adding at the end,
// which is where nearly all come, costs nothing, and anywhere else a chunk's worth of copying.
#ifndef ANON_STORE_TIME_ORDER_H_
#define ANON_STORE_TIME_ORDER_H_

#include <cstdint>
#include <string_view>
#include <vector>

#include "store/index.h"

namespace anon {

class TimeOrder {
 public:
  using Time = int64_t Service::*;

  /// A place in the order; void after the next change.
  class Place {
   public:
    Place(const std::vector<ServiceList>* chunks, size_t chunk, size_t at);
    [[nodiscard]] bool done() const { return chunk_ == chunks_->size(); }
    [[nodiscard]] Service* service() const { return (*chunks_)[chunk_][at_]; }
    void Next();

    // For range-based loops.
    Service* operator*() const { return service(); }
    void operator++() { Next(); }
    bool operator!=(const Place& other) const { return chunk_ != other.chunk_ || at_ != other.at_; }

   private:
    const std::vector<ServiceList>* chunks_;
    size_t chunk_;
    size_t at_;
  };

  explicit TimeOrder(Time time) : time_(time) {}

  void Add(Service* service);
  /// `service` is there, with the time that it was added with.
  void Remove(Service* service);

  [[nodiscard]] Place begin() const { return {&chunks_, 0, 0}; }
  [[nodiscard]] Place end() const { return {&chunks_, chunks_.size(), 0}; }
  /// The first that does not come before this time and id, whatever its tenant.
  [[nodiscard]] Place From(int64_t time, std::string_view id) const;

 private:
  /// What a service is ordered by. Two of different tenants may have all but the tenant in common.
  struct Key {
    int64_t time;
    std::string_view id;
    std::string_view tenant;  ///< its name
  };
  [[nodiscard]] Key KeyOf(const Service& service) const;
  [[nodiscard]] bool Before(const Service& service, const Key& key) const;
  /// The first chunk whose last does not come before it.
  [[nodiscard]] size_t ChunkOf(const Key& key) const;
  [[nodiscard]] size_t In(const ServiceList& chunk, const Key& key) const;

  Time time_;
  std::vector<ServiceList> chunks_;  ///< none is empty
};

}  // namespace anon

#endif  // ANON_STORE_TIME_ORDER_H_
