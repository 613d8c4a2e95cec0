#include "store/time_order.h"

#include <algorithm>

#include "store/store.h"

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

TimeOrder::Key TimeOrder::KeyOf(const Service& service) const {
  return {service.*time_, service.id(), service.tenant->name};
}

bool TimeOrder::Before(const Service& service, const Key& key) const {
  if (service.*time_ != key.time) return service.*time_ < key.time;
  const int order = service.id().compare(key.id);
  return order != 0 ? order < 0 : service.tenant->name < key.tenant;
}

size_t TimeOrder::ChunkOf(const Key& key) const {
  const auto at = std::partition_point(chunks_.begin(), chunks_.end(),
                                       [&](const ServiceList& chunk) { return Before(*chunk.back(), key); });
  return static_cast<size_t>(at - chunks_.begin());
}

size_t TimeOrder::In(const ServiceList& chunk, const Key& key) const {
  const auto at =
      std::partition_point(chunk.begin(), chunk.end(), [&](const Service* one) { return Before(*one, key); });
  return static_cast<size_t>(at - chunk.begin());
}

void TimeOrder::Add(Service* service) {
  const Key key = KeyOf(*service);
  if (chunks_.empty() || Before(*chunks_.back().back(), key)) {
    if (chunks_.empty() || chunks_.back().size() >= kMostInChunk) chunks_.emplace_back();
    chunks_.back().push_back(service);
    return;
  }
  // One that does not come last comes close to it, nearly always.
  const size_t last = chunks_.size() - 1;
  const bool in_last = last == 0 || Before(*chunks_[last - 1].back(), key);
  const size_t at = in_last ? last : ChunkOf(key);
  ServiceList* chunk = &chunks_[at];
  chunk->insert(chunk->begin() + static_cast<ptrdiff_t>(In(*chunk, key)), service);
  if (chunk->size() <= kMostInChunk) return;
  const auto middle = chunk->begin() + kMostInChunk / 2;
  ServiceList second(middle, chunk->end());
  chunk->erase(middle, chunk->end());
  chunks_.insert(chunks_.begin() + static_cast<ptrdiff_t>(at + 1), std::move(second));
}

void TimeOrder::Remove(Service* service) {
  const Key key = KeyOf(*service);
  const size_t number = ChunkOf(key);
  if (number == chunks_.size()) return;
  ServiceList* chunk = &chunks_[number];
  const size_t at = In(*chunk, key);
  if ((*chunk)[at] != service) return;
  chunk->erase(chunk->begin() + static_cast<ptrdiff_t>(at));
  if (chunk->empty()) chunks_.erase(chunks_.begin() + static_cast<ptrdiff_t>(number));
}

TimeOrder::Place TimeOrder::From(int64_t time, std::string_view id) const {
  const Key key{time, id, {}};
  const size_t chunk = ChunkOf(key);
  return {&chunks_, chunk, chunk == chunks_.size() ? 0 : In(chunks_[chunk], key)};
}

}  // namespace anon
