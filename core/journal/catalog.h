// What files a journal has, and when compaction (format.h) is due. Knows sizes and numbers, no content;
// touches no file. The rules, so that each byte is copied a bounded number of times and the files stay fewer
// than 200:
//
//   merge       32 neighbours of one tier: single commits, then runs of 32, then runs of 1,024; fewer once
//               they have 640 KiB, so that no step takes long. Files over 320 KiB are left alone: they are
//               few in as many bytes.
//   checkpoint  once the logs outweigh the last checkpoint, so that its cost is shared by as many bytes
//               written; or a file of an older format is there.
//   crowded     from 96 files on, any 8 small neighbours merge; where there are none, a checkpoint begins.
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

  [[nodiscard]] Step Next() const;

  /// Number of the first piece of the checkpoint under way; 0 if there is none.
  [[nodiscard]] uint64_t checkpoint() const;
  /// How many bytes the next piece should have: `least`, or as many more as keep the pieces few and let the
  /// checkpoint outrun those who go on writing.
  [[nodiscard]] size_t PieceBytes(size_t least) const;

  [[nodiscard]] size_t files() const { return files_.size(); }
  [[nodiscard]] size_t bytes() const;
  /// Of logs and segments: what a checkpoint would do away with.
  [[nodiscard]] size_t LogBytes() const;

 private:
  [[nodiscard]] bool WantsCheckpoint() const;
  /// The oldest run of one tier that is due.
  [[nodiscard]] Step Oldest() const;
  /// The longest run of any tiers.
  [[nodiscard]] Step Longest() const;

  std::vector<Held> files_;  ///< ascending
  uint64_t checkpoint_ = 0;
  size_t checkpoint_bytes_ = 0;  ///< of the last one that was finished
};

}  // namespace anon::journal

#endif  // ANON_JOURNAL_CATALOG_H_
