// What files a journal has, and when compaction (format.h) is due. Knows sizes and numbers, no content;
// touches no file. The rules, so that each byte is copied a bounded number of times and the files stay fewer
// than 200:
//
//   merge       32 neighbours of one tier: files up to 8 KiB, up to 32 times that, and so on. A byte is
//   copied
//               once in each tier, and only growth makes tiers. No merged file is larger than 4 MiB or a 16th
//               of all.
//   checkpoint  once more than half of the bytes (and 64 KiB) are void, changed or removed since they were
//               written, so that its cost is shared by as many bytes; or a file of an older format is there.
//   crowded     from 128 files on, any 8 neighbours of a tier merge; where there are none, a checkpoint
//   begins.
//               From 156 on its pieces are larger, from 190 on the next one is the last, and nothing else is
//               committed before it.
#ifndef ANON_JOURNAL_CATALOG_H_
#define ANON_JOURNAL_CATALOG_H_

#include <cstddef>
#include <cstdint>
#include <vector>

namespace anon::journal {

class Catalog {
 public:
  /// More files than a host may have; it must compact before it commits.
  static constexpr size_t kFull = 190;

  struct Held {
    uint64_t first = 0;  ///< the lowest number that it stands for
    uint64_t last = 0;   ///< its own
    size_t bytes = 0;
    bool piece = false;  ///< of a checkpoint, or a snapshot of version 1
    bool old = false;    ///< of an older format
    bool unmergeable = false;
  };

  enum class Task : uint8_t { kNone = 0, kMerge = 1, kPiece = 2 };
  struct Step {
    Task task = Task::kNone;
    uint64_t first = 0;  ///< of a merge: the lowest and the highest number of the run
    uint64_t last = 0;
    size_t bytes = 0;  ///< of all its files together
  };

  /// A file that was committed or read; it takes the place of those that it stands for.
  void Add(const Held& held);
  /// A piece: `begin` is the number of the first piece of its checkpoint. With the last piece (`done`)
  /// everything before `begin` goes.
  void AddPiece(const Held& held, uint64_t begin, bool done);
  /// The checkpoint under way is not to be gone on with.
  void Abandon() { checkpoint_ = 0; }
  /// A file in the run could not be read; it stays as it is.
  void Bar(uint64_t sequence);
  /// Knows no file any more: what is in memory is about to be written elsewhere.
  void Clear() { *this = Catalog(); }

  /// `live`: about how many bytes a checkpoint would have.
  [[nodiscard]] Step Next(size_t live) const;

  /// Number of the first piece of the checkpoint under way; 0 if there is none.
  [[nodiscard]] uint64_t checkpoint() const;
  /// How many bytes the next piece should have: `least`, or as many more as keep the pieces few and let the
  /// checkpoint outrun those who go on writing.
  [[nodiscard]] size_t PieceBytes(size_t least, size_t live) const;

  [[nodiscard]] size_t files() const { return files_.size(); }
  [[nodiscard]] size_t bytes() const;
  /// Of logs and segments: what a checkpoint would do away with.
  [[nodiscard]] size_t LogBytes() const;

 private:
  [[nodiscard]] bool WantsCheckpoint(size_t live) const;
  [[nodiscard]] Step Merge(bool crowded) const;

  std::vector<Held> files_;  ///< ascending
  uint64_t checkpoint_ = 0;
};

}  // namespace anon::journal

#endif  // ANON_JOURNAL_CATALOG_H_
