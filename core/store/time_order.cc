#include "store/time_order.h"

#include <algorithm>

namespace anon {
namespace {

constexpr size_t kMostInChunk = 256;

}  // namespace

TimeOrder::Place::Place(const std::vector<ServiceList>* chunks, size_t chunk, size_t at)
    : chunks_(chunks), chunk_(chunk), at_(at) {}

void TimeOrder::Place::Next() {
  if (++at_ < (*chunks_)[chunk_].size()) return;
  at_ = 0;
  ++chunk_;
}

bool TimeOrder::Before(const Service& service, int64_t time, std::string_view id) const {
  return service.*time_ != time ? service.*time_ < time : service.id() < id;
}

size_t TimeOrder::ChunkOf(int64_t time, std::string_view id) const {
  const auto at = std::partition_point(chunks_.begin(), chunks_.end(), [&](const ServiceList& chunk) {
    return Before(*chunk.back(), time, id);
  });
  return static_cast<size_t>(at - chunks_.begin());
}

size_t TimeOrder::In(const ServiceList& chunk, int64_t time, std::string_view id) const {
  const auto at = std::partition_point(chunk.begin(), chunk.end(),
                                       [&](const Service* one) { return Before(*one, time, id); });
  return static_cast<size_t>(at - chunk.begin());
}

void TimeOrder::Add(Service* service) {
  const int64_t time = service->*time_;
  const std::string_view id = service->id();
  if (chunks_.empty() || Before(*chunks_.back().back(), time, id)) {
    if (chunks_.empty() || chunks_.back().size() >= kMostInChunk) chunks_.emplace_back();
    chunks_.back().push_back(service);
    return;
  }
  // One that does not come last comes close to it, nearly always.
  const size_t last = chunks_.size() - 1;
  const bool in_last = last == 0 || Before(*chunks_[last - 1].back(), time, id);
  const size_t at = in_last ? last : ChunkOf(time, id);
  ServiceList* chunk = &chunks_[at];
  chunk->insert(chunk->begin() + static_cast<ptrdiff_t>(In(*chunk, time, id)), service);
  if (chunk->size() <= kMostInChunk) return;
  const auto middle = chunk->begin() + kMostInChunk / 2;
  ServiceList second(middle, chunk->end());
  chunk->erase(middle, chunk->end());
  chunks_.insert(chunks_.begin() + static_cast<ptrdiff_t>(at + 1), std::move(second));
}

void TimeOrder::Remove(Service* service) {
  const int64_t time = service->*time_;
  const size_t number = ChunkOf(time, service->id());
  if (number == chunks_.size()) return;
  ServiceList* chunk = &chunks_[number];
  const size_t at = In(*chunk, time, service->id());
  if ((*chunk)[at] != service) return;
  chunk->erase(chunk->begin() + static_cast<ptrdiff_t>(at));
  if (chunk->empty()) chunks_.erase(chunks_.begin() + static_cast<ptrdiff_t>(number));
}

TimeOrder::Place TimeOrder::From(int64_t time, std::string_view id) const {
  const size_t chunk = ChunkOf(time, id);
  return {&chunks_, chunk, chunk == chunks_.size() ? 0 : In(chunks_[chunk], time, id)};
}

}  // namespace anon
