#include "journal/catalog.h"

#include <algorithm>

namespace anon::journal {
namespace {

constexpr size_t kRun = 32;            // files that merge into one; logs that a checkpoint waits for
constexpr size_t kLarge = 320 * 1024;  // a file over this size merges no more
constexpr size_t kMostMerged = 640 * 1024;
constexpr size_t kCrowded = 96;
constexpr size_t kShortRun = 8;
constexpr size_t kPieces = 40;
constexpr size_t kHurry = 156;  // from so many files on a checkpoint gets on in larger pieces
constexpr size_t kPiecesInAHurry = 28;

bool Merges(const Catalog::Held& held) {
  return !held.piece && !held.old && !held.unmergeable && held.bytes <= kLarge;
}

int TierOf(const Catalog::Held& held) {
  const uint64_t covers = held.last - held.first + 1;
  return covers < kRun ? 0 : covers < kRun * kRun ? 1 : 2;
}

}  // namespace

void Catalog::Add(const Held& held) {
  const auto covered = [&held](const Held& one) { return one.last >= held.first && one.last <= held.last; };
  files_.erase(std::remove_if(files_.begin(), files_.end(), covered), files_.end());
  const auto above = [](const Held& one, const Held& other) { return one.last < other.last; };
  files_.insert(std::upper_bound(files_.begin(), files_.end(), held, above), held);
}

void Catalog::AddPiece(const Held& held, uint64_t begin, bool done) {
  Add(held);
  checkpoint_ = begin;
  if (!done) return;
  const auto before = [begin](const Held& one) { return one.last < begin; };
  files_.erase(std::remove_if(files_.begin(), files_.end(), before), files_.end());
  checkpoint_ = 0;
  checkpoint_bytes_ = bytes() - LogBytes();
}

uint64_t Catalog::checkpoint() const { return checkpoint_; }

void Catalog::Bar(uint64_t sequence) {
  for (Held& one : files_) {
    if (one.last == sequence) one.unmergeable = true;
  }
}

Catalog::Step Catalog::Next() const {
  const bool crowded = files_.size() >= kCrowded;
  // Between the pieces of a checkpoint too: others may write faster than it gets on.
  if (const Step merge = crowded ? Longest() : Step(); merge.task != Task::kNone) return merge;
  if (checkpoint_ != 0 || WantsCheckpoint()) return {Task::kPiece, 0, 0};
  const Step merge = Oldest();
  return merge.task == Task::kNone && crowded ? Step{Task::kPiece, 0, 0} : merge;
}

size_t Catalog::PieceBytes(size_t least) const {
  if (files_.size() >= kFull) return SIZE_MAX;
  size_t since = 0;
  for (auto one = files_.rbegin(); one != files_.rend() && !one->piece; ++one) since += one->bytes;
  const size_t whole = checkpoint_bytes_ + LogBytes();
  const size_t pieces = files_.size() >= kHurry ? kPiecesInAHurry : kPieces;
  return std::max({least, whole / pieces, checkpoint_ == 0 ? 0 : 2 * since});
}

size_t Catalog::bytes() const {
  size_t sum = 0;
  for (const Held& one : files_) sum += one.bytes;
  return sum;
}

size_t Catalog::LogBytes() const {
  size_t sum = 0;
  for (const Held& one : files_) sum += one.piece ? 0 : one.bytes;
  return sum;
}

bool Catalog::WantsCheckpoint() const {
  size_t logs = 0;
  for (const Held& one : files_) {
    if (one.old) return true;
    // What was merged counts as what it stands for.
    if (!one.piece) logs += one.last - one.first + 1;
  }
  return logs >= kRun && LogBytes() >= checkpoint_bytes_;
}

Catalog::Step Catalog::Oldest() const {
  size_t begin = 0;
  size_t bytes = 0;
  for (size_t i = 0; i < files_.size(); ++i) {
    if (!Merges(files_[i])) {
      begin = i + 1;
      bytes = 0;
      continue;
    }
    if (begin < i && TierOf(files_[i]) != TierOf(files_[begin])) {
      begin = i;
      bytes = 0;
    }
    bytes += files_[i].bytes;
    const size_t run = i + 1 - begin;
    if (run == kRun || (bytes >= kMostMerged && run >= kShortRun)) {
      return {Task::kMerge, files_[begin].first, files_[i].last};
    }
  }
  return {};
}

Catalog::Step Catalog::Longest() const {
  size_t best = 0;
  Step step;
  for (size_t begin = 0; begin < files_.size(); ++begin) {
    size_t bytes = 0;
    size_t end = begin;
    while (end < files_.size() && Merges(files_[end]) && bytes + files_[end].bytes <= kMostMerged) {
      bytes += files_[end++].bytes;
    }
    if (end - begin < kShortRun || end - begin <= best) continue;
    best = end - begin;
    step = {Task::kMerge, files_[begin].first, files_[end - 1].last};
  }
  return step;
}

}  // namespace anon::journal
