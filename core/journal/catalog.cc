#include "journal/catalog.h"

#include <algorithm>

namespace anon::journal {
namespace {

constexpr size_t kRun = 32;      // neighbours of one tier that merge into one
constexpr size_t kShortRun = 8;  // and where there are too many files
constexpr size_t kFirstTier = 8 * 1024;
constexpr size_t kMostMerged = 4 * 1024 * 1024;
constexpr size_t kMostShare = 16;     // or this part of the whole: else a large store would have too many
constexpr size_t kSlack = 64 * 1024;  // that much may be void without a checkpoint
constexpr size_t kCrowded = 128;
constexpr size_t kPieces = 32;
constexpr size_t kHurry = 156;  // from so many files on a checkpoint gets on in larger pieces
constexpr size_t kPiecesInAHurry = 20;

bool Merges(const Catalog::Held& held) { return !held.piece && !held.old && !held.unmergeable; }

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
}

uint64_t Catalog::checkpoint() const { return checkpoint_; }

void Catalog::Bar(uint64_t sequence) {
  for (Held& one : files_) {
    if (one.last == sequence) one.unmergeable = true;
  }
}

Catalog::Step Catalog::Next(size_t live) const {
  const bool crowded = files_.size() >= kCrowded;
  // Between the pieces of a checkpoint too: others may write faster than it gets on.
  const bool wants = checkpoint_ != 0 || WantsCheckpoint(live);
  if (!wants || crowded) {
    if (const Step merge = Merge(crowded); merge.task != Task::kNone) return merge;
  }
  return wants || crowded ? Step{Task::kPiece, 0, 0} : Step();
}

size_t Catalog::PieceBytes(size_t least, size_t live) const {
  if (files_.size() >= kFull) return SIZE_MAX;
  size_t since = 0;
  for (auto one = files_.rbegin(); one != files_.rend() && !one->piece; ++one) since += one->bytes;
  const size_t pieces = files_.size() >= kHurry ? kPiecesInAHurry : kPieces;
  return std::max({least, live / pieces, checkpoint_ == 0 ? 0 : 2 * since});
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

bool Catalog::WantsCheckpoint(size_t live) const {
  for (const Held& one : files_) {
    if (one.old) return true;
  }
  return bytes() > 2 * live + kSlack;
}

// The smallest tier first, and of that the oldest run. Only files of the tier itself count, smaller ones
// between them come along.
Catalog::Step Catalog::Merge(bool crowded) const {
  const size_t most = std::max(kMostMerged, bytes() / kMostShare);
  size_t below = 0;
  for (size_t tier = kFirstTier; below <= most; below = tier, tier *= kRun) {
    size_t begin = 0;
    uint64_t end = 0;
    size_t sum = 0;
    size_t count = 0;
    for (size_t i = 0; i < files_.size() && count < kRun; ++i) {
      const Held& one = files_[i];
      const bool merges = Merges(one) && one.bytes <= tier;
      if (!merges || sum + one.bytes > most) {
        if (crowded && count >= kShortRun) break;
        begin = i;
        sum = count = 0;
      }
      if (!merges || (count == 0 && one.bytes <= below)) {
        begin = i + 1;
        continue;
      }
      sum += one.bytes;
      end = one.last;
      if (one.bytes > below) ++count;
    }
    if (count >= (crowded ? kShortRun : kRun)) return {Task::kMerge, files_[begin].first, end, sum};
  }
  return {};
}

}  // namespace anon::journal
