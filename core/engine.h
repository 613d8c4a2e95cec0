// The only door to the core. A host (page, edge worker, test) reads journal files in, executes requests,
// writes the sealed file to its storage, and only then commits. Nothing here touches a clock, a random
// source, a disk or a network: what a run needs is handed in, so that any run can be repeated.
//
//   Engine engine;
//   engine.Ingest(1, file);                        // every file of the journal, ascending
//   Response answer = engine.Execute(request, now);
//   std::string file = engine.Seal(engine.sequence() + 1);
//   … store the file durably …
//   engine.Commit(engine.sequence() + 1);          // or engine.Rollback()
//
// The state is the fold of the journal. Between commits it is seen as of the moment of each request: what has
// expired by then is not there. That view is taken back before the next change, so that two engines which
// read the same journal are the same, byte for byte, whatever was asked of them in between.
#ifndef ANON_ENGINE_H_
#define ANON_ENGINE_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "rest/context.h"
#include "rest/message.h"
#include "store/store.h"

namespace anon {

class Engine {
 public:
  enum class Ingested : uint8_t {
    kWhole = 0,
    kDamaged = 1,      ///< what came before the damage was taken in; see Repair
    kNewerFormat = 2,  ///< refused, nothing changed
  };

  struct Repair {
    std::string file;  ///< to be stored in place of the damaged file; empty if nothing of it was good
    size_t lost = 0;   ///< bytes
  };

  /// `json`: { base_path?, not_found_status?: 400 | 404, auto_complete_after?: seconds,
  /// business_attributes?: { attributes: { name: [value, …] | { value: display name } },
  /// mapping: { "Service.media_type": name } } }. Nothing changes on failure.
  [[nodiscard]] Failure Configure(std::string_view json);

  /// Takes in one journal file. Pending changes are rolled back first; a file at or below sequence() is
  /// passed over; a snapshot replaces everything before it.
  Ingested Ingest(uint64_t sequence, std::string_view file, Repair* repair);

  /// Runs one request (rest/message.h). Changes are visible to the next request at once, and pending until
  /// Commit. `now` in ms since 1970.
  [[nodiscard]] Response Execute(std::string_view message, int64_t now);

  /// A log file with all pending changes; empty if there are none.
  [[nodiscard]] std::string Seal(uint64_t sequence) const;
  /// The pending changes are durable, in the file of this sequence number and size.
  void Commit(uint64_t sequence, size_t file_size);
  /// Takes all pending changes back.
  void Rollback();

  /// Sequence number of the last file taken in or committed; 0 for an empty journal.
  [[nodiscard]] uint64_t sequence() const { return sequence_; }

  /// Whether the log has grown so far that a snapshot pays.
  [[nodiscard]] bool WantsSnapshot() const;
  /// A file that holds the whole committed state and replaces every file below it, once committed under this
  /// sequence number. Pending changes are rolled back first.
  [[nodiscard]] std::string Snapshot(uint64_t sequence);

  /// Hex digest of the committed state: equal for equal journals in every runtime.
  [[nodiscard]] std::string Digest();

  /// Ids of services and associations touched by commits and ingested files since the last call, as JSON
  /// { "service_ids": […], "association_ids": […] }.
  [[nodiscard]] std::string TakeChanges();

  [[nodiscard]] size_t service_count() const { return store_.size(); }

 private:
  void DropView();

  Options options_;
  Store store_;
  size_t view_ = 0;    ///< undo mark: what lies above was only looked at
  int64_t clock_ = 0;  ///< of the last change, pending ones included
  int64_t committed_clock_ = 0;
  uint64_t sequence_ = 0;
  std::vector<std::string> pending_;  ///< entries, one per operation
  Touched changed_;
  uint64_t snapshot_sequence_ = 0;
  size_t snapshot_bytes_ = 0;
  size_t log_bytes_ = 0;
  size_t log_files_ = 0;
};

}  // namespace anon

#endif  // ANON_ENGINE_H_
